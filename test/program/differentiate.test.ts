import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InternalError } from "../../src/base/assert.ts";
import { Builder } from "../../src/program/builder.ts";
import { differentiate, pullback } from "../../src/program/differentiate.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import type { Program, Value } from "../../src/program/program.ts";
import { hostTensor, sizeOf, type HostTensor, type Shape } from "../../src/tensor/shape.ts";
import { examples, type Example } from "./examples.ts";
import { programs } from "./arbitrary.ts";
import { disagreements } from "./finiteDifferences.ts";

/** The sum of the example's entries under unequal weights, so that every adjoint differs. */
function loss({ inputs, build }: Example): Program {
  const b = new Builder();
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, [shape]]) => [name, b.input(name, shape, "state")]),
  );
  const y = build(b, values);
  const shape = b.shapeOf(y);
  const weights = Array.from({ length: sizeOf(shape) }, (_, i) => Math.cos(i + 1));
  b.output("loss", b.sum(b.mul(y, b.array(shape, weights))));
  return b.finish();
}

function tensors(inputs: Example["inputs"]): Map<string, HostTensor> {
  return new Map(Object.entries(inputs).map(([name, [shape, values]]) => [name, hostTensor(shape, values)]));
}

const smooth = Object.entries(examples).flatMap(([op, uses]) =>
  uses.filter((use) => use.smooth !== false).map((use) => ({ ...use, op })),
);

test.each(smooth)("the gradient of $op is what finite differences see, $name", (example) => {
  const { inputs } = example;
  expect(disagreements(loss(example), "loss", Object.keys(inputs), tensors(inputs))).toEqual([]);
});

test("the gradient of any program is what finite differences see", () => {
  fc.assert(
    fc.property(programs(), ({ program, inputs }) => {
      // The difference sees through a stop.
      fc.pre(!program.equations.some(({ op }) => op === "stop"));
      expect(disagreements(program, "total", ["x1", "x2", "x3", "x5"], inputs)).toEqual([]);
    }),
    { seed: 20260102, numRuns: 200 },
  );
});

/** d(sum of body)/dx at x, and what comes with it. */
function slope(
  body: (b: Builder, x: Value) => Value,
  values: readonly number[],
  shape: Shape = [values.length],
): number[] {
  const b = new Builder();
  b.output("y", b.sum(body(b, b.input("x", shape, "state"))));
  const gradient = differentiate(b.finish(), "y", ["x"]);
  return [...evaluate(gradient, new Map([["x", hostTensor(shape, values)]])).get("grad:x")!.values];
}

describe("conventions", () => {
  test("abs has slope 0 at 0", () => {
    expect(slope((b, x) => b.abs(x), [0, 2, -2])).toEqual([0, 1, -1]);
  });

  test("a tie in max or min goes to the first argument", () => {
    expect(slope((b, x) => b.max(x, b.constant(1)), [1, 0, 2])).toEqual([1, 0, 1]);
    expect(slope((b, x) => b.max(b.constant(1), x), [1, 0, 2])).toEqual([0, 0, 1]);
    expect(slope((b, x) => b.min(x, b.constant(1)), [1, 0, 2])).toEqual([1, 1, 0]);
    expect(slope((b, x) => b.min(b.constant(1), x), [1, 0, 2])).toEqual([0, 1, 0]);
  });

  test("a tie for the largest shares the derivative equally", () => {
    expect(slope((b, x) => b.reduceMax(x), [3, 1, 3])).toEqual([0.5, 0, 0.5]);
  });

  test("nothing passes through stop, sign, floor and comparisons", () => {
    expect(slope((b, x) => b.mul(b.stopGradient(x), x), [3])).toEqual([3]);
    expect(slope((b, x) => b.mul(b.sign(x), x), [3])).toEqual([1]);
    expect(slope((b, x) => b.mul(b.floor(x), x), [3.5])).toEqual([3]);
    expect(slope((b, x) => b.mul(b.less(b.constant(0), x), x), [3])).toEqual([1]);
  });

  test("an exponent is met at a negative base, where only the base has a slope", () => {
    const b = new Builder();
    const [x, y] = [b.input("x", [], "state"), b.input("y", [], "state")];
    b.output("z", b.pow(x, y));
    const inputs = new Map([
      ["x", hostTensor([], [-2])],
      ["y", hostTensor([], [3])],
    ]);
    const outputs = evaluate(differentiate(b.finish(), "z", ["x", "y"]), inputs);
    expect(outputs.get("grad:x")!.values[0]).toBe(12);
    expect(outputs.get("grad:y")!.values[0]).toBe(0);
  });
});

describe("numbers at the edge", () => {
  test("the branch not taken leaks neither NaN nor infinity", () => {
    const positive = (b: Builder, x: Value): Value => b.less(b.constant(0), x);
    const guarded = (f: (b: Builder, x: Value) => Value) => (b: Builder, x: Value) =>
      b.where(positive(b, x), f(b, x), b.constant(0));
    expect(
      slope(
        guarded((b, x) => b.log(x)),
        [-1, 0, 2],
      ),
    ).toEqual([0, 0, 0.5]);
    expect(
      slope(
        guarded((b, x) => b.sqrt(x)),
        [-1, 0, 4],
      ),
    ).toEqual([0, 0, 0.25]);
    expect(
      slope(
        guarded((b, x) => b.softplus(b.log(x))),
        [-1, 0],
      ),
    ).toEqual([0, 0]);
    expect(
      slope(
        guarded((b, x) => b.exp(b.mul(x, b.log(x)))),
        [-1, 0, 1],
      ),
    ).toEqual([0, 0, 1]);
    expect(slope((b, x) => b.max(b.log(x), b.constant(-1)), [0, 1])).toEqual([0, 1]);
  });

  test("logsumexp of nothing but -Infinity has slope 0", () => {
    const x = [-Infinity, -Infinity, -Infinity, 0];
    expect(slope((b, v) => b.logSumExp(v, [1]), x, [2, 2])).toEqual([0, 0, 0, 1]);
  });

  test("log_ndtr has slope -x in the far left tail, 0 in the far right", () => {
    const [left, right] = slope((b, x) => b.logNdtr(x), [-1e4, 40]);
    // phi(x) / Phi(x) = -x - 1 / x + ...; the difference of two numbers near 5e7 keeps 8 digits.
    expect(left! / 1e4).toBeCloseTo(1, 7);
    expect(right).toBe(0);
  });

  test("sigmoid keeps a slope where it rounds to 1", () => {
    expect(slope((b, x) => b.sigmoid(x), [40])[0]! / 4.248354255291589e-18).toBeCloseTo(1, 12);
  });

  test("sqrt has an infinite slope at 0 unless nothing depends on it", () => {
    expect(slope((b, x) => b.sqrt(x), [0])).toEqual([Infinity]);
  });
});

