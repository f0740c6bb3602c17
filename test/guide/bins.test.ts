import { describe, expect, test } from "vitest";
import { gaussianComponent } from "../../src/components/gaussian.ts";
import { middles, binned } from "../../src/guide/bins.ts";
import { Builder } from "../../src/program/builder.ts";
import { pullback } from "../../src/program/differentiate.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { hostTensor } from "../../src/tensor/shape.ts";

type Kind = readonly [name: string, lower: number | null, upper: number | null];
const kinds: readonly Kind[] = [
  ["from 0 on", 0, null],
  ["from -2 to 5", -2, 5],
  ["up to 3", null, 3],
  ["of any size", null, null],
];

/** Values, log masses and the derivatives of the masses' sum by location and scale, at real numbers u. */
function at(
  us: readonly number[],
  [, lower, upper]: Kind,
  loc: number,
  sd: number,
): Record<"value" | "log" | "byLoc" | "bySd", number[]> {
  const b = new Builder();
  const n = us.length;
  const input = (name: string) => b.input(name, [n], "state");
  const [u, m, s] = [input("u"), input("loc"), input("sd")];
  const end = (x: number | null) => (x === null ? null : b.constant(x));
  const { value, low, high } = binned(b, u, { lower: end(lower), upper: end(upper) });
  const { coordinates } = gaussianComponent(b, { loc: m, diagonal: s, factor: null, low: null });
  const log = coordinates!.logMass(low, high);
  const [byU, byLoc, bySd] = pullback(b, b.sum(log), [u, m, s]);
  Object.entries({ value, log, byU, byLoc, bySd }).forEach(([name, what]) => b.output(name, what!));
  const inputs = { u: us, loc: us.map(() => loc), sd: us.map(() => sd) };
  const found = evaluate(b.finish(), new Map(Object.entries(inputs).map(([name, x]) => [name, hostTensor([n], x)])));
  const of = (name: string): number[] => [...found.get(name)!.values];
  expect(of("byU")).toEqual(us.map(() => 0));
  return { value: of("value"), log: of("log"), byLoc: of("byLoc"), bySd: of("bySd") };
}

describe.each(kinds)("whole numbers %s", (...kind) => {
  const [, lower, upper] = kind;
  const values = Array.from({ length: 8 }, (_, i) => (lower ?? (upper ?? 4) - 7) + i).filter(
    (n) => n <= (upper ?? Infinity),
  );
  const ends = {
    lower: lower === null ? null : Float64Array.of(lower),
    upper: upper === null ? null : Float64Array.of(upper),
  };
  const us = [...middles(Float64Array.from(values), ends)];

  test("are found again from the middles of their cells", () => {
    expect(at(us, kind, 0, 1).value).toEqual(values);
  });

  test("have probabilities that sum to 1", () => {
    // many more values where there is no end: to 9 standard deviations
    const all = Array.from({ length: 40_001 }, (_, i) => i - 20_000).filter(
      (n) => n >= (lower ?? -Infinity) && n <= (upper ?? Infinity),
    );
    const { log } = at([...middles(Float64Array.from(all), ends)], kind, 0.3, 1);
    const total = log.reduce((sum, x) => sum + Math.exp(x), 0);
    expect(total).toBeCloseTo(1, 10);
  });

  test.each([
    [0.3, 0.8],
    [1.5, 0.05],
    [-2, 3],
  ])("have derivatives that finite differences see, at location %d and scale %d", (loc, sd) => {
    const here = at(us, kind, loc, sd);
    const h = 1e-6;
    const difference = (up: typeof here, down: typeof here): number[] =>
      up.log.map((x, i) => (x - down.log[i]!) / (2 * h));
    const byLoc = difference(at(us, kind, loc + h, sd), at(us, kind, loc - h, sd));
    const bySd = difference(at(us, kind, loc, sd + h), at(us, kind, loc, sd - h));
    us.forEach((_, i) => {
      // rounding 1e-16 / h of numbers up to 1e4, and truncation h^2 times third derivatives up to 1e8
      const close = (found: number, expected: number): void =>
        expect(Math.abs(found - expected)).toBeLessThan(1e-4 * (1 + Math.abs(expected)));
      close(here.byLoc[i]!, byLoc[i]!);
      close(here.bySd[i]!, bySd[i]!);
    });
  });
});

test("the probability of 3 is pinned: that of a standard normal between log 3 and log 4", () => {
  const [three] = at([Math.log(3.5)], kinds[0]!, 0, 1).log;
  expect(Math.exp(three!)).toBeCloseTo(0.0531400886, 9);
});
