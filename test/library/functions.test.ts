import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Operand } from "../../src/library/function.ts";
import { functions } from "../../src/library/index.ts";
import type { ValueType } from "../../src/model/model.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { hostTensor, sizeOf, type HostTensor, type Shape } from "../../src/tensor/shape.ts";

/** A number, a vector or a matrix; `{ size }` for an argument that is a size. */
type Arg = number | readonly number[] | readonly (readonly number[])[] | { readonly size: number };

/** Each function at arguments whose result is worked out by hand or taken from tables. */
// prettier-ignore
const pinned: Readonly<Record<string, readonly [args: readonly Arg[], result: Arg][]>> = {
  gp_exp_quad: [
    [[[0, 1], 2, 1], [[4.0000000004, 2.4261226388505337], [2.4261226388505337, 4.0000000004]]],
    [[[[0, 0], [3, 8]], 1, [3, 4]], [[1.0000000001, Math.exp(-2.5)], [Math.exp(-2.5), 1.0000000001]]],
  ],
  add: [
    [
      [1, [2, 3]],
      [3, 4],
    ],
  ],
  sub: [
    [
      [
        [5, 6],
        [2, 3],
      ],
      [3, 3],
    ],
  ],
  mul: [
    [
      [
        [5, 6],
        [2, 3],
      ],
      [10, 18],
    ],
  ],
  div: [[[1, 2], 0.5]],
  mod: [
    [
      [[7, -7], 3],
      [1, 2],
    ],
  ],
  pow: [[[[2, -3], 3], [8, -27]], [[9, 0.5], 3], [[2, -1], 0.5], [[2, [1, 5]], [2, 32]], [[-3, 4], 81]],
  neg: [[[[1, -2]], [-1, 2]]],
  less: [
    [
      [1, [1, 2]],
      [0, 1],
    ],
  ],
  less_equal: [
    [
      [1, [0, 1]],
      [0, 1],
    ],
  ],
  greater: [
    [
      [1, [1, 0]],
      [0, 1],
    ],
  ],
  greater_equal: [
    [
      [1, [2, 1]],
      [0, 1],
    ],
  ],
  equal: [
    [
      [1, [2, 1]],
      [0, 1],
    ],
  ],
  not_equal: [
    [
      [1, [2, 1]],
      [1, 0],
    ],
  ],
  and: [
    [
      [
        [0, 2, 3],
        [1, 0, -1],
      ],
      [0, 0, 1],
    ],
  ],
  or: [
    [
      [
        [0, 2, 0],
        [1, 0, 0],
      ],
      [1, 1, 0],
    ],
  ],
  not: [[[[0, 2]], [1, 0]]],
  exp: [[[1], Math.E]],
  expm1: [[[1e-20], 1e-20]],
  log: [[[Math.E], 1]],
  log1p: [[[1e-20], 1e-20]],
  sqrt: [[[9], 3]],
  square: [[[-3], 9]],
  abs: [[[-3], 3]],
  floor: [[[[1.5, -1.5]], [1, -2]]],
  sin: [[[Math.PI / 6], 0.5]],
  cos: [[[Math.PI / 3], 0.5]],
  tanh: [[[Math.log(2)], 0.6]],
  sigmoid: [[[Math.log(3)], 0.75]],
  logit: [[[0.75], Math.log(3)]],
  softplus: [[[0], Math.LN2]],
  relu: [[[[-1, 2]], [0, 2]]],
  leaky_relu: [[[[-1, 2]], [-0.01, 2]]],
  // x / (1 + e^-x) and x Phi(x) at 1 and -2
  silu: [[[[1, -2, 0]], [0.7310585786300049, -0.2384058440442351, 0]]],
  gelu: [[[[1, -2, 0]], [0.8413447460685429, -0.045500263896358417, 0]]],
  softsign: [[[[1, -3, 0]], [0.5, -0.75, 0]]],
  elu: [[[[-Math.LN2, 2, 1000]], [-0.5, 2, 1000]]],
  lgamma: [[[5], Math.log(24)]],
  digamma: [[[1], -0.5772156649015329]],
  erf: [[[0.5], 0.5204998778130465]],
  Phi: [[[1.96], 0.9750021048517795]],
  where: [
    [
      [[1, 0], [1, 2], 7],
      [1, 7],
    ],
  ],
  sum: [[[[[1, 2], [3, 4]]], 10], [[5], 5]],
  mean: [[[[1, 2, 6]], 3]],
  sd: [
    [[[1, 2, 6]], Math.sqrt(7)],
    [[4], 0],
  ],
  prod: [
    [[[2, -3, 0.5, 4, 1]], -12],
    [[[2, 0, 3]], 0],
  ],
  logsumexp: [[[[1000, 1000]], 1000 + Math.LN2]],
  max: [
    [[[1, 5, 2]], 5],
    [
      [3, [1, 5]],
      [3, 5],
    ],
  ],
  min: [
    [[[1, 5, 2]], 1],
    [
      [3, [1, 5]],
      [1, 3],
    ],
  ],
  softmax: [[[[0, Math.log(3)]], [0.25, 0.75]]],
  log_softmax: [[[[0, Math.log(3)]], [Math.log(0.25), Math.log(0.75)]]],
  cumsum: [[[[1, 2, 3]], [1, 3, 6]]],
  matmul: [
    [[[[1, 2], [3, 4]], [5, 6]], [17, 39]],
    [[[5, 6], [[1, 2], [3, 4]]], [23, 34]],
    [
      [
        [1, 2],
        [3, 4],
      ],
      11,
    ],
    [[[[1, 2]], [[3], [4]]], [[11]]],
  ],
  dot: [
    [
      [
        [1, 2],
        [3, 4],
      ],
      11,
    ],
  ],
  outer: [[[[1, 2], [3, 4, 5]], [[3, 4, 5], [6, 8, 10]]]],
  transpose: [[[[[1, 2, 3], [4, 5, 6]]], [[1, 4], [2, 5], [3, 6]]]],
  diag: [[[[1, 2]], [[1, 0], [0, 2]]], [[[[1, 2], [3, 4]]], [1, 4]]],
  cholesky: [[[[[4, 2], [2, 5]]], [[2, 0], [1, 2]]]],
  log_det: [[[[[4, 2], [2, 5]]], Math.log(16)]],
  solve_lower: [
    [[[[2, 0], [1, 2]], [4, 6]], [2, 2]],
    [[[[2, 0], [1, 2]], [[4], [6]]], [[2], [2]]],
  ],
  concat: [[[[1, 2], 3, [4]], [1, 2, 3, 4]], [[[[1, 2]], [[3, 4], [5, 6]]], [[1, 2], [3, 4], [5, 6]]]],
  stack: [[[[1, 2], 3], [[1, 2], [3, 3]]], [[1, 2], [1, 2]]],
  rep: [[[7, { size: 2 }], [7, 7]], [[[1, 2], { size: 3 }], [[1, 2], [1, 2], [1, 2]]]],
  zeros: [[[{ size: 2 }, { size: 1 }], [[0], [0]]]],
  ones: [[[{ size: 2 }], [1, 1]]],
  range: [
    [[{ size: 3 }], [0, 1, 2]],
    [
      [{ size: 1 }, { size: 3 }],
      [1, 2],
    ],
  ],
  one_hot: [[[[2, 0], { size: 3 }], [[0, 0, 1], [1, 0, 0]]]],
  sort: [
    [[[3, -1, 2]], [-1, 2, 3]],
    [[[2, 1, 2, 1]], [1, 1, 2, 2]],
    [[[[3, 1], [0, 4]]], [[1, 3], [0, 4]]],
  ],
};