describe("differentiate", () => {
  test("keeps the program and its outputs in front", () => {
    const program = loss(examples.mul[0]);
    const gradient = differentiate(program, "loss", ["x"]);
    expect(gradient.equations.slice(0, program.equations.length)).toEqual(program.equations);
    expect(gradient.outputs.map(({ name }) => name)).toEqual(["loss", "grad:x"]);
  });

  test("gives zeros of the input's shape where there is no dependence", () => {
    const b = new Builder();
    b.input("unused", [2, 2], "state");
    b.output("y", b.square(b.input("x", [], "state")));
    const inputs = new Map([
      ["x", hostTensor([], [3])],
      ["unused", hostTensor([2, 2], [1, 2, 3, 4])],
    ]);
    const outputs = evaluate(differentiate(b.finish(), "y", ["unused", "x"]), inputs);
    expect([...outputs.get("grad:unused")!.values]).toEqual([0, 0, 0, 0]);
    expect(outputs.get("grad:x")!.values[0]).toBe(6);
  });

  test("computes no adjoint of what does not depend on wrt", () => {
    const b = new Builder();
    const [x, data] = [b.input("x", [], "state"), b.input("data", [3], "data")];
    b.output("y", b.mul(x, b.sum(b.lgamma(b.exp(data)))));
    const program = differentiate(b.finish(), "y", ["x"]);
    expect(program.equations.some(({ op }) => op === "digamma")).toBe(false);
  });

  test("remembers where an adjoint came from", () => {
    const b = new Builder();
    const x = b.input("x", [], "state");
    b.output(
      "y",
      b.from({ start: 3, end: 9 }, "prior of `x`", () => b.exp(x)),
    );
    const origins = differentiate(b.finish(), "y", ["x"]).equations.map(({ origin }) => origin);
    expect(origins).toContainEqual({
      span: { start: 3, end: 9 },
      term: "gradient of prior of `x`",
    });
  });

  test("refuses an output that is not a number, and a derivative that it lacks", () => {
    const b = new Builder();
    const x = b.input("x", [2], "state");
    b.output("y", x);
    b.output("z", b.sum(b.trigamma(x)));
    expect(() => differentiate(b.finish(), "y", ["x"])).toThrow(InternalError);
    expect(() => differentiate(b.finish(), "z", ["x"])).toThrow("trigamma");
  });

  test("can be applied to its own result: d2/dx2 of x^3 is 6x, of log x is -1/x^2", () => {
    for (const [f, second] of [
      [(b: Builder, x: Value) => b.pow(x, b.constant(3)), 12],
      [(b: Builder, x: Value) => b.log(x), -1 / 4],
      [(b: Builder, x: Value) => b.exp(b.sin(x)), Math.exp(Math.sin(2)) * (Math.cos(2) ** 2 - Math.sin(2))],
      [(b: Builder, x: Value) => b.logSumExp(b.concat([b.reshape(x, [1]), b.fill([1], 2)], 0)), 0.25],
      [(b: Builder, x: Value) => b.lgamma(x), Math.PI ** 2 / 6 - 1],
    ] as const) {
      const b = new Builder();
      b.output("y", f(b, b.input("x", [], "state")));
      const first = differentiate(b.finish(), "y", ["x"]);
      const slope = { name: "slope", value: first.outputs[1]!.value, carry: null };
      const twice = differentiate({ ...first, outputs: [slope] }, "slope", ["x"]);
      const last = evaluate(twice, new Map([["x", hostTensor([], [2])]]));
      expect(last.get("grad:x")!.values[0]).toBeCloseTo(second, 12);
    }
  });
});

describe("pullback", () => {
  test("appends to a program in progress, with respect to values that are no inputs", () => {
    const b = new Builder();
    const x = b.input("x", [2], "state");
    const y = b.exp(x);
    const z = b.sum(b.mul(y, x));
    const [dy, dx] = pullback(b, z, [y, x]);
    b.output("dy", dy!);
    b.output("dx", dx!);
    const outputs = evaluate(b.finish(), new Map([["x", hostTensor([2], [0, 1])]]));
    expect([...outputs.get("dy")!.values]).toEqual([0, 1]);
    expect([...outputs.get("dx")!.values]).toEqual([1, 2 * Math.E]);
  });

  test("differentiates the sum of a tensor's entries", () => {
    const b = new Builder();
    const x = b.input("x", [3], "state");
    b.output("dx", pullback(b, b.square(x), [x])[0]!);
    const outputs = evaluate(b.finish(), new Map([["x", hostTensor([3], [1, 2, 3])]]));
    expect([...outputs.get("dx")!.values]).toEqual([2, 4, 6]);
  });
});
