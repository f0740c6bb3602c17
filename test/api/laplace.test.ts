import { describe, expect, test } from "vitest";
import { infer } from "../../src/index.ts";

const y = [0.3, 1.2, -0.4, 2.1];
const normal = "data y: real[N]\nsample mu ~ normal(0, 2)\nobserve y ~ normal(mu, 1)";

describe("the Laplace approximation", () => {
  test("is the posterior where that is Gaussian, with its evidence", async () => {
    const answer = await infer(normal, { data: { y }, guide: "laplace", seed: 1 });
    const precision = 1 / 4 + y.length;
    const sum = y.reduce((a, b) => a + b, 0);
    const mean = sum / precision;
    const squares = y.reduce((a, b) => a + b * b, 0);
    // log N(y; 0, I + 4 11'), by the matrix determinant and inversion lemmas
    const evidence =
      -0.5 * (y.length * Math.log(2 * Math.PI) + Math.log(4 * precision) + squares - sum ** 2 / precision);
    const { logEvidence, steps, guide } = answer.report();
    expect(guide.family).toBe("laplace");
    expect(steps).toBe(0);
    // the curvature comes from differences of the gradient: about 1e-8 of it
    expect(Math.abs(logEvidence.value - evidence)).toBeLessThan(1e-6);
    expect(evidence).toBeCloseTo(-6.937655, 6);
    expect(answer.verdict.trusted).toBe(true);
    const { mu } = answer.summary();
    // ten thousand draws: 6 standard errors
    expect(Math.abs((mu!.mean as number) - mean)).toBeLessThan(6 / Math.sqrt(10_000 * precision));
  });

  test("can be asked for by a model's guide", async () => {
    const model = `${normal}\nguide { mu ~ laplace() }`;
    const answer = await infer(model, { data: { y }, seed: 1 });
    expect(answer.report().guide.family).toBe("laplace");
  });

  test("stands on the mode with the most mass around it", async () => {
    // two modes, the higher of which is narrow: weights 0.2 and 0.8
    const model = "sample z ~ mixture(p = [0.2, 0.8], normal(-3, 0.05), normal(3, 1))\nfactor 0 * z";
    const answer = await infer(model, { data: {}, guide: "laplace", seed: 1 });
    expect(answer.summary()["z"]!.mean as number).toBeGreaterThan(2.9);
  });
});
