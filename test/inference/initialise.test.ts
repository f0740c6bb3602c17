import { describe, expect, test } from "vitest";
import { initialise } from "../../src/inference/initialise.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { compileSource, type Compiled } from "../../src/pipeline.ts";
import { started } from "../execute/helpers.ts";
import { defaultOptions } from "../../src/plan/options.ts";

/** A mixture guide over two dimensions: rows of a logit, two locations and two raw scales. */
function mixture(K: number): Compiled {
  const options = { ...defaultOptions, guide: { ...defaultOptions.guide, K } };
  const source = { path: "model.ppl", text: "sample z: real[2] ~ normal(0, 1)" };
  return started(compileSource(source, {}, options));
}

const locationsOf = (K: number, seed: number): number[][] => {
  const raw = initialise(mixture(K), seed);
  return Array.from({ length: K }, (_, k) => [raw[5 * k + 1]!, raw[5 * k + 2]!]);
};

/** The set of which the closest pair is farthest apart, all distances of all sets written out. */
function widestOf(sets: readonly (readonly number[][])[]): readonly number[][] {
  const closest = (points: readonly number[][]): number =>
    Math.min(...points.flatMap((a, i) => points.slice(0, i).map((b) => Math.hypot(...a.map((x, d) => x - b[d]!)))));
  const widths = sets.map(closest);
  return sets[widths.indexOf(Math.max(...widths))]!;
}

describe("locations of a mixture's components", () => {
  // 200 sets up to 100 components, and 20,000 locations in all beyond
  for (const [K, sets] of [
    [3, 200],
    [150, 134],
  ] as const)
    test(`are the widest of ${sets} sets of ${K}, on a scale of 0.3`, () => {
      const random = randomStream(seedKey(4, "initial.guide.global"));
      const point = (): number[] => [random.normal(), random.normal()];
      const drawn = Array.from({ length: sets }, () => Array.from({ length: K }, point));
      const expected = widestOf(drawn).map((at) => at.map((x) => 0.3 * x));
      expect(locationsOf(K, 4)).toEqual(expected);
    });

  test("are pinned, so that old runs can be repeated", () => {
    const rounded = locationsOf(2, 1)
      .flat()
      .map((x) => Number(x.toFixed(6)));
    expect(rounded).toEqual([0.026629, 0.307856, -0.97533, -0.583543]);
  });
});
