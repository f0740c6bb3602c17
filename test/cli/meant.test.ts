import { describe, expect, test } from "vitest";
import { normalData, normalMean, stratum, withFiles } from "./harness.ts";

const plated = "data x: real[N]\nplate n in N {\n  sample z ~ normal(0, 1)\n  observe x[n] ~ normal(z, 1)\n}\n";

/** What each kind of misspelt name is asked back as: the text it stands in, and the name that was meant. */
const inModels: readonly (readonly [string, string, string])[] = [
  ["a statement", "smaple mu ~ normal(0, 1)", "sample"],
  ["a type", "data x: simplx[3]", "simplex"],
  ["a latent", "sample theta ~ normal(0, 1)\nlet a = thata", "theta"],
  ["data", "data weight: real\nlet a = wieght", "weight"],
  ["a constant", "const sigma = 1\nlet a = sigm", "sigma"],
  ["a let", "let total = 1\nlet a = totl", "total"],
  ["a size in a plate", "data x: real[Nrow]\nplate n in Nrows { observe x[n] ~ normal(0, 1) }", "Nrow"],
  ["a size in a type", "const rows = 2\nsample z: real[row] ~ normal(0, 1)", "rows"],
  ["a plate's index", "data x: real[N]\nplate row in N { observe x[rwo] ~ normal(0, 1) }", "row"],
  ["a function", "let a = sqaure(2)", "square"],
  ["a function of another system", "let a = inv_logt(2)", "sigmoid"],
  ["a net", "net decode = mlp(1, 1)\nlet a = decod([1])", "decode"],
  ["a kind of network", "net f = mpl(1, 1)", "mlp"],
  ["an argument of a network", "net f = mlp(1, 1, activaton = elu)", "activation"],
  ["a layer", "net f = sequential(2, dence(1))", "dense"],
  ["an activation", "net f = mlp(1, 1, activation = rellu)", "relu"],
  ["a family", "sample z ~ nomral(0, 1)", "normal"],
  ["a family of another system", "sample z ~ guassian(0, 1)", "normal"],
  ["an argument of a family", "sample z ~ student_t(df = 3, loc = 0, scal = 1)", "scale"],
  ["the weights of a mixture", "observe 1 ~ mixture(logit = [0, 0], normal(0, 1), normal(1, 1))", "logits"],
  [
    "a site in a guide",
    `${plated}guide { zz ~ full_rank() }`
      .replaceAll("z ", "zeta ")
      .replace("normal(z", "normal(zeta")
      .replace("zzeta", "zetta"),
    "zeta",
  ],
  ["a guide", `${plated}guide { z ~ fullrank() }`, "full_rank"],
  ["a setting of a guide", `${plated}guide { z ~ mixture(compnent = full_rank) }`, "component"],
  ["a component of a guide", `${plated}guide { z ~ mixture(component = meanfield) }`, "mean_field"],
  ["yes or no", `${plated}guide { z ~ full_rank(amortize = flase) }`, "false"],
  ["what a guide reads", `${plated.replaceAll("x", "pixels")}guide { z ~ full_rank() given pixel[n] }`, "pixels"],
];

describe("a misspelt name in a model is asked back for:", () => {
  test.each(inModels)("%s", async (_, text, meant) => {
    const { code, err } = await stratum(["check", "-"], { stdin: text });
    expect(code).toBe(1);
    expect(err.match(/^error/gm)).toHaveLength(1);
    expect(err).toContain(`did you mean \`${meant}\`?`);
  });
});

const files = {
  "toy/model.ppl": normalMean.replace("model normal_mean", "const sigma = 1"),
  "toy/data.json": normalData,
  "run/run.json": "{}",
  "bad/model.ppl": normalMean,
  "bad/dta.json": normalData,
  "bad/option.json": "{}",
  "bad/meta.json": "{}",
};

const inCommands: readonly (readonly [string, string, string])[] = [
  ["a command", "infr toy", "infer"],
  ["a command to be helped with", "help infr", "infer"],
  ["an option", "infer toy --gide mixture", "--guide"],
  ["a guide", "infer toy --guide mixtur", "mixture"],
  ["a bound", "infer toy --objective siwe", "siwae"],
  ["an estimator", "infer toy --gradient pathwse", "pathwise"],
  ["an engine", "infer toy --engine fusd", "fused"],
  ["a back end", "infer toy --backend wams", "wasm"],
  ["a schedule", "infer toy --schedule cosin", "cosine"],
  ["a constant", "check toy --set sigm=2", "sigma"],
  ["a size", "check toy --size n=3", "N"],
  ["a size to simulate", "simulate toy --seed 1 --size n=3", "N"],
  ["a stage", "emit grap toy", "graph"],
  ["a model file", "check toy/modle.ppl", "toy/model.ppl"],
  ["a model folder", "check tooy", "toy"],
  ["a saved run", "posterior rnu", "run"],
  ["the data of a model folder", "infer bad", "--data bad/dta.json"],
  ["a code", "explain PPL1011", "PPL101"],
];

describe("a misspelt word of a command line is asked back for:", () => {
  test.each(inCommands)("%s", (_, command, meant) =>
    withFiles(files, async (path) => {
      const isPath = /^(toy|tooy|bad|rnu)/;
      const words = command.split(" ").map((word) => (isPath.test(word) ? path(word) : word));
      const { code, err } = await stratum(words);
      expect(code).toBe(1);
      expect(err.match(/^error/gm)).toHaveLength(1);
      expect(err.replaceAll(`${path("")}/`, "")).toContain(`did you mean \`${meant}\`?`);
    }),
  );

  test("a file of a model folder that is nearly one that is read, and no other", () =>
    withFiles(files, async (path) => {
      const { code, err } = await stratum(["check", path("bad")]);
      expect(code).toBe(0);
      expect([...err.matchAll(/warning\[PPL796\]: `(.*)` is not read/g)].map(([, one]) => one)).toEqual([
        "dta.json",
        "option.json",
      ]);
      expect(err).toContain("did you mean `options.json`?");
    }));

  test("a name in options.json", () =>
    withFiles({ ...files, "toy/options.json": `{ "epoch": 3 }` }, async (path) => {
      expect((await stratum(["infer", path("toy")])).err).toContain("did you mean `epochs`?");
    }));

  test("the name of data", () =>
    withFiles({ ...files, "toy/data.json": `{ "Y": [1] }` }, async (path) => {
      expect((await stratum(["check", path("toy")])).err).toContain("did you mean `Y`");
    }));
});
