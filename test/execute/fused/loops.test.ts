import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clustersOf } from "../../../src/execute/fused/clusters.ts";
import { fusedExecutor } from "../../../src/execute/fused/executor.ts";
import { legalise } from "../../../src/execute/fused/legalise.ts";
import { Builder } from "../../../src/program/builder.ts";
import { sizeOf, type Shape } from "../../../src/tensor/shape.ts";
import { agrees } from "./agree.ts";

const wave = (i: number): number => Math.sin(1.7 * i + 0.3);
const filled = (shape: Shape): number[] => Array.from({ length: sizeOf(shape) }, (_, i) => wave(i));

describe("loops whose last axis has two entries agree with the reference", () => {
  // pairs by twos, an odd one left over, and one pair
  test.each([1, 2, 3, 4, 7])("with %i of them", async (n) => {
    const b = new Builder();
    const inputs = new Map<string, number[]>();
    const input = (name: string, shape: Shape) => {
      inputs.set(name, filled(shape));
      return b.input(name, shape, "data");
    };
    const x = input("x", [5, n, 2]);
    const [forEach, forTwo, number] = [input("e", [5, n, 1]), input("t", [2]), input("s", [1])];
    const across = b.transpose(input("r", [2, 5, n]), [1, 2, 0]);
    const y = b.add(b.mul(x, forEach), b.sub(b.mul(across, forTwo), number));
    b.output("y", y);
    for (const axes of [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]) {
      b.output(`sum ${axes}`, b.sum(b.exp(y), axes));
      b.output(`max ${axes}`, b.reduceMax(y, axes));
      b.output(`of x ${axes}`, b.sum(x, axes));
    }
    await agrees(b.finish(), inputs);
  });
});

test("reductions of memory along different axes agree, and each has a loop of its own", async () => {
  const b = new Builder();
  const x = b.input("x", [3, 6, 5, 2], "data");
  for (const axes of [[1], [2], [0, 3], [1, 2]]) b.output(`sum ${axes}`, b.sum(x, axes));
  b.output("max", b.reduceMax(x, [2]));
  const program = b.finish();
  // the largest along axis 2 is found beside the sum along it
  expect(clustersOf(legalise(program, "float32"))).toHaveLength(4);
  await agrees(program, new Map([["x", filled([3, 6, 5, 2])]]));
});

describe("sums of outer products", () => {
  const contraction = (a: Shape, c: Shape, axes: readonly number[]) => {
    const b = new Builder();
    const outer = b.matmul(b.input("a", a, "data"), b.input("c", c, "data"), false, true);
    b.output("y", b.sum(outer, axes));
    return {
      program: b.finish(),
      inputs: new Map([
        ["a", filled(a)],
        ["c", filled(c)],
      ]),
    };
  };

  test.each([
    { a: [6, 3, 4, 1], c: [6, 3, 5, 1], axes: [0] },
    { a: [6, 3, 4, 1], c: [6, 3, 5, 1], axes: [1] },
    { a: [6, 3, 4, 1], c: [6, 3, 5, 1], axes: [0, 1] },
    { a: [2, 6, 3, 2, 1], c: [6, 3, 2, 1], axes: [1] },
    { a: [2, 6, 1, 7, 1], c: [2, 6, 3, 7, 1], axes: [1] },
  ])("$a by $c over $axes are products", async ({ a, c, axes }) => {
    const { program, inputs } = contraction(a, c, axes);
    const { equations } = legalise(program, "float32");
    expect(equations.filter(({ op }) => op === "matmul" || op === "sum").map(({ op }) => op)).toEqual(["matmul"]);
    await agrees(program, inputs);
  });

  test.each([
    { a: [6, 3, 1, 1], c: [6, 3, 3, 1], axes: [0] }, // too small
    { a: [6, 1, 4, 1], c: [6, 3, 5, 1], axes: [1] }, // one side stays the same
    { a: [6, 3, 4, 1], c: [6, 3, 5, 1], axes: [2] }, // along the rows
  ])("$a by $c over $axes stay sums", async ({ a, c, axes }) => {
    const { program, inputs } = contraction(a, c, axes);
    expect(legalise(program, "float32").equations.some(({ op }) => op === "matmul")).toBe(false);
    await agrees(program, inputs);
  });
});

