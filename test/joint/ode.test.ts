import { describe, expect, test } from "vitest";
import { disagreements } from "../program/finiteDifferences.ts";
import { asProgram, letOf } from "./lets.ts";

const times = (end: number, count: number): number[] => Array.from({ length: count + 1 }, (_, i) => (end * i) / count);

const decay = (arguments_: string): string => `
  data at: real[T]
  sample rate ~ normal(0, 1)
  fun slope(t, y, rate) = -rate * y
  let y = ode_rk4(slope, [2], at, rate${arguments_})
  factor sum(y)`;

const oscillator = (arguments_: string): string => `
  data at: real[T]
  sample omega ~ normal(0, 1)
  fun slope(t, y, omega) {
    let force = -square(omega) * y[0]
    return [y[1], force]
  }
  let y = ode_rk4(slope, [1, 0], at, omega${arguments_})
  factor sum(y)`;

/** The largest error of the first component against a solution in closed form. */
function error(
  text: string,
  at: readonly number[],
  latents: Record<string, number>,
  exact: (t: number) => number,
): number {
  const { shape, values } = letOf("y", text, { at }, latents);
  const width = shape[1]!;
  return Math.max(...at.map((t, i) => Math.abs(values[i * width]! - exact(t))));
}

describe("ode_rk4", () => {
  test("starts from y0 and has a row for each time", () => {
    const { shape, values } = letOf("y", oscillator(""), { at: times(1, 4) }, { omega: 2 });
    expect(shape).toEqual([5, 2]);
    expect([...values.slice(0, 2)]).toEqual([1, 0]);
  });

  test("one step of y' = -y from 2 by 1/2 is 2 (1 - h + h^2/2 - h^3/6 + h^4/24)", () => {
    const { values } = letOf("y", decay(""), { at: [0, 0.5] }, { rate: 1 });
    const h = 0.5;
    expect(values[1]).toBeCloseTo(2 * (1 - h + h ** 2 / 2 - h ** 3 / 6 + h ** 4 / 24), 14);
  });

  test.each([
    ["decay", decay, { rate: 1.3 }, (t: number) => 2 * Math.exp(-1.3 * t)],
    ["an oscillator", oscillator, { omega: 2 }, (t: number) => Math.cos(2 * t)],
  ] as const)("is of order four for %s, by closer times and by more steps", (_, text, latents, exact) => {
    const [coarse, fine] = [16, 32].map((count) => error(text(""), times(3, count), latents, exact));
    // The ratio tends to 16 as steps shrink; terms of the next order are about a tenth of it here.
    expect(coarse! / fine!).toBeGreaterThan(13);
    expect(coarse! / fine!).toBeLessThan(20);
    expect(fine).toBeLessThan(1e-3);
    const stepped = error(text(", steps = 2"), times(3, 16), latents, exact);
    expect(coarse! / stepped).toBeGreaterThan(13);
    expect(coarse! / stepped).toBeLessThan(20);
  });

  test("sees the time, at uneven times, in a forced equation", () => {
    const text = `
      data at: real[T]
      sample a ~ normal(0, 1)
      fun slope(t, y, a) = [a * t ^ 3]
      let y = ode_rk4(slope, [0], at, a, steps = 3)
      factor sum(y)`;
    const at = [0.5, 0.7, 1.5, 1.6, 3];
    // Simpson's rule, to which the method comes down, is exact for cubics.
    expect(error(text, at, { a: 2 }, (t) => (t ** 4 - 0.5 ** 4) / 2)).toBeLessThan(1e-13);
  });

  test("has the gradients that finite differences see", () => {
    const text = `
      data at: real[T]
      sample rate: real[3] ~ normal(0, 1)
      sample start: real[2] ~ normal(0, 1)
      fun slope(t, y, rate) = [rate[0] * y[0] - rate[1] * y[0] * y[1], sin(rate[2] * t) - y[1]]
      let y = ode_rk4(slope, start, at, rate, steps = 2)
      factor sum(square(y))`;
    const { program, inputs } = asProgram(
      text,
      { at: [0, 0.3, 0.5, 1.1] },
      { rate: [0.7, 0.4, 1.2], start: [0.5, -0.3] },
    );
    expect(disagreements(program, "log p", ["rate", "start"], inputs)).toEqual([]);
  });
});
