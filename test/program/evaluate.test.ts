import { describe, expect, test } from "vitest";
import { InternalError } from "../../src/base/assert.ts";
import { Builder } from "../../src/program/builder.ts";
import { compileEvaluator, evaluate, evaluateAll } from "../../src/program/evaluate.ts";
import { hostTensor, type HostTensor } from "../../src/tensor/shape.ts";
import { examples } from "./examples.ts";

const uses = Object.entries(examples).flatMap(([op, all]) => all.map((use) => ({ ...use, op })));

test.each(uses)("$op means what it says, $name", ({ op, inputs, build, gives }) => {
  const b = new Builder();
  const given = new Map<string, HostTensor>();
  const values = Object.entries(inputs).map(([name, [shape, numbers]]) => {
    given.set(name, hostTensor(shape, numbers));
    return [name, b.input(name, shape, "state")] as const;
  });
  b.output("y", build(b, Object.fromEntries(values)));
  const program = b.finish();
  expect(program.equations.map((equation) => equation.op)).toContain(op);
  const got = evaluate(program, given).get("y")!.values;
  expect(got.length).toBe(gives.length);
  // The expected numbers are written to 12 digits or more; the functions promise about as many.
  gives.forEach((want, i) => {
    if (Math.abs(got[i]! - want) > 1e-12 * Math.abs(want)) expect(got[i]).toBe(want);
  });
});

/** The output of a program without inputs. */
function valueOf(write: (b: Builder) => ReturnType<Builder["constant"]>): number[] {
  const b = new Builder();
  b.output("y", write(b));
  return [...evaluate(b.finish(), new Map()).get("y")!.values];
}

describe("the corners that other systems get wrong", () => {
  test("logsumexp of all -Infinity is -Infinity; with an Infinity, Infinity; with a NaN, NaN", () => {
    const rows = [-Infinity, -Infinity, 1, Infinity, NaN, -Infinity];
    const want = [-Infinity, Infinity, NaN];
    expect(valueOf((b) => b.logSumExp(b.array([3, 2], rows), [1]))).toEqual(want);
  });

  test("where never leaks the value not taken", () => {
    const pick = [1, 0];
    expect(valueOf((b) => b.where(b.array([2], pick), b.array([2], [5, NaN]), b.array([2], [NaN, 6])))).toEqual([5, 6]);
  });

  test("cholesky is NaN throughout when the matrix is not positive definite, the others unharmed", () => {
    const matrices = [1, 0, 2, 1, 4, 0, 0, 9];
    expect(valueOf((b) => b.cholesky(b.array([2, 2, 2], matrices)))).toEqual([NaN, NaN, NaN, NaN, 2, 0, 0, 3]);
  });

  test("max and min pass NaN on", () => {
    expect(valueOf((b) => b.max(b.constant(NaN), b.constant(1)))).toEqual([NaN]);
    expect(valueOf((b) => b.min(b.constant(1), b.constant(NaN)))).toEqual([NaN]);
    expect(valueOf((b) => b.reduceMax(b.array([2], [NaN, 1])))).toEqual([NaN]);
  });

  test("sigmoid and softplus do not overflow", () => {
    expect(valueOf((b) => b.sigmoid(b.array([2], [-1000, 1000])))).toEqual([0, 1]);
    expect(valueOf((b) => b.softplus(b.array([2], [-1000, 1000])))).toEqual([0, 1000]);
  });

  test("sums over nothing are 0, their logarithm -Infinity", () => {
    expect(valueOf((b) => b.sum(b.array([2, 0], []), [1]))).toEqual([0, 0]);
    expect(valueOf((b) => b.logSumExp(b.array([2, 0], []), [1]))).toEqual([-Infinity, -Infinity]);
  });

  test.each([3, -1, 0.5, NaN])("index %s on an axis of three entries is refused", (index) => {
    const x = [1, 2, 3];
    expect(() => valueOf((b) => b.gather(b.array([3], x), b.constant(index)))).toThrow(InternalError);
    expect(() => valueOf((b) => b.scatterAdd(b.constant(1), b.constant(index), 0, 3))).toThrow(InternalError);
  });
});

describe("broadcasting", () => {
  test("lines axes up from the right, in the middle and on both sides", () => {
    const iota = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
    const b = new Builder();
    const x = b.array([2, 1, 2], [0, 1, 2, 3]);
    const y = b.array([3, 1], [10, 20, 30]);
    b.output("y", b.add(x, y));
    b.output("z", b.sub(b.array([2, 3, 2], iota(12)), b.array([2, 1, 1], [0, 100])));
    const outputs = evaluate(b.finish(), new Map());
    expect(outputs.get("y")!.shape).toEqual([2, 3, 2]);
    expect([...outputs.get("y")!.values]).toEqual([...[10, 11, 20, 21, 30, 31], ...[12, 13, 22, 23, 32, 33]]);
    expect([...outputs.get("z")!.values]).toEqual([...[0, 1, 2, 3, 4, 5], ...[-94, -93, -92, -91, -90, -89]]);
  });
});

describe("compileEvaluator", () => {
  function twoSteps(): ReturnType<Builder["finish"]> {
    const b = new Builder();
    const x = b.input("x", [2], "state");
    b.output("y", b.add(b.mul(b.exp(x), b.array([2], [1, 2])), b.constant(1)));
    b.output("same", x);
    return b.finish();
  }

  test("answers each call from its own inputs", () => {
    const run = compileEvaluator(twoSteps());
    const at = (values: number[]): number[] => [...run(new Map([["x", hostTensor([2], values)]])).get("y")!.values];
    expect(at([0, 0])).toEqual([2, 3]);
    expect(at([1, 0])).toEqual([1 + Math.E, 3]);
    expect(at([0, 0])).toEqual([2, 3]);
  });

  test("asks for every input, whole", () => {
    const run = compileEvaluator(twoSteps());
    expect(() => run(new Map())).toThrow("input x is missing");
    expect(() => run(new Map([["x", hostTensor([3], [1, 2, 3])]]))).toThrow("3 entries");
  });

  test("outputs of evaluate are the caller's to keep", () => {
    const x = hostTensor([2], [1, 2]);
    const outputs = evaluate(twoSteps(), new Map([["x", x]]));
    outputs.get("same")!.values[0] = 7;
    expect(x.values[0]).toBe(1);
  });

  test("runs a scalar program of 300 equations in well under a millisecond", () => {
    const b = new Builder();
    let y = b.input("x", [], "state");
    for (let i = 0; i < 100; i++) y = b.tanh(b.add(b.mul(y, b.constant(0.5)), b.constant(0.25)));
    b.output("y", y);
    const run = compileEvaluator(b.finish());
    const inputs = new Map([["x", hostTensor([], [1])]]);
    for (let i = 0; i < 1000; i++) run(inputs);
    const start = performance.now();
    for (let i = 0; i < 1000; i++) run(inputs);
    // Measured: 0.01 ms a call; a hundred times that is still the promise.
    expect((performance.now() - start) / 1000).toBeLessThan(1);
  });
});

test("evaluateAll keeps every value, by number", () => {
  const b = new Builder();
  const x = b.input("x", [], "state");
  const log = b.log(x);
  b.output("y", b.square(log));
  const values = evaluateAll(b.finish(), new Map([["x", hostTensor([], [0])]]));
  expect(values.map((value) => value.values[0])).toEqual([0, -Infinity, Infinity]);
});