test("every function of the library has a pinned value", () => {
  expect(Object.keys(pinned).sort()).toEqual(Object.keys(functions).sort());
});

test("every function says how it is written and what it does", () => {
  for (const { name, signature, doc } of Object.values(functions)) {
    expect(signature.length, name).toBeGreaterThan(1);
    expect(doc, name).toMatch(/\.$/);
  }
});

describe.each(Object.entries(pinned))("%s", (name, rows) => {
  const fn = functions[name]!;
  test("has its pinned values", () => {
    for (const [args, result] of rows) {
      const expected = tensorOf(result);
      const found = apply(name, args.map(tensorOf), args);
      expect(found.shape).toEqual(expected.shape);
      // Float64 arithmetic of a handful of operations, each right to 2^-53; lgamma, digamma, erf and log_ndtr to 1e-13.
      found.values.forEach((value, i) => {
        const target = expected.values[i]!;
        expect(Math.abs(value - target)).toBeLessThanOrEqual(
          1e-12 * Math.abs(target) + 1e-300 + (target === 0 ? 1e-12 : 0),
        );
      });
    }
  });

  test("has the shape that its type says, and values inside the range that it says", () => {
    for (const [args] of rows) {
      const type = fn.type(args.map(typeOf));
      expect(type).not.toHaveProperty("misfit");
      const { shape, range, integer } = type as ValueType;
      const found = apply(name, args.map(tensorOf), args);
      expect(shape).toEqual(found.shape);
      for (const value of found.values) {
        expect(value).toBeGreaterThanOrEqual(range.lower - 1e-12);
        expect(value).toBeLessThanOrEqual(range.upper + 1e-12);
        if (integer) expect(Number.isInteger(value)).toBe(true);
      }
    }
  });

  test("acts on each turn of a plate by itself", () => {
    for (const [args] of rows) {
      const tensors = args.map(tensorOf);
      // Three turns: the arguments, and the arguments with the plate moving one of them at a time.
      for (const moved of tensors.keys()) {
        if (typeof args[moved] === "object" && "size" in args[moved]) continue;
        const turns = [1, 0.5, 2].map((factor) => scaled(tensors[moved]!, factor, fn.discontinuous));
        const alone = turns.map((turn) => apply(name, tensors.with(moved, turn), args));
        const together = apply(name, tensors.with(moved, stacked(turns)), args, moved);
        expect(together.shape).toEqual([3, ...alone[0]!.shape]);
        expect([...together.values]).toEqual(alone.flatMap(({ values }) => [...values]));
      }
    }
  });
});

