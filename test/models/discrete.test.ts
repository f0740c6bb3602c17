import { describe, expect, test } from "vitest";
import { entries, inferred } from "./fits.ts";

// What the data were simulated from (see the READMEs) lies within 4 posterior standard deviations: 6e-5 each.
const truth: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  gaussian_mixture: { mu: [-1.5, 1.2], s: [0.8, 1.1], theta: [0.4] },
  hidden_markov: { stay: [0.92, 0.08, 0.15, 0.85], mu: [-1, 1.5], sd: [0.9] },
};

describe.each(Object.keys(truth))("models/%s", (name) => {
  test("finds what its data were simulated from, and is trusted", { timeout: 120_000 }, async () => {
    const { code, report } = await inferred(name, ["--seed", "1"]);
    expect(code).toBe(0);
    for (const [site, values] of Object.entries(truth[name]!)) {
      const { mean, sd } = report.sites[site]!;
      values.forEach((value, i) =>
        expect(Math.abs(entries(mean)[i]! - value), `${site}[${i}]`).toBeLessThan(4 * entries(sd)[i]!),
      );
    }
    const hidden = report.sites[name === "hidden_markov" ? "z" : "k"]!;
    for (const p of entries(hidden.probabilities!.of)) {
      // sums of probabilities over 4,000 draws: rounding alone
      expect(p).toBeGreaterThan(-1e-9);
      expect(p).toBeLessThan(1 + 1e-9);
    }
  });
});
