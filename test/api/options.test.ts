import { describe, expect, test } from "vitest";
import { readConfig, typed, unlessGiven, withValues, written, type Config } from "../../src/options/config.ts";
import { sourceOf, type InferOptions } from "../../src/api/infer-options.ts";
import { printConfig } from "../../src/options/print.ts";
import { flagName } from "../../src/options/option.ts";
import { inferRows, optionNames, type Values } from "../../src/options/rows.ts";
import type { OptionValues } from "../../src/options/values.ts";

type Given = Readonly<Record<string, unknown>>;

const read = (...sources: readonly Given[]) =>
  readConfig(sources.map((given, at) => ({ door: written, given, where: `source ${at}` })));

function config(...sources: readonly Given[]): Config {
  const outcome = read(...sources);
  if (!outcome.ok) throw new Error(outcome.errors.map(({ message }) => message).join("; "));
  return outcome.value;
}

const values = (...sources: readonly Given[]): Values => config(...sources).values;

function told(outcome: ReturnType<typeof readConfig>) {
  return outcome.ok ? [] : outcome.errors.map(({ code, message, hint }) => ({ code, message, hint }));
}
const errors = (...sources: readonly Given[]) => told(read(...sources));

describe("options", () => {
  test("are the documented defaults when nothing is given", () => {
    expect(values({})).toMatchObject({
      guide: "auto",
      K: 4,
      objective: "siwae",
      gradient: "pathwise",
      T: 10,
      lr: 0.01,
      engine: "auto",
      backend: null,
      amortize: null,
      seed: null,
    });
  });

  test("are read as the kind of thing they are", () => {
    expect(
      values({ K: "2", lr: "3e-4", hidden: "100, 50", batch: "n=32,m=8", set: "sigma=-0.1", amortize: false }),
    ).toMatchObject({
      K: 2,
      lr: 3e-4,
      hidden: [100, 50],
      batch: { n: 32, m: 8 },
      set: { sigma: -0.1 },
      amortize: false,
    });
    expect(values({ hidden: "" }).hidden).toEqual([]);
  });

  test("of the command line win over those of the model folder; names are joined", () => {
    const both = values({ K: "2", T: "5", batch: "n=32" }, { K: "8", batch: "m=4" });
    expect(both).toMatchObject({ K: 8, T: 5, batch: { n: 32, m: 4 } });
  });

  test("in steps silence the recommended epochs, and the other way round", () => {
    expect(values({ epochs: "400" }, { steps: "10" })).toMatchObject({ epochs: null, steps: 10 });
    expect(values({ steps: "10" }, { epochs: "4" })).toMatchObject({ epochs: 4, steps: null });
  });

  test("in JSON may be numbers, lists and objects", () => {
    expect(values({ K: 4, hidden: [100, 100], batch: { n: 32 }, amortize: true })).toMatchObject({
      K: 4,
      hidden: [100, 100],
      batch: { n: 32 },
      amortize: true,
    });
  });

  test("say what they take and what they got, all mistakes at once", () => {
    expect(errors({ objective: "swiae", K: "0", lr: "fast" })).toEqual([
      {
        code: "PPL771",
        message: "`--objective` takes `elbo`, `selbo`, `iwae`, `siwae` or `miselbo`, and is given `swiae`",
        hint: "did you mean `siwae`?",
      },
      {
        code: "PPL771",
        message: "`--K` takes a whole number of at least 1, and is given `0`",
        hint: undefined,
      },
      {
        code: "PPL771",
        message: "`--lr` takes a number above 0, and is given `fast`",
        hint: undefined,
      },
    ]);
  });

  test("refuse numbers that only look like numbers", () => {
    for (const K of ["", "0x10", "1e400", "2.5", "3 4", "Infinity"]) expect(errors({ K })).toHaveLength(1);
  });

  test("refuse names without values, and values without names", () => {
    for (const batch of ["n", "n=", "=3", "n=0", "n=1,2m=3"]) expect(errors({ batch })).toHaveLength(1);
  });

  test("that do not exist get a suggestion", () => {
    expect(errors({ epoch: "3" })).toEqual([
      { code: "PPL772", message: "`epoch` is not an option of `infer`", hint: "did you mean `epochs`?" },
    ]);
  });

  test("that answer the same question are refused together", () => {
    expect(errors({ epochs: "3", steps: "5" })).toEqual([
      {
        code: "PPL773",
        message: "`--epochs` and `--steps` do not go together: each says how long to train",
        hint: "leave one of them out",
      },
    ]);
  });

  test("that are printed are read again as the same values", () => {
    const asked = values({ K: 3, hidden: [20, 10], batch: { n: 32 }, set: { a: -0.5 }, amortize: true, "inner-T": 2 });
    const lines = printConfig(asked).trimEnd().split("\n");
    const again = lines.map((line) => line.split(/ {2,}/)).filter(([, text]) => text !== "-");
    expect(values(Object.fromEntries(again))).toEqual(asked);
  });
});

