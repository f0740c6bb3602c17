import { describe, expect, test } from "vitest";
import type { Operand } from "../../src/library/function.ts";
import { functions } from "../../src/library/index.ts";
import { randomStream, seedKey, type RandomStream } from "../../src/numeric/random.ts";
import { Builder } from "../../src/program/builder.ts";
import { pullback } from "../../src/program/differentiate.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import type { Program, Value } from "../../src/program/program.ts";
import { hostTensor, sizeOf, type HostTensor, type Shape } from "../../src/tensor/shape.ts";

/** Where arguments are drawn: around 0 unless the function asks for something else. */
type Ask = Shape | { readonly shape: Shape; readonly above: number } | { readonly size: number };

const positive = (...shape: number[]): Ask => ({ shape, above: 0.5 });

/** One use of every function that has derivatives; matrices that must be positive definite are made so below. */
const uses: Readonly<Record<string, readonly (readonly Ask[])[]>> = {
  add: [[[3], [3]]],
  sub: [[[3], [3]]],
  mul: [[[3], [3]]],
  div: [[[3], positive(3)]],
  pow: [[positive(3), [3]]],
  neg: [[[3]]],
  ...Object.fromEntries(
    [
      "exp",
      "expm1",
      "square",
      "abs",
      "sin",
      "cos",
      "tanh",
      "sigmoid",
      "softplus",
      "relu",
      "elu",
      "leaky_relu",
      "silu",
      "gelu",
      "softsign",
      "erf",
      "Phi",
      "sum",
      "mean",
      "sd",
      "prod",
      "logsumexp",
      "max",
      "min",
      "softmax",
      "log_softmax",
      "cumsum",
      "sort",
    ].map((name) => [name, [[[4]]]]),
  ),
  ...Object.fromEntries(["log", "log1p", "sqrt", "lgamma", "digamma"].map((name) => [name, [[positive(4)]]])),
  logit: [[[4]]],
  where: [[[3], [3], [3]]],
  matmul: [
    [
      [2, 3],
      [3, 2],
    ],
  ],
  dot: [[[3], [3]]],
  outer: [[[3], [2]]],
  transpose: [[[2, 3]]],
  diag: [[[3]], [[3, 3]]],
  cholesky: [[[3, 3]]],
  log_det: [[[3, 3]]],
  solve_lower: [[[3, 3], [3]]],
  concat: [[[2], [], [3]]],
  stack: [[[2], [2]]],
  rep: [[[2], { size: 3 }]],
  gp_exp_quad: [
    [[4], [], positive()],
    [[4, 2], [], positive(2)],
  ],
};

/** Values without derivatives: made of sizes alone, or flat between jumps. */
const none = ["zeros", "ones", "range"];

test("every function that does not jump has its derivatives tested", () => {
  const smooth = Object.values(functions)
    .filter((fn) => !fn.discontinuous)
    .map(({ name }) => name);
  expect([...Object.keys(uses), ...none].sort()).toEqual(smooth.sort());
});

describe.each(Object.entries(uses))("%s", (name, rows) => {
  test("has the derivatives that differences give", () => {
    for (const [at, asks] of rows.entries()) {
      const random = randomStream(seedKey(7, `${name} ${at}`));
      const args = asks.map((ask) => drawn(ask, name, random));
      const program = written(name, asks, args);
      const run = (values: readonly HostTensor[]): ReadonlyMap<string, HostTensor> => {
        const given = values.map((value, i) => [`x${i}`, value] as const);
        return evaluate(program, new Map(given.filter((_, i) => !("size" in asks[i]!))));
      };
      const base = run(args);
      for (const [i, arg] of args.entries()) {
        base.get(`d${i}`)?.values.forEach((slope, entry) => {
          const moved = (by: number): number => {
            const values = Float64Array.from(arg.values);
            values[entry]! += by;
            return run(args.with(i, { ...arg, values })).get("total")!.values[0]!;
          };
          const difference = (moved(STEP) - moved(-STEP)) / (2 * STEP);
          const error = Math.abs(slope - difference);
          expect(error, `argument ${i}, entry ${entry}`).toBeLessThan(TOLERANCE * (1 + Math.abs(slope)));
        });
      }
    }
  });
});

test("a sorted entry has the derivative of the entry that it was", () => {
  const b = new Builder();
  const x = b.input("x", [3], "data");
  const sorted = functions["sort"]!.lower(b, [{ value: x, rank: 1 }]);
  b.output("d", pullback(b, b.sum(b.mul(sorted, b.array([3], [1, 10, 100]))), [x])[0]!);
  const found = evaluate(b.finish(), new Map([["x", hostTensor([3], [5, -1, 2])]])).get("d")!;
  expect([...found.values]).toEqual([100, 1, 10]);
});

/**
 * Central differences err by STEP^2 times a third derivative over 6, and by rounding, some 1e-15 / STEP: below 1e-8 for
 * derivatives up to 100.
 */
const STEP = 1e-5;
const TOLERANCE = 1e-6;

const shapeOf = (ask: Ask): Shape => ("size" in ask ? [] : "shape" in ask ? ask.shape : ask);

function drawn(ask: Ask, name: string, random: RandomStream): HostTensor {
  if ("size" in ask) return hostTensor([], [ask.size]);
  const shape = shapeOf(ask);
  const values = Array.from({ length: sizeOf(shape) }, () => {
    if (name === "logit") return random.uniform();
    return "above" in ask ? ask.above + random.uniform() : random.normal();
  });
  if (name === "solve_lower" && shape.length === 2)
    return hostTensor(
      shape,
      values.map((x, i) => (i % 4 === 0 ? 2 + x ** 2 : i % 3 < i / 3 ? x : 0)),
    );
  return hostTensor(shape, values);
}

/** total = sum of f at weights that differ, and its derivatives d0, d1, ... */
function written(name: string, asks: readonly Ask[], args: readonly HostTensor[]): Program {
  const b = new Builder();
  const inputs = asks.map((ask, i): Value | null => ("size" in ask ? null : b.input(`x${i}`, args[i]!.shape, "data")));
  const definite = name === "cholesky" || name === "log_det";
  const operands = inputs.map((input, i): Operand => {
    if (input === null) return { value: b.constant(args[i]!.values[0]!), rank: 0, constant: args[i]!.values[0]! };
    const shifted = b.array([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const value = definite ? b.add(b.matmul(input, input, false, true), shifted) : input;
    return { value, rank: args[i]!.shape.length };
  });
  const value = functions[name]!.lower(b, operands);
  const shape = b.shapeOf(value);
  const weights = b.array(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => 1 + i),
  );
  const total = b.sum(b.mul(value, weights));
  b.output("total", total);
  const kept = inputs.flatMap((input, i) => (input === null ? [] : [{ input, i }]));
  pullback(
    b,
    total,
    kept.map(({ input }) => input),
  ).forEach((d, k) => b.output(`d${kept[k]!.i}`, d));
  return b.finish();
}
