import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emitMatmul, type BatchAxis, type MatmulSpec } from "../../../src/execute/fused/kernels/matmul.ts";
import { matmulScratchBytes, planMatmul } from "../../../src/execute/fused/kernels/matmulPlan.ts";
import { ModuleBuilder, w } from "../../../src/execute/fused/wasm/assembler.ts";
import { random } from "./numbers.ts";
import { load, memoryOf } from "./host.ts";

type Numbers = Float32Array | Float64Array;

const untouched = 1234.5;
/** Entries that loads may reach beyond an array, and more, so that stores beyond it are seen. */
const slack = 8;

const strideA = (s: MatmulSpec) => s.strideA ?? (s.transposeA ? s.m : s.k);
const strideB = (s: MatmulSpec) => s.strideB ?? (s.transposeB ? s.k : s.n);
const strideC = (s: MatmulSpec) => s.strideC ?? s.n;

/** Entries of A, B and C, the strides and leading axes counted. */
function sizes(spec: MatmulSpec): { readonly a: number; readonly b: number; readonly c: number } {
  const { m, n, k, transposeA, transposeB, batch = [] } = spec;
  const span = (way: "a" | "b" | "c") => batch.reduce((sum, axis) => sum + (axis.size - 1) * axis[way], 0);
  return {
    a: span("a") + (transposeA ? k : m) * strideA(spec),
    b: span("b") + (transposeB ? n : k) * strideB(spec),
    c: span("c") + m * strideC(spec),
  };
}

/** Runs a product on random numbers: what it made of C, what float64 sums say, and sum |a| |b| for the tolerance. */
function run(spec: MatmulSpec, seed = 1, vectors = 0) {
  const { m, n, k, precision, batch = [] } = spec;
  const size = sizes(spec);
  const bytes = precision === "float32" ? 4 : 8;
  const memory = memoryOf(40);
  let at = 64;
  const array = (length: number): { readonly address: number; readonly numbers: Numbers } => {
    const address = at;
    at += Math.ceil(((length + slack) * bytes) / 16) * 16;
    const numbers =
      precision === "float32"
        ? new Float32Array(memory.buffer, address, length + slack)
        : new Float64Array(memory.buffer, address, length + slack);
    const next = random(seed + at);
    numbers.forEach((_, i) => (numbers[i] = next()));
    // What is loaded beyond the end must not matter.
    numbers.fill(NaN, length);
    return { address, numbers };
  };
  const [a, b, c] = [array(size.a), array(size.b), array(size.c)];
  const extra = Array.from({ length: vectors }, () => array(Math.max(m, n, size.c)));
  c.numbers.fill(untouched, size.c);
  const before = c.numbers.slice();
  const scratch = { address: at, bytes: matmulScratchBytes(spec) };
  at += scratch.bytes;
  const behind = new Uint8Array(memory.buffer, at, 64);
  behind.fill(7);

  const module = new ModuleBuilder({ minPages: 1 });
  module.export(emitMatmul(module, "product", spec));
  const extras = extra.map(({ address }) => address);
  load(module, memory).product!(a.address, b.address, c.address, scratch.address, ...extras);

  const expected = Float64Array.from(before);
  const scale = new Float64Array(expected.length);
  const each = (axes: readonly BatchAxis[], a0: number, b0: number, c0: number): void => {
    const [axis, ...inner] = axes;
    if (axis) {
      for (let t = 0; t < axis.size; t++) each(inner, a0 + t * axis.a, b0 + t * axis.b, c0 + t * axis.c);
      return;
    }
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        const to = c0 + i * strideC(spec) + j;
        if (!spec.accumulate) expected[to] = 0;
        scale[to] = Math.abs(expected[to]!);
        for (let p = 0; p < k; p++) {
          const [ra, ca] = spec.transposeA ? [p, i] : [i, p];
          const [rb, cb] = spec.transposeB ? [j, p] : [p, j];
          const x = a.numbers[a0 + ra * strideA(spec) + ca]!;
          const y = b.numbers[b0 + rb * strideB(spec) + cb]!;
          expected[to]! += x * y;
          scale[to]! += Math.abs(x * y);
        }
      }
  };
  each(batch, 0, 0, 0);
  const unit = precision === "float32" ? 2 ** -24 : 2 ** -53;
  return {
    c: c.numbers,
    expected,
    extra: extra.map(({ numbers }) => numbers),
    overrun: behind.some((byte) => byte !== 7),
    /** Each of k products and sums rounds by at most a unit (Higham 2002, section 3.1), and one sum may be C's own. */
    tolerance: scale.map((sum) => (k + 2) * unit * sum),
  };
}

