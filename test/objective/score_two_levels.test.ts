import { describe, expect, test } from "vitest";
import { initialise } from "../../src/inference/initialise.ts";
import type { ObjectiveOptions } from "../../src/objective/options.ts";
import { average, compiled, run, type Settings } from "./support.ts";

const text = `data x: real[N]
sample mu ~ normal(0, 1)
plate n in N {
  sample z ~ normal(mu, 1)
  observe x[n] ~ normal(z, 0.7)
}
guide { z ~ FAMILY given x[n] by mlp(2) }`;

type Case = Partial<ObjectiveOptions> & {
  readonly K: number;
  readonly batch?: Settings["batch"];
};

const cases: readonly Case[] = [
  { bound: "elbo", baseline: "none", K: 1 },
  { bound: "elbo", baseline: "loo", K: 1 },
  { bound: "elbo", baseline: "loo", K: 1, batch: { n: 2 } },
  { bound: "selbo", baseline: "none", K: 2 },
  { bound: "selbo", baseline: "loo", K: 2 },
  { bound: "iwae", baseline: "none", K: 1 },
  { bound: "iwae", baseline: "loo", K: 1 },
  { bound: "siwae", baseline: "none", K: 2 },
  { bound: "siwae", baseline: "loo", K: 2 },
];

/** The gradient of every learned number, averaged over many steps. */
function gradients({ K, batch, ...objective }: Case, estimator: "pathwise" | "score", runs: number) {
  const family = K === 1 ? "mean_field" : `mixture(K = ${K}, component = mean_field)`;
  const model = compiled(
    text.replace("FAMILY", family),
    { x: [0.5, -1, 1.5] },
    {
      guide: { family: K === 1 ? "mean_field" : "mixture", K, component: "mean_field" },
      objective: { ...objective, T: 2, innerT: 3, estimator },
      ...(batch ? { batch } : {}),
    },
  );
  const parameters = initialise(model, 3);
  const arrays = Object.fromEntries(
    model.paramSpecs.map(({ name, offset, size }) => [name, parameters.slice(offset, offset + size)]),
  );
  const program = model.gradient();
  return average(runs, (step) => {
    // minibatches in turn: every pair of the three data equally often
    const rows = {
      "batch.n": [
        [0, 1],
        [1, 2],
        [0, 2],
      ][step % 3]!,
    };
    const outputs = run(model, program, batch ? { ...arrays, ...rows } : arrays, 1, step);
    return [...outputs].flatMap(([name, { values }]) => (name === "bound" ? [] : [...values]));
  });
}

describe("latents that are shared and latents of each datum: score and pathwise have one gradient", () => {
  test.each(cases)("$bound, baseline $baseline, K = $K, batch $batch", (what) => {
    const path = gradients(what, "pathwise", 1_500);
    const score = gradients(what, "score", 6_000);
    expect(path.mean.length).toBeGreaterThan(10);
    path.mean.forEach((mean, i) => {
      const se = Math.hypot(path.se[i]!, score.se[i]!);
      expect(Math.abs(mean - score.mean[i]!), `entry ${i}`).toBeLessThanOrEqual(6 * se);
      expect(se).toBeLessThan(1);
    });
  });

  test("leave-one-out makes less noise than nothing", () => {
    for (const bound of ["elbo", "iwae"] as const) {
      const noise = (baseline: "none" | "loo"): number =>
        gradients({ bound, baseline, K: 1 }, "score", 1_000).se.reduce((sum, se) => sum + se ** 2, 0);
      // by a factor of about 3 and 2 here; 1,000 runs tell a factor of 1.2 from none
      expect(noise("loo") * 1.2).toBeLessThan(noise("none"));
    }
  });
});