const intervals = fc
  .tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 20 }))
  .map(([from, width]) => ({ lower: from / 4, upper: (from + width) / 4 }));

test("ranges hold every value that the arguments' ranges allow", () => {
  const names = Object.keys(functions).filter((name) =>
    pinned[name]!.every(([args]) => args.every((arg) => typeof arg === "number" || Array.isArray(arg))),
  );
  const scalars = names.filter((name) => !("misfit" in functions[name]!.type(scalarTypes(name))));
  expect(scalars.length).toBeGreaterThan(35);
  fc.assert(
    fc.property(
      fc.constantFrom(...scalars),
      fc.array(intervals, { minLength: 3, maxLength: 3 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
      (name, ranges, places) => {
        const count = functions[name]!.arity.min;
        const types = ranges.slice(0, count).map((range): ValueType => ({ shape: [], integer: false, range }));
        const type = functions[name]!.type(types);
        if ("misfit" in type) return;
        const values = types.map(({ range }, i) => range.lower + places[i]! * (range.upper - range.lower));
        const [value] = apply(name, values.map(tensorOf), values).values;
        if (value === undefined || Number.isNaN(value)) return;
        // Relative rounding of the ends and of the value, a few ulps each.
        const slack = 1e-12 * (1 + Math.abs(value));
        expect(value).toBeGreaterThanOrEqual(type.range.lower - slack);
        expect(value).toBeLessThanOrEqual(type.range.upper + slack);
      },
    ),
    { seed: 20260, numRuns: 2000 },
  );
});

test("a product of intervals is pinned: [-1, 2] * [3, 4] = [-4, 8]", () => {
  const type = functions["mul"]!.type([scalar(-1, 2), scalar(3, 4)]);
  expect(type).toMatchObject({ range: { lower: -4, upper: 8 } });
});

function scalar(lower: number, upper: number): ValueType {
  return { shape: [], integer: false, range: { lower, upper } };
}

function scalarTypes(name: string): ValueType[] {
  return Array.from({ length: functions[name]!.arity.min }, () => scalar(-Infinity, Infinity));
}

function tensorOf(arg: Arg): HostTensor {
  if (typeof arg === "number") return hostTensor([], [arg]);
  if ("size" in arg) return hostTensor([], [arg.size]);
  const rows = arg as readonly (number | readonly number[])[];
  const first = rows[0];
  return Array.isArray(first)
    ? hostTensor([rows.length, first.length], rows.flat())
    : hostTensor([rows.length], rows.flat());
}

function typeOf(arg: Arg): ValueType {
  const { shape, values } = tensorOf(arg);
  const range = { lower: Math.min(...values), upper: Math.max(...values) };
  const size = typeof arg === "object" && "size" in arg ? { size: arg.size } : {};
  return { shape, integer: values.every(Number.isInteger), range, ...size };
}

/** `moved`: the argument that carries one leading axis. */
function apply(name: string, tensors: readonly HostTensor[], args: readonly Arg[], moved = -1): HostTensor {
  const b = new Builder();
  const operands = tensors.map(({ shape, values }, i): Operand => {
    const arg = args[i]!;
    const rank = shape.length - (i === moved ? 1 : 0);
    const constant =
      typeof arg === "object" && "size" in arg
        ? arg.size
        : typeof arg === "number" && i !== moved
          ? values[0]!
          : undefined;
    return { value: b.array(shape, [...values]), rank, ...(constant === undefined ? {} : { constant }) };
  });
  b.output("y", functions[name]!.lower(b, operands));
  return evaluate(b.finish(), new Map()).get("y")!;
}

function scaled({ shape, values }: HostTensor, factor: number, whole: boolean): HostTensor {
  return hostTensor(
    shape,
    values.map((x) => (whole ? Math.floor(x * factor) : x * factor)),
  );
}

function stacked(tensors: readonly HostTensor[]): HostTensor {
  const shape: Shape = [tensors.length, ...tensors[0]!.shape];
  const values = new Float64Array(sizeOf(shape));
  tensors.forEach((t, i) => values.set(t.values, i * t.values.length));
  return { shape, values };
}

test("missing entries go through functions as their rows say", () => {
  const names = (missing: string): string[] =>
    Object.values(functions)
      .filter((fn) => fn.missing === missing)
      .map(({ name }) => name);
  expect(names("moving")).toEqual(["transpose", "concat", "stack", "rep"]);
  expect(names("entrywise of two")).toEqual(["max", "min"]);
  // every function that keeps the shape of one or two arguments of any shape, but for those along the last axis
  expect(names("entrywise")).toEqual(
    expect.arrayContaining(["add", "pow", "not", "exp", "floor", "where", "Phi", "gelu"]),
  );
  expect(names("mixing")).toEqual(expect.arrayContaining(["sum", "matmul", "softmax", "sort", "one_hot"]));
});

test("a row is given as many arguments as it counts", () => {
  const b = new Builder();
  expect(() => functions["exp"]!.lower(b, [])).toThrow("0 arguments where there should be one");
  expect(() => functions["max"]!.type([])).toThrow("0 arguments where there should be one or two");
});
