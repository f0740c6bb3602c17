import { describe, expect, test } from "vitest";
import { noiseSource } from "../../../src/execute/noise.ts";
import { compiled, parametersWith, rawScale, run, scalar } from "../support.ts";

const text = "data y: real  sample z ~ normal(0, 1)  observe y ~ normal(z, 1)";
const y = 0.7;
const [m, s] = [
  [-0.5, 1.2],
  [0.6, 0.4],
] as const;

const logNormal = (x: number, mean: number, sd: number): number =>
  -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);

function boundOf(bound: "miselbo" | "selbo", T: number): number {
  const objective = { bound, T } as const;
  const model = compiled(text, { y }, { guide: { family: "mixture", K: 2 }, objective });
  const row = (k: 0 | 1): number[] => [...(bound === "selbo" ? [0] : []), m[k], rawScale(s[k])];
  const parameters = parametersWith(model, { "guide.global": [...row(0), ...row(1)] });
  return scalar(run(model, model.boundOnly(), { parameters }), "bound");
}

describe("miselbo", () => {
  test("is the mean of log w over components and draws, with w = p / ((q_1 + q_2) / 2)", () => {
    const T = 3;
    const eps = new Float64Array(2 * T);
    noiseSource(1, "noise.global", "normal").fill(0, eps);
    const logW = [...eps].map((e, i) => {
      const k = (i % 2) as 0 | 1;
      const z = m[k] + s[k] * e;
      const q = 0.5 * (Math.exp(logNormal(z, m[0], s[0])) + Math.exp(logNormal(z, m[1], s[1])));
      return logNormal(z, 0, 1) + logNormal(y, z, 1) - Math.log(q);
    });
    const mean = logW.reduce((sum, w) => sum + w, 0) / logW.length;
    expect(boundOf("miselbo", T)).toBeCloseTo(mean, 12);
    expect(mean).toBeCloseTo(-2.017691, 6);
  });

  test("is selbo where the learned weights are equal", () => {
    expect(boundOf("miselbo", 5)).toBeCloseTo(boundOf("selbo", 5), 13);
  });
});
