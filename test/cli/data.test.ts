import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { idx } from "../data/files.ts";
import { normalData, normalMean, stratum, withFiles } from "./harness.ts";

const matrix = `data x: real[N, M]
data y: real[N]
sample mu ~ normal(0, 1)
plate n in N {
  observe y[n] ~ normal(mu + sum(x[n]), 1)
}
`;
const files = {
  "matrix.ppl": matrix,
  "model.ppl": normalMean,
  "data.json": normalData,
  "two.json": '{ "x": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "y": [1, 2, 3] }\n',
  "y.csv": "y\n4\n5\n",
};

describe("the options of data", () => {
  test("read one datum each, cut it and scale it, beside or over a data file", () =>
    withFiles(files, async (path) => {
      writeFileSync(path("x.idx"), idx(0x08, [4, 3], [0, 51, 255, 1, 2, 3, 0, 0, 0, 0, 0, 0]));
      const emit = ["emit", "data", path("matrix.ppl")];
      const data = ["--data", path("two.json"), "--data", `x=${path("x.idx")}`, "--data", `y=${path("y.csv")}`];
      const cut = ["--select", "x=[..2, 0..2]", "--scale", "x=0..255:-1..1"];
      const { code, out, err } = await stratum([...emit, ...data, ...cut]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toContain("size N = 2\nsize M = 2\n");
      expect(out).toContain("data x [2, 2] = -1 -0.6 -0.9922 -0.9843\ndata y [2] = 4 5\n");
    }));

  test("act on the data of a model folder too", () =>
    withFiles(files, async (path) => {
      const { out } = await stratum(["emit", "data", path(""), "--select", "y=[1..]"]);
      expect(out).toContain("data y [2] = 2 3\n");
      const given = await stratum(["emit", "data", path(""), "--data", `y=${path("y.csv")}`]);
      expect(given.out).toContain("data y [2] = 4 5\n");
    }));

  test("reach every command that takes data, a saved run among them", () =>
    withFiles(files, async (path) => {
      const quick = ["--guide", "mean_field", "--steps", "5", "--seed", "1", "--evidence-draws", "50"];
      const part = ["--data", path("two.json"), "--select", "x=[0..2]", "--select", "y=[0..2]"];
      const infer = await stratum(["infer", path("matrix.ppl"), ...part, ...quick, "--out", path("run")]);
      expect(infer.err).not.toContain("error[");
      const predict = await stratum(["predict", path("run"), ...part, "--draws", "20", "--seed", "1"]);
      expect(predict.err).not.toContain("error[");
      const simulate = await stratum(["simulate", path("matrix.ppl"), ...part, "--seed", "1", "--json"]);
      expect(JSON.parse(simulate.out)).toMatchObject({ sizes: { N: 2, M: 3 }, from: path("two.json") });
    }));

  test("that say nothing are told so, all at once", () =>
    withFiles(files, async (path) => {
      const wrong = [
        "--data",
        "y=",
        "--select",
        "[0..2]",
        "--scale",
        "y=0..1",
        "--scale",
        "y=0..a:0..1",
        "--select",
        "y=[a]",
      ];
      const { code, err } = await stratum(["check", path("model.ppl"), ...wrong, "--scale", "y=1..1:0..1"]);
      expect(code).toBe(1);
      expect(err.match(/PPL\d+/g)).toEqual(["PPL771", "PPL771", "PPL645", "PPL771", "PPL771", "PPL647"]);
      const two = await stratum(["check", path("model.ppl"), "--data", path("data.json"), "--data", path("y.csv")]);
      expect(two.err).toMatch(/PPL773.*do not go together: one file holds data by name/);
      const none = await stratum(["check", path("model.ppl"), "--select", "y=[0..2]"]);
      expect(none.err).toContain("there are no data: give some with `--data`");
    }));

  test("share standard input with nothing else", () =>
    withFiles(files, async (path) => {
      const world = { stdin: '{ "y": [1, 2, 3] }' };
      const part = ["--data", "y=-", "--select", "y=[0..2]"];
      expect((await stratum(["check", path("model.ppl"), ...part], world)).out).toContain("N = 2");
      expect((await stratum(["check", "-", ...part], world)).err).toContain("PPL");
    }));
});
