import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bijections, unbounded, type PlainBounds } from "../../src/distributions/bijections.ts";
import { Builder } from "../../src/program/builder.ts";
import { differentiate } from "../../src/program/differentiate.ts";
import { compileEvaluator, evaluate } from "../../src/program/evaluate.ts";
import type { Program, Value } from "../../src/program/program.ts";
import { hostTensor, sizeOf, type Shape } from "../../src/tensor/shape.ts";
import type { SupportKind } from "../../src/tensor/support.ts";

interface Case {
  readonly name: string;
  readonly kind: SupportKind;
  readonly event: Shape;
  readonly bounds: PlainBounds;
}
const cases: readonly Case[] = [
  { name: "real", kind: "interval", event: [3], bounds: unbounded },
  { name: "above", kind: "interval", event: [], bounds: { lower: 2, upper: null } },
  { name: "below, a matrix", kind: "interval", event: [2, 2], bounds: { lower: null, upper: -1 } },
  { name: "between", kind: "interval", event: [3], bounds: { lower: -1, upper: 4 } },
  { name: "simplex", kind: "simplex", event: [4], bounds: unbounded },
  { name: "two simplexes", kind: "simplex", event: [2, 3], bounds: unbounded },
  { name: "simplex of one", kind: "simplex", event: [1], bounds: unbounded },
  { name: "ordered", kind: "ordered", event: [4], bounds: unbounded },
  { name: "two ordered", kind: "ordered", event: [2, 3], bounds: unbounded },
  { name: "positive ordered", kind: "positive_ordered", event: [2, 3], bounds: unbounded },
  { name: "correlation factor", kind: "cholesky_corr", event: [4, 4], bounds: unbounded },
  { name: "two correlation factors", kind: "cholesky_corr", event: [2, 3, 3], bounds: unbounded },
  { name: "correlation of one", kind: "cholesky_corr", event: [1, 1], bounds: unbounded },
  { name: "covariance", kind: "cov_matrix", event: [3, 3], bounds: unbounded },
  { name: "two covariances", kind: "cov_matrix", event: [2, 2, 2], bounds: unbounded },
];

/** Outputs `value`, `logDet` and `total`, the sum of both, of an input `u` with these leading axes. */
function programOf({ kind, event, bounds }: Case, leading: Shape = []): Program {
  const b = new Builder();
  const u = b.input("u", [...leading, ...bijections[kind].unconstrained(event)], "state");
  const bound = (end: PlainBounds["lower"]): Value | null => (end === null ? null : b.constant(end as number));
  const ends = { lower: bound(bounds.lower), upper: bound(bounds.upper) };
  const { value, logDet } = bijections[kind].forward(b, u, event, ends);
  b.output("value", value);
  b.output("logDet", logDet);
  b.output("total", b.add(b.sum(value), b.sum(logDet)));
  return b.finish();
}

function forwardOf(each: Case): (u: readonly number[]) => { value: Float64Array; logDet: number } {
  const run = compileEvaluator(programOf(each));
  const shape = bijections[each.kind].unconstrained(each.event);
  return (u) => {
    const outputs = run(new Map([["u", hostTensor(shape, u)]]));
    return {
      value: outputs.get("value")!.values.slice(),
      logDet: outputs.get("logDet")!.values[0]!,
    };
  };
}

/** Which entries of one base are its coordinates; volume is measured in these. */
function coordinates(kind: SupportKind, event: Shape): number[] {
  const size = event.at(-1) ?? 1;
  const base = kind === "interval" ? [] : kind.endsWith("ed") || kind === "simplex" ? [size] : [size, size];
  const free = Array.from({ length: sizeOf(base) }, (_, at) => at).filter((at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    if (kind === "simplex") return at < size - 1;
    if (kind === "cholesky_corr") return j < i;
    if (kind === "cov_matrix") return j <= i;
    return true;
  });
  const bases = sizeOf(event) / sizeOf(base);
  return Array.from({ length: bases }, (_, n) => free.map((at) => n * sizeOf(base) + at)).flat();
}

