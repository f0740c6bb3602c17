import { describe, expect, test } from "vitest";
import { compile, StratumError, type InferOptions } from "../../src/index.ts";
import { flagName } from "../../src/options/option.ts";
import { textOf } from "../../src/options/print.ts";
import { inferRows, optionNames, type OptionName } from "../../src/options/rows.ts";
import { normalData, normalMean, stratum, withFiles } from "./harness.ts";

/** Each latent is seen through its own datum. */
const local = `model local
data x: real[N]
plate n in N {
  sample z: real ~ normal(0, 1)
  observe x[n] ~ normal(z, 0.1)
}
`;
/** The same with a guide that the model writes out. */
const writtenOut = `${local}guide { z ~ mixture(K = 2, component = full_rank) given x[n] by mlp(4, activation = tanh) }\n`;

interface Case {
  readonly model?: string;
  readonly given: InferOptions;
  /** The name that is told, and why. */
  readonly idle: OptionName;
  readonly because: string;
}

const notMixture = "is for `--guide mixture` or `--guide auto`, and this is";
const because = { network: "networks of the guide", training: "training, and a `laplace` guide is found without any" };

/** Every option that has something it is for, without that thing. */
const cases: readonly Case[] = [
  { given: { guide: "mean_field", K: 3 }, idle: "K", because: `${notMixture} \`--guide mean_field\`` },
  { model: writtenOut, given: { K: 3 }, idle: "K", because: "mixture guides that leave it open" },
  { given: { guide: "auto", K: 3 }, idle: "K", because: "mixture guides that leave it open" },
  { given: { guide: "laplace", component: "full_rank" }, idle: "component", because: notMixture },
  {
    model: writtenOut,
    given: { component: "low_rank" },
    idle: "component",
    because: "mixture guides that leave it open",
  },
  { given: { guide: "mixture", rank: 3 }, idle: "rank", because: "`low_rank`" },
  { given: { rank: 3 }, idle: "rank", because: "`low_rank`" },
  { given: { guide: "mean_field", hidden: [10] }, idle: "hidden", because: because.network },
  {
    model: local,
    given: { guide: "mean_field", amortize: false, hidden: [10] },
    idle: "hidden",
    because: because.network,
  },
  { model: writtenOut, given: { hidden: [10] }, idle: "hidden", because: because.network },
  { model: writtenOut, given: { activation: "elu" }, idle: "activation", because: because.network },
  {
    given: { guide: "mixture", baseline: "loo" },
    idle: "baseline",
    because: "`--gradient score`, and this is `--gradient pathwise`",
  },
  { given: { guide: "mixture", innerT: 3 }, idle: "innerT", because: "one level" },
  { model: local, given: { guide: "mixture", innerT: 3 }, idle: "innerT", because: "one level" },
  { given: { amortize: true }, idle: "amortize", because: "latents that stand in a plate" },
  { given: { guide: "mean_field", weightDecay: 0.1 }, idle: "weightDecay", because: "the weights of networks" },
  {
    given: { guide: "mean_field", decay: 0.1 },
    idle: "decay",
    because: "`--schedule step`, and this is `--schedule cosine`",
  },
  {
    given: { guide: "mean_field", schedule: "constant", decayEvery: 10 },
    idle: "decayEvery",
    because: "`--schedule step`",
  },
  { given: { guide: "mean_field", schedule: "constant", floor: 0.1 }, idle: "floor", because: "`--schedule cosine`" },
  { given: { floor: 0.1 }, idle: "floor", because: "`auto` keeps the rate" },
  { given: { guide: "mean_field", patience: 2 }, idle: "patience", because: "`--stop plateau`" },
  { model: writtenOut, given: { patience: 2 }, idle: "patience", because: "no such rule is given" },
  { given: { guide: "mean_field", window: 20 }, idle: "window", because: "`--stop plateau`" },
  { given: { guide: "mean_field", settle: 20 }, idle: "settle", because: "`--stop plateau`" },
  { given: { engine: "fused", backend: "cpu" }, idle: "backend", because: "`--engine tfjs` or `--engine auto`" },
  { given: { testDraws: 10 }, idle: "testDraws", because: "no `--test` is given" },
  ...(
    [
      { lr: 0.1 },
      { steps: 10 },
      { epochs: 10 },
      { schedule: "constant" },
      { warmUp: 5 },
      { betaWarmUp: 5 },
      { averageLast: 0.5 },
      { stop: "plateau" },
      { clip: 1 },
    ] as const
  ).map((given): Case => ({
    given: { guide: "laplace", ...given },
    idle: Object.keys(given)[0] as OptionName,
    because: because.training,
  })),
];

