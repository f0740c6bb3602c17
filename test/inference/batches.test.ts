import fc from "fast-check";
import { expect, test } from "vitest";
import { batchRows, permutation, stepsPerEpoch } from "../../src/inference/batches.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";

test("every epoch holds every datum once, wherever batches begin and end", () => {
  const sizes = fc.record({ rows: fc.integer({ min: 1, max: 20 }), size: fc.integer({ min: 1, max: 30 }) });
  const law = fc.property(sizes, fc.integer(), ({ rows, size }, seed) => {
    const at = batchRows(seed, { plate: "n", rows, size });
    const all = Array.from({ length: 3 * size }, (_, step) => [...at(step)]).flat();
    for (let epoch = 0; epoch < 3; epoch++) {
      const seen = all.slice(epoch * size, (epoch + 1) * size).sort((a, b) => a - b);
      expect(seen).toEqual(Array.from({ length: size }, (_, i) => i));
    }
  });
  fc.assert(law, { seed: 1, numRuns: 50 });
});

test("the rows of a step depend on the seed and the step, not on what was asked before", () => {
  const forwards = batchRows(7, { plate: "n", rows: 3, size: 10 });
  const steps = [0, 1, 2, 3, 4, 5, 6].map((step) => [...forwards(step)]);
  const backwards = batchRows(7, { plate: "n", rows: 3, size: 10 });
  for (const step of [6, 0, 5, 3]) expect([...backwards(step)]).toEqual(steps[step]);
  expect([...batchRows(8, { plate: "n", rows: 3, size: 10 })(0)]).not.toEqual(steps[0]);
  // Pinned: a change of stream would silently change every saved run
  expect(steps.slice(0, 2)).toEqual([
    [2, 6, 0],
    [5, 3, 7],
  ]);
});

test("a permutation puts every number first equally often", () => {
  const random = randomStream(seedKey(1, "test"));
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 40_000; i++) counts[permutation(random, 4)[0]!]!++;
  // binomial(40,000, 1/4): six standard errors
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(6 * Math.sqrt(7500));
});

test("an epoch is as long as the most finely minibatched plate makes it", () => {
  const minibatch = (rows: number, size: number) => ({ plate: "n", feed: "batch.n", rows, size });
  expect(stepsPerEpoch([])).toBe(1);
  expect(stepsPerEpoch([minibatch(10, 25), minibatch(5, 100)])).toBe(20);
});

test("each parameter starts from a stream of its own, so that another one changes nothing", () => {
  const spec = (name: string, offset: number) => ({
    name,
    shape: [2],
    offset,
    size: 2,
    role: "guide" as const,
    shrinks: false,
    init: (random: { normal(): number }) => [random.normal(), random.normal()],
  });
  const both = initialise({ paramSpecs: [spec("a", 0), spec("b", 2)], parameterCount: 4 }, 3);
  const alone = initialise({ paramSpecs: [spec("b", 0)], parameterCount: 2 }, 3);
  expect([...both.slice(2)]).toEqual([...alone]);
  expect(both[0]).not.toBe(both[2]);
});
