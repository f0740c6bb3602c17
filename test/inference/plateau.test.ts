import { expect, test } from "vitest";
import { hasPlateaued } from "../../src/inference/plateau.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";

const random = randomStream(seedKey(5, "plateau"));
const noisy = (steps: number, slope: number): Float64Array =>
  Float64Array.from({ length: steps }, (_, i) => slope * i + random.normal());

test("noise about a level is a plateau once the patience is used up", () => {
  const flat = noisy(1000, 0);
  expect(hasPlateaued(flat, { window: 100, patience: 3 })).toBe(true);
  expect(hasPlateaued(flat.subarray(0, 399), { window: 100, patience: 3 })).toBe(false);
});

test("a climb is not a plateau, however slow against the noise of single steps", () => {
  // window means rise by 1 with a standard error of 0.1 each: 7 standard errors of the difference
  expect(hasPlateaued(noisy(3000, 0.01), { window: 100, patience: 2 })).toBe(false);
});

test("windows are counted by hand", () => {
  const bounds = Float64Array.of(0, 0, 1, 1, 1, 1, 0, 0, 9, 9);
  expect(hasPlateaued(bounds, { window: 2, patience: 2 })).toBe(true);
  expect(hasPlateaued(bounds, { window: 2, patience: 3 })).toBe(false);
  expect(hasPlateaued(bounds.subarray(0, 7), { window: 2, patience: 2 })).toBe(false);
  expect(hasPlateaued(bounds, { window: 2, patience: 2 }, 6)).toBe(false);
});
