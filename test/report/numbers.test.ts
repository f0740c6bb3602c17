import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { against, count, duration, measured, plain } from "../../src/report/numbers.ts";

describe("a number with a standard error", () => {
  test("shows two significant digits of the error and ends where they end", () => {
    expect(measured(-1.511353, 0.00312)).toBe("-1.5114 ± 0.0031");
    expect(measured(-1511.353, 0.312)).toBe("-1,511.35 ± 0.31");
    expect(measured(123456, 7890)).toBe("123,500 ± 7,900");
    expect(measured(0.5, 12)).toBe("1 ± 12");
  });

  test("moves on with the error when that rounds up to the next power of ten", () => {
    expect(measured(1, 0.0996)).toBe("1.00 ± 0.10");
  });

  test("shows six digits when the error is zero", () => {
    expect(measured(-4.2310967, 0)).toBe("-4.2311 ± 0");
    expect(measured(2, 0)).toBe("2 ± 0");
  });

  test("uses one exponent for both when they are tiny or huge", () => {
    expect(measured(1.5e-9, 2e-11)).toBe("(1.500 ± 0.020)e-9");
    expect(measured(3.21e9, 1.1e8)).toBe("(3.21 ± 0.11)e9");
  });

  test("says when there is no number", () => {
    expect(measured(Number.NaN, 1)).toBe("unknown");
    expect(measured(-Infinity, 0)).toBe("-infinity");
    expect(measured(1.5, Infinity)).toBe("1.5 ± infinity");
  });

  test("lies within one unit of the last digit of what it shows", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-5, max: 1e5, noNaN: true }),
        (value, error) => {
          const [shown, width] = measured(value, error).replaceAll(",", "").split(" ± ").map(Number);
          // Two digits of the error: each of the two is off by at most half a unit, which is at most error / 18.
          expect(Math.abs(shown! - value)).toBeLessThanOrEqual(error / 18);
          expect(Math.abs(width! - error)).toBeLessThanOrEqual(error / 18);
        },
      ),
      { seed: 1 },
    );
  });
});

test("a number alone shows at most so many significant digits", () => {
  expect(plain(0.0421317)).toBe("0.04213");
  expect(plain(0.7)).toBe("0.7");
  expect(plain(12600)).toBe("12,600");
  expect(plain(-3.1e-9, 2)).toBe("-3.1e-9");
  expect(plain(0)).toBe("0");
  expect(plain(Infinity)).toBe("infinity");
  expect(plain(100.04, 4)).toBe("100");
  expect(plain(1234567.8)).toBe("1,234,568");
});

test("a value read against a spread ends where the spread is told to three digits", () => {
  expect(against(4.39123, 3.3123)).toBe("4.39");
  expect(against(-60123.456, 820.123)).toBe("-60,123");
  expect(against(0.000123456, 0.0000123)).toBe("0.0001235");
  expect(against(-0.0001, 1)).toBe("0.00");
  expect(against(2.5, 0)).toBe("2.5");
});

test("counts and durations read as people write them", () => {
  expect(count(1234567)).toBe("1,234,567");
  expect(duration(0.0412)).toBe("41.2 ms");
  expect(duration(0.00312)).toBe("3.1 ms");
  expect(duration(3.21)).toBe("3.2 s");
  expect(duration(59.7)).toBe("60 s");
  expect(duration(725)).toBe("12 min 5 s");
});