test("products of views whose rows lie apart agree with the reference", async () => {
  const size = fc.integer({ min: 1, max: 6 });
  await fc.assert(
    fc.asyncProperty(size, size, size, size, fc.boolean(), fc.boolean(), (s, m, n, k, ta, tb) => {
      const b = new Builder();
      const [left, right] = [ta ? [k, m] : [m, k], tb ? [n, k] : [k, n]] as [number[], number[]];
      const ofA = [left[0]!, s, left[1]! + 2];
      const ofB = [s, right[0]! + 1, right[1]!];
      const x = b.slice(b.input("a", ofA, "data"), [0, 0, 1], [left[0]!, s, left[1]!]);
      const y = b.slice(b.input("b", ofB, "data"), [0, 1, 0], [s, ...right]);
      b.output("y", b.matmul(b.transpose(x, [1, 0, 2]), y, ta, tb));
      return agrees(
        b.finish(),
        new Map([
          ["a", filled(ofA)],
          ["b", filled(ofB)],
        ]),
      );
    }),
    { seed: 5, numRuns: 60 },
  );
});

describe("shares of a sum of exponentials", () => {
  const shares = (shape: Shape, axes: readonly number[], shift: Shape, floor: boolean) => {
    const b = new Builder();
    const x = b.input("x", shape, "data");
    const sum = b.logSumExp(x, axes);
    b.output("sum", sum);
    b.output("share", b.exp(b.sub(x, b.reshape(floor ? b.max(sum, b.constant(-3e38)) : sum, shift))));
    return b.finish();
  };
  const exponentials = (program: ReturnType<typeof shares>) =>
    legalise(program, "float32").equations.filter(({ op }) => op === "exp").length;

  test.each([
    { shape: [3, 3], axes: [1], shift: [3, 1], floor: false },
    { shape: [3, 4], axes: [0], shift: [4], floor: true },
    { shape: [2, 3, 4], axes: [0, 2], shift: [1, 3, 1], floor: true },
  ])("$shape along $axes take one exponential each", async ({ shape, axes, shift, floor }) => {
    const program = shares(shape, axes, shift, floor);
    expect(exponentials(program)).toBe(1);
    await agrees(program, new Map([["x", filled(shape).map((x) => 30 * x)]]));
  });

  test("but not where another row's sum is taken off", async () => {
    const program = shares([3, 3], [1], [1, 3], false);
    expect(exponentials(program)).toBe(2);
    await agrees(program, new Map([["x", filled([3, 3])]]));
  });

  test("of nothing but -Infinity are 0, and of Infinity not a number", async () => {
    const program = shares([3, 2], [1], [3, 1], true);
    expect(exponentials(program)).toBe(1);
    const x = [-Infinity, -Infinity, -Infinity, 2, Infinity, 0];
    await agrees(program, new Map([["x", x]]));
    const session = await fusedExecutor("float32").open(program, { seed: 1 });
    session.write("x", x);
    await session.run(0, 1);
    expect([...(await session.read("share"))]).toEqual([0, 0, 0, 1, NaN, 0]);
  });
});

test("rows of every length are gathered, scattered and summed along as on the reference", async () => {
  // shorter than a vector, a few vectors and some of one, and long enough to be copied in bulk
  for (const inner of [1, 2, 3, 4, 5, 7, 9, 63, 70]) {
    const b = new Builder();
    const x = b.input("x", [3, 4, inner], "data");
    const indices = b.array([5], [3, 0, 3, 1, 3]);
    b.output("gathered", b.gather(x, indices, 1));
    b.output("scattered", b.scatterAdd(b.gather(x, indices, 1), indices, 1, 6));
    b.output("from the start", b.cumsum(x, 1, false));
    b.output("from the end", b.cumsum(x, 1, true));
    await agrees(b.finish(), new Map([["x", filled([3, 4, inner])]]));
  }
});