const flags = (given: InferOptions): readonly string[] =>
  Object.entries(given).flatMap(([name, value]) =>
    typeof value === "boolean" ? [`--${value ? "" : "no-"}${flagName(name)}`] : [`--${flagName(name)}`, textOf(value)],
  );

const dataOf = (model: string): string => (model === normalMean ? normalData : `{ "x": [1, 2] }`);

describe("options that change nothing", () => {
  test("each option that is for something has a case without it", () => {
    const known = optionNames.filter((name) => "uses" in inferRows[name]);
    expect([...new Set(cases.map(({ idle }) => idle))].toSorted()).toEqual(known.toSorted());
  });

  test.each(cases)("$given: `$idle`", async ({ model = normalMean, given, idle, because }) => {
    await withFiles({ "m.ppl": model, "d.json": dataOf(model) }, async (path) => {
      const ran = await stratum(["infer", path("m.ppl"), "--data", path("d.json"), ...flags(given)]);
      expect(ran.code).toBe(1);
      expect(ran.err).toContain(`error[PPL830]: \`--${flagName(idle)}\` changes nothing here: `);
      expect(ran.err).toContain(because);
      expect(ran.err.match(/error\[/g)).toHaveLength(1);
    });
    const call = (): unknown =>
      compile(model, { data: JSON.parse(dataOf(model)) as Record<string, unknown>, ...given });
    expect(call).toThrow(StratumError);
    expect(call).toThrow(`error[PPL830]: \`${idle}\` changes nothing here: `);
    expect(call).not.toThrow(/--\w/);
  });

  test("what a folder recommends for another guide is set aside; what is asked for beside it is not", () =>
    withFiles(
      { "m/model.ppl": normalMean, "m/data.json": normalData, "m/options.json": `{ "guide": "full_rank", "K": 3 }` },
      async (path) => {
        const fit = ["infer", path("m"), "--steps", "5", "--evidence-draws", "50", "--seed", "1"];
        expect([0, 2]).toContain((await stratum(fit)).code);
        expect([0, 2]).toContain((await stratum([...fit, "--guide", "mean_field"])).code);
        const asked = await stratum([...fit, "--K", "3"]);
        expect(asked.code).toBe(1);
        expect(asked.err).toContain(`this is \`--guide full_rank\`, which \`${path("m/options.json")}\` recommends`);
        expect(asked.err).toContain("= hint: leave it out, or give `--guide mixture`");
        expect([0, 2]).toContain((await stratum([...fit, "--K", "3", "--guide", "mixture"])).code);
      },
    ));

  test("a sweep may hold options for some of its cells, and none that are for no cell", () =>
    withFiles(
      {
        "m.ppl": normalMean,
        "d.json": normalData,
        "some.json": JSON.stringify({
          model: "m.ppl",
          data: "d.json",
          grid: { guide: ["mean_field", "mixture"], K: [2, 3] },
        }),
        "none.json": JSON.stringify({
          model: "m.ppl",
          data: "d.json",
          options: { K: 2 },
          grid: { guide: ["mean_field"] },
        }),
      },
      async (path) => {
        expect((await stratum(["sweep", path("some.json"), "--dry-run"])).code).toBe(0);
        const none = await stratum(["sweep", path("none.json"), "--dry-run"]);
        expect(none.code).toBe(1);
        expect(none.err).toContain("error[PPL830]: `--K` changes nothing here");
        const cell = [
          "infer",
          path("m.ppl"),
          "--data",
          path("d.json"),
          "--guide",
          "mean_field",
          "--K",
          "2",
          "--steps",
          "5",
        ];
        const ran = await stratum([...cell, "--seed", "1", "--evidence-draws", "50"], {
          env: { STRATUM_OF_SWEEP: "1" },
        });
        expect([0, 2], ran.err).toContain(ran.code);
      },
    ));
});