function expectProduct(spec: MatmulSpec, seed = 1): void {
  const { c, expected, tolerance, overrun } = run(spec, seed);
  c.forEach((value, i) => {
    if (!(Math.abs(value - expected[i]!) <= tolerance[i]!))
      expect.fail(`entry ${i} is ${value} and should be ${expected[i]}: ${JSON.stringify(planMatmul(spec))}`);
  });
  expect(overrun).toBe(false);
}

const variants = [
  { name: "A B", transposeA: false, transposeB: false },
  { name: "A B^T", transposeA: false, transposeB: true },
  { name: "A^T B", transposeA: true, transposeB: false },
  { name: "A^T B^T", transposeA: true, transposeB: true },
];

describe.each(["float32", "float64"] as const)("in %s", (precision) => {
  describe.each(variants)("$name", ({ transposeA, transposeB }) => {
    const spec = { precision, transposeA, transposeB };

    test("is right at every small size, whatever of a tile is left over", () => {
      for (let m = 1; m <= 6; m++)
        for (let n = 1; n <= 9; n++) for (const k of [1, 2, 3, 4, 7]) expectProduct({ ...spec, m, n, k });
    });

    test("is right at random sizes and strides, added to C or not", () => {
      const size = fc.integer({ min: 1, max: 40 });
      const gap = fc.integer({ min: 0, max: 5 });
      fc.assert(
        fc.property(size, size, size, gap, gap, gap, fc.boolean(), (m, n, k, ga, gb, gc, add) => {
          expectProduct({
            ...{ ...spec, m, n, k, accumulate: add },
            strideA: (transposeA ? m : k) + ga,
            strideB: (transposeB ? k : n) + gb,
            strideC: n + gc,
          });
        }),
        { seed: 7, numRuns: 60 },
      );
    });

    test("is right where rows lie far apart, and panels are packed", () => {
      expectProduct({ ...spec, m: 33, n: 61, k: 70, strideB: 600 });
    });

    test("is right along leading axes, broadcast or not", () => {
      const [m, n, k] = [3, 5, 4];
      const [a, b, c] = [m * k, k * n, m * n];
      const strides = [
        [
          { size: 2, a: 3 * a, b: 3 * b, c: 3 * c },
          { size: 3, a, b, c },
        ],
        [
          { size: 2, a: 0, b: 3 * b, c: 3 * c },
          { size: 3, a, b: 0, c },
        ],
        [{ size: 6, a, b: 0, c }],
        [{ size: 6, a: 0, b, c }],
      ];
      for (const batch of strides)
        for (const accumulate of [false, true]) expectProduct({ ...spec, m, n, k, batch, accumulate });
      expectProduct({ ...spec, m, n: 1, k, batch: [{ size: 2, a, b: k, c: m }] });
    });
  });
});

test("a pinned product: [[1, 2], [3, 4]] [[5, 6], [7, 8]]", () => {
  const module = new ModuleBuilder({ minPages: 1 });
  module.export(emitMatmul(module, "f", { m: 2, n: 2, k: 2, precision: "float64" }));
  const memory = memoryOf(1);
  const numbers = new Float64Array(memory.buffer);
  numbers.set([1, 2, 3, 4, 5, 6, 7, 8]);
  load(module, memory).f!(0, 32, 64, 0);
  expect([...numbers.subarray(8, 12)]).toEqual([19, 22, 43, 50]);
});

