import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fusedExecutor } from "../../../src/execute/fused/executor.ts";
import { Builder } from "../../../src/program/builder.ts";
import { sizeOf, type Shape } from "../../../src/tensor/shape.ts";
import { agrees } from "./agree.ts";

const wave = (i: number): number => Math.sin(1.7 * i + 0.3);
const filled = (shape: Shape, of: (i: number) => number): number[] =>
  Array.from({ length: sizeOf(shape) }, (_, i) => of(i));

/** Lower triangles with a diagonal between 1 and 2; NaN above, which must not be read. */
function lowerFactors(shape: Shape): number[] {
  const n = shape.at(-1)!;
  return filled(shape, (i) => {
    const [row, column] = [Math.floor(i / n) % n, i % n];
    return row === column ? 1.5 + 0.5 * wave(i) : row > column ? wave(i) / n : NaN;
  });
}

function solves(ofA: Shape, ofB: Shape, transpose: boolean): Promise<void> {
  const b = new Builder();
  const [factor, right] = [b.input("a", ofA, "data"), b.input("b", ofB, "data")];
  b.output("x", b.solveTriangular(factor, right, transpose));
  return agrees(
    b.finish(),
    new Map([
      ["a", lowerFactors(ofA)],
      ["b", filled(ofB, wave)],
    ]),
  );
}

describe("triangular solves agree with the reference", () => {
  // one by one, a system to a lane, more columns than lanes, and larger than what is written out
  test.each([1, 2, 3, 4, 5, 10, 16, 17, 20])("at size %i", async (n) => {
    for (const transpose of [false, true])
      for (const [leadA, leadB, m] of [
        [[], [], 1],
        [[], [], 7],
        [[], [9], 1],
        [[], [2, 3], 3],
        [[7], [7], 1],
        [[1, 6], [5, 6], 1],
        [[5, 1], [5, 7], 1],
        [[3, 1, 5], [3, 6, 5], 1],
        [[6, 5], [1, 5], 2],
      ] as const)
        await solves([...leadA, n, n], [...leadB, n, m], transpose);
  });

  test("at random sizes", async () => {
    const size = fc.integer({ min: 1, max: 6 });
    const axis = fc.tuple(size, fc.constantFrom("both", "a", "b"));
    await fc.assert(
      fc.asyncProperty(fc.array(axis, { maxLength: 3 }), size, size, fc.boolean(), (axes, n, m, transpose) => {
        const of = (without: string): number[] => axes.map(([length, where]) => (where === without ? 1 : length));
        return solves([...of("b"), n, n], [...of("a"), n, m], transpose);
      }),
      { seed: 11, numRuns: 80 },
    );
  });

  test("and by hand: [[2, 0], [1, 4]] x = [2, 9]", async () => {
    const b = new Builder();
    const [a, y] = [b.input("a", [2, 2], "data"), b.input("y", [5, 2, 1], "data")];
    b.output("x", b.solveTriangular(a, y));
    b.output("t", b.solveTriangular(a, y, true));
    const session = await fusedExecutor("float32").open(b.finish(), { seed: 1 });
    session.write("a", [2, 0, 1, 4]);
    session.write("y", [2, 9, 4, 10, 6, 11, 8, 12, 10, 13]);
    await session.run(0, 1);
    expect([...(await session.read("x"))]).toEqual([1, 2, 2, 2, 3, 2, 4, 2, 5, 2]);
    expect([...(await session.read("t"))].slice(0, 4)).toEqual([-0.125, 2.25, 0.75, 2.5]);
  });
});

test("Cholesky factors of batches agree with the reference", async () => {
  for (const n of [1, 2, 3, 4, 7, 10, 11])
    for (const lead of [[], [3], [4], [2, 5]]) {
      const b = new Builder();
      const shape = [...lead, n, n];
      const x = b.input("x", shape, "data");
      b.output("l", b.cholesky(x));
      // diagonally dominant, and NaN above, which must not be read
      const values = filled(shape, (i) => {
        const [row, column] = [Math.floor(i / n) % n, i % n];
        return row === column ? n + 1 + wave(i) : row > column ? wave(i) : NaN;
      });
      await agrees(b.finish(), new Map([["x", values]]));
    }
});

test("a batch in which one matrix has no factor has the others", async () => {
  const b = new Builder();
  b.output("l", b.cholesky(b.input("x", [3, 2, 2], "data")));
  const session = await fusedExecutor("float32").open(b.finish(), { seed: 1 });
  session.write("x", [4, 0, 2, 5, 1, 0, 2, 1, 9, 0, 3, 17]);
  await session.run(0, 1);
  expect([...(await session.read("l"))]).toEqual([2, 0, 1, 2, 1, 0, 2, NaN, 3, 0, 1, 4]);
});