function logAbsDet(matrix: number[][]): number {
  const a = matrix.map((row) => [...row]);
  let total = 0;
  for (let k = 0; k < a.length; k++) {
    const rest = a.slice(k).map((row) => Math.abs(row[k]!));
    const pivot = k + rest.indexOf(Math.max(...rest));
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    total += Math.log(Math.abs(a[k]![k]!));
    for (let i = k + 1; i < a.length; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      for (let j = k; j < a.length; j++) a[i]![j]! -= factor * a[k]![j]!;
    }
  }
  return total;
}

const close = { seed: 20240603, numRuns: 30 };
function vectors(each: Case): fc.Arbitrary<number[]> {
  const length = sizeOf(bijections[each.kind].unconstrained(each.event));
  return fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: length, maxLength: length });
}

describe.each(cases)("$name", (each) => {
  const forward = forwardOf(each);
  const { inverse } = bijections[each.kind];

  test("comes back from its image", () => {
    fc.assert(
      fc.property(vectors(each), (u) => {
        const back = inverse(forward(u).value, each.event, each.bounds);
        expect(back).toHaveLength(u.length);
        // Seven digits of slack: within |u| <= 3 the map stretches by no more than e^9 here.
        u.forEach((entry, i) => expect(Math.abs(back[i]! - entry)).toBeLessThan(1e-9));
      }),
      close,
    );
  });

  test("has the log determinant of its numerical Jacobian", () => {
    const free = coordinates(each.kind, each.event);
    fc.assert(
      fc.property(vectors(each), (u) => {
        expect(free).toHaveLength(u.length);
        const h = 1e-5;
        const columns = u.map((_, i) => {
          const moved = (step: number): Float64Array =>
            forward(u.map((entry, j) => (i === j ? entry + step : entry))).value;
          const [up, down] = [moved(h), moved(-h)];
          return free.map((at) => (up[at]! - down[at]!) / (2 * h));
        });
        // Central differences are good to about 1e-8 of the largest entry; pivots are smaller.
        expect(Math.abs(forward(u).logDet - logAbsDet(columns))).toBeLessThan(1e-5);
      }),
      close,
    );
  });

  test("lands in the support", () => {
    fc.assert(
      fc.property(vectors(each), (u) => {
        const { value } = forward(u);
        expect(value.every((x) => inside(each, x))).toBe(true);
        checkBases(each, value);
      }),
      close,
    );
  });

  test("maps leading axes one by one", () => {
    const width = sizeOf(bijections[each.kind].unconstrained(each.event));
    const u = Float64Array.from({ length: 6 * width }, (_, i) => Math.sin(3 * i));
    const shape = [2, 3, ...bijections[each.kind].unconstrained(each.event)];
    const outputs = evaluate(programOf(each, [2, 3]), new Map([["u", hostTensor(shape, u)]]));
    expect(outputs.get("value")!.shape).toEqual([2, 3, ...each.event]);
    expect(outputs.get("logDet")!.shape).toEqual([2, 3]);
    const all = outputs.get("value")!.values;
    for (let n = 0; n < 6; n++) {
      const one = forward(Array.from(u.subarray(n * width, (n + 1) * width)));
      const size = sizeOf(each.event);
      expect(all.slice(n * size, (n + 1) * size)).toEqual(one.value);
      expect(outputs.get("logDet")!.values[n]).toBe(one.logDet);
    }
    const back = inverse(all, each.event, each.bounds);
    u.forEach((entry, i) => expect(back[i]!).toBeCloseTo(entry, 9));
  });

  test("has finite derivatives, far out as well", () => {
    const shape = bijections[each.kind].unconstrained(each.event);
    const gradient = differentiate(programOf(each), "total", ["u"]);
    for (const far of [-30, -3, 0, 3, 30]) {
      const u = hostTensor(shape, new Float64Array(sizeOf(shape)).fill(far));
      const slopes = evaluate(gradient, new Map([["u", u]])).get("grad:u")!.values;
      expect(slopes.every(Number.isFinite)).toBe(true);
    }
  });
});

function inside({ bounds: { lower, upper } }: Case, x: number): boolean {
  return Number.isFinite(x) && x > ((lower as number) ?? -Infinity) && x < ((upper as number) ?? Infinity);
}