test("a leading axis along which B stays is more rows, and one column is one row", () => {
  const spec = { m: 10, n: 7, k: 3, precision: "float32" } as const;
  const folded = planMatmul({ ...spec, batch: [{ size: 4, a: 30, b: 0, c: 70 }] });
  expect([folded.m, folded.batch.length]).toEqual([40, 0]);
  const kept = planMatmul({ ...spec, batch: [{ size: 4, a: 30, b: 21, c: 70 }] });
  expect([kept.m, kept.batch.length]).toEqual([10, 1]);
  const column = planMatmul({ ...spec, n: 1 });
  expect([column.swapped, column.m, column.n, column.way]).toEqual([true, 1, 10, "dot"]);
});

describe("An epilogue", () => {
  const vectorAdd = (precision: MatmulSpec["precision"]) => (precision === "float32" ? w.f32x4.add : w.f64x2.add);

  test.each([
    { precision: "float32", m: 7, n: 11, transposeB: false },
    { precision: "float32", m: 7, n: 11, transposeB: true },
    { precision: "float64", m: 6, n: 5, transposeB: false },
    { precision: "float32", m: 9, n: 1, transposeB: false },
  ] as const)(
    "sees its rows, its columns and C's neighbours: $precision, $m by $n, $transposeB",
    ({ precision, m, n, transposeB }) => {
      const add = vectorAdd(precision);
      const spec: MatmulSpec = {
        ...{ m, n, k: 3, precision, transposeB, extras: 4 },
        epilogue: (f, tile, at) => {
          const [columns, rows, same, copy] = at.extras;
          at.store(copy!, tile);
          return add(add(tile, at.loadForColumns(columns!)), add(at.loadForRows(rows!), at.load(same!)));
        },
      };
      const { c, expected, extra, tolerance } = run(spec, 3, 4);
      const [columns, rows, same, copy] = extra;
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          const at = i * n + j;
          const full = expected[at]! + columns![j]! + rows![i]! + same![at]!;
          const unit = precision === "float32" ? 2 ** -24 : 2 ** -53;
          // Three more sums, of numbers below 4.
          expect(Math.abs(c[at]! - full)).toBeLessThanOrEqual(tolerance[at]! + 3 * 8 * unit);
          expect(Math.abs(copy![at]! - expected[at]!)).toBeLessThanOrEqual(tolerance[at]!);
        }
      expect([...c.subarray(m * n)]).toEqual(new Array(slack).fill(untouched));
    },
  );
});

test.each([
  { how: "folded into the rows", n: 3, b: 0 },
  { how: "one by one", n: 3, b: 12 },
  { how: "one by one, single columns", n: 1, b: 4 },
])("an epilogue finds its place also along leading axes: $how", ({ n, b }) => {
  const { add } = w.f64x2;
  const spec: MatmulSpec = {
    ...{ m: 2, n, k: 4, precision: "float64", extras: 3 },
    batch: [
      { size: 2, a: 24, b: 3 * b, c: 6 * n },
      { size: 3, a: 8, b, c: 2 * n },
    ],
    epilogue: (_, tile, at) => {
      const [same, rows, columns] = at.extras;
      return add(add(tile, at.load(same!)), add(at.loadForRows(rows!), at.loadForColumns(columns!)));
    },
  };
  const { c, expected, extra, tolerance } = run(spec, 5, 3);
  const [same, rows, columns] = extra;
  for (let i = 0; i < 12 * n; i++) {
    const full = expected[i]! + same![i]! + rows![Math.floor(i / n)]! + columns![i % n]!;
    // Three more sums, of numbers below 8.
    expect(Math.abs(c[i]! - full)).toBeLessThanOrEqual(tolerance[i]! + 3 * 8 * 2 ** -53);
  }
});
