import { expect, test } from "vitest";
import { betaAt, rateAt } from "../../src/inference/schedules.ts";

const rates = (decay: Parameters<typeof rateAt>[0]["decay"], at: number[], warmUp = 0): number[] =>
  at.map((step) => rateAt({ rate: 0.1, decay, warmUp }, step, 101));

test("a constant rate is constant, after its warm-up", () => {
  expect(rates({ kind: "constant" }, [0, 1, 3, 4, 100], 4)).toEqual([0.025, 0.05, 0.1, 0.1, 0.1]);
});

test("a step decay multiplies by its factor every so many steps", () => {
  expect(rates({ kind: "step", every: 10, factor: 0.5 }, [0, 9, 10, 29])).toEqual([0.1, 0.1, 0.05, 0.025]);
});

test("a cosine falls from the rate through half way to its floor at the last step", () => {
  const [first, middle, last] = rates({ kind: "cosine", floor: 0.2 }, [0, 50, 100]);
  expect(first).toBe(0.1);
  expect(middle).toBeCloseTo(0.06, 15);
  expect(last).toBeCloseTo(0.02, 15);
});

test("beta rises in a straight line and stays", () => {
  const beta = { from: 0.2, to: 1, steps: 8 };
  expect([0, 4, 8, 100].map((step) => betaAt(beta, step))).toEqual([0.2, 0.6000000000000001, 1, 1]);
  expect(betaAt({ from: 1, to: 1, steps: 0 }, 0)).toBe(1);
});