describe("options of a program", () => {
  const api = (options: InferOptions) => readConfig([sourceOf(options)]);

  test("are values: a text is none, where a number is asked for", () => {
    expect(told(readConfig([{ door: typed, given: { K: "5", hidden: "100", amortize: "true" }, where: "" }]))).toEqual([
      { code: "PPL771", message: '`K` takes a whole number of at least 1, and is given `"5"`', hint: undefined },
      { code: "PPL771", message: '`hidden` takes widths such as `[100, 100]`, and is given `"100"`', hint: undefined },
      { code: "PPL771", message: '`amortize` takes `true` or `false`, and is given `"true"`', hint: undefined },
    ]);
  });

  test("are named in messages as the program named them", () => {
    expect(told(api({ evidenceDraws: 0, innerT: 2.5 }))).toEqual([
      { code: "PPL771", message: "`evidenceDraws` takes a whole number of at least 1, and is given `0`" },
      { code: "PPL771", message: "`innerT` takes a whole number of at least 1, and is given `2.5`" },
    ]);
    const misspelt = readConfig([{ door: typed, given: { evidenceDraw: 10 }, where: "options" }]);
    expect(told(misspelt)[0]).toMatchObject({ hint: "did you mean `evidenceDraws`?" });
    expect(told(api({ epochs: 3, steps: 5 }))[0]).toMatchObject({
      message: "`epochs` and `steps` do not go together: each says how long to train",
    });
  });

  test("that are undefined are as good as left out", () => {
    const options = { K: undefined, data: { y: [1] } } as unknown as InferOptions;
    const outcome = api(options);
    expect(outcome.ok && [...outcome.value.given]).toEqual([]);
  });

  test("have the types that the rows have", () => {
    // assignable both ways: a compile-time law
    const fromRows = (all: { readonly [K in keyof Values]: NonNullable<Values[K]> }): Required<OptionValues> => all;
    const toRows = (all: Required<OptionValues>): { readonly [K in keyof Values]: NonNullable<Values[K]> } => all;
    expect([fromRows, toRows]).toHaveLength(2);
  });
});

describe("the parts of a configuration", () => {
  test("hand each stage what it reads, under the names that it has", () => {
    const { compile, training, model, run, evaluation } = config({
      ...{ guide: "mixture", K: 3, gradient: "stl", "inner-T": 2, "beta-warm-up": 10, batch: { n: 4 }, seed: 7 },
      ...{ schedule: "step", decay: 0.1, "decay-every": 5, stop: "plateau", set: { a: 1 }, size: { N: 9 } },
    });
    expect(compile.guide).toMatchObject({ family: "mixture", K: 3, component: "mean_field", amortize: null });
    expect(compile.objective).toEqual({
      ...{ bound: "siwae", estimator: "stl", baseline: "none", T: 10, innerT: 2, beta: "feed" },
    });
    expect(compile.batch).toEqual({ n: 4 });
    expect(training).toEqual({
      length: { steps: 5000 },
      rate: { rate: 0.01, decay: { kind: "step", every: 5, factor: 0.1 }, warmUp: 0 },
      plateau: { window: 250, patience: 4, settle: 0 },
      beta: { from: 0, to: 1, steps: 10 },
      averageLast: 0,
      checkpointEvery: null,
    });
    expect(model).toEqual({ set: { a: 1 }, sizes: { N: 9 } });
    expect(run).toEqual({ seed: 7, engine: "auto", backend: null, threads: 1 });
    expect(evaluation).toEqual({ draws: 10_000, testDraws: 10_000 });
  });

  test("ask for a mixture where nobody chose a guide", () => {
    expect(config({})).toMatchObject({ values: { guide: "auto" }, compile: { guide: { family: "mixture", K: 4 } } });
    expect(config({ K: 2 })).toMatchObject({
      values: { guide: "mixture" },
      compile: { guide: { family: "mixture", K: 2 } },
    });
    expect(config({ guide: "full_rank" })).toMatchObject({ compile: { guide: { family: "full_rank", K: 1 } } });
  });

  test("may be made again with other values, which give way to those that somebody gave", () => {
    const asked = config({ T: 3 });
    expect(unlessGiven(asked, { T: 8, lr: 0.5 })).toMatchObject({
      compile: { objective: { T: 3 } },
      training: { rate: { rate: 0.5 } },
    });
    expect(withValues(asked, { T: 8 }).compile.objective.T).toBe(8);
  });
});

test("every option has one name on the command line, and none has that of another", () => {
  expect(new Set(optionNames.map(flagName)).size).toBe(Object.keys(inferRows).length);
  expect(["innerT", "evidenceDraws", "K", "weightDecay"].map(flagName)).toEqual([
    ...["inner-T", "evidence-draws", "K", "weight-decay"],
  ]);
});