function checkBases({ kind, event }: Case, value: Float64Array): void {
  const size = event.at(-1) ?? 1;
  const rows = Array.from({ length: value.length / size }, (_, n) => Array.from(value.slice(n * size, (n + 1) * size)));
  rows.forEach((row, n) => {
    const sum = row.reduce((total, x) => total + x, 0);
    const squares = row.reduce((total, x) => total + x * x, 0);
    if (kind === "simplex") expect(Math.abs(sum - 1)).toBeLessThan(1e-14);
    if (kind === "simplex") expect(row.every((x) => x > 0)).toBe(true);
    if (kind.endsWith("ordered")) expect(row.every((x, k) => k === 0 || x > row[k - 1]!)).toBe(true);
    if (kind === "positive_ordered") expect(row[0]).toBeGreaterThan(0);
    if (kind !== "cholesky_corr") return;
    const i = n % size;
    expect(Math.abs(squares - 1)).toBeLessThan(1e-14);
    expect(row[i]).toBeGreaterThan(0);
    expect(row.slice(i + 1).every((x) => x === 0)).toBe(true);
  });
}

describe("images worked out by hand", () => {
  const { log } = Math;
  const half = { lower: 2, upper: null };
  const rows: readonly (readonly [SupportKind, Shape, number[], PlainBounds, number[], number])[] = [
    ["interval", [], [7.5], unbounded, [7.5], 0],
    ["interval", [], [log(3)], half, [5], log(3)],
    ["interval", [], [log(3)], { lower: null, upper: -1 }, [-4], log(3)],
    ["interval", [], [0], { lower: -1, upper: 4 }, [1.5], log(5 / 4)],
    ["interval", [2], [log(3), 0], { lower: -1, upper: 4 }, [2.75, 1.5], log(15 / 16) + log(5 / 4)],
    ["simplex", [2], [log(3)], unbounded, [0.75, 0.25], log(3 / 16)],
    // Parts 1/3 of 1 and 1/2 of 2/3: slopes (1/3)(2/3) and (1/2)(1/2)(2/3).
    ["simplex", [3], [0, 0], unbounded, [1 / 3, 1 / 3, 1 / 3], log(1 / 27)],
    ["ordered", [3], [-1, log(2), log(3)], unbounded, [-1, 1, 4], log(6)],
    ["positive_ordered", [2], [log(2), log(3)], unbounded, [2, 5], log(6)],
    // tanh(log 2) = 0.6
    ["cholesky_corr", [2, 2], [log(2)], unbounded, [1, 0, 0.6, 0.8], log(0.64)],
    [
      "cholesky_corr",
      [3, 3],
      [0, log(2), log(2)],
      unbounded,
      [1, 0, 0, 0, 1, 0, 0.6, 0.48, 0.64],
      log(0.64 * 0.8 * 0.64),
    ],
    // L = (2, 0; 1, 3): slopes of 4, 2 and 10 in their own coordinates are 8, 2 and 18.
    ["cov_matrix", [2, 2], [log(2), 1, log(3)], unbounded, [4, 2, 2, 10], log(288)],
  ];
  test.each(rows)("%s %j of %j", (kind, event, u, bounds, value, logDet) => {
    const image = forwardOf({ name: "", kind, event, bounds })(u);
    expect(Array.from(image.value)).toEqual(value.map((x) => expect.closeTo(x, 13)));
    expect(image.logDet).toBeCloseTo(logDet, 13);
    const back = bijections[kind].inverse(Float64Array.from(value), event, bounds);
    expect(Array.from(back)).toEqual(u.map((x) => expect.closeTo(x, 13)));
  });

  test("cover every kind", () => {
    expect(new Set(rows.map(([kind]) => kind))).toEqual(new Set(Object.keys(bijections)));
  });

  test("interval bounds may differ from entry to entry", () => {
    const bounds = { lower: [0, 10], upper: null };
    const u = bijections.interval.inverse(Float64Array.of(1, 12, 2, 11), [2], bounds);
    expect(Array.from(u)).toEqual([0, log(2), log(2), 0].map((x) => expect.closeTo(x, 13)));
  });
});
