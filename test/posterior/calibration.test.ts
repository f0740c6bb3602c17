import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/numeric/random.ts";
import { addRanks, judgeRanks, type ScalarRanks } from "../../src/posterior/calibration.ts";
import type { Draws } from "../../src/posterior/draws.ts";

const L = 99;

/** Equally weighted draws of one site in the global block, or in a plate of `data` elements. */
function drawsOf(values: readonly number[], data: readonly number[]): Draws {
  const columns = data.reduce((a, b) => a * b, 1);
  const count = values.length / columns;
  const even = new Float64Array(count * columns);
  const weights = { logWeight: even, logJoint: even, logQ: even, component: even };
  return {
    count,
    blocks: [{ id: "block", data, ...weights }],
    sites: [{ name: "z", kind: "sample", block: "block", shape: data, values: Float64Array.from(values) }],
  };
}

/** Ranks of n true values, standard normal, among draws that are normal with the given location and spread. */
function ranked(n: number, location: number, spread: number): ScalarRanks[] {
  const random = randomStream([5, 6]);
  const scalars = new Map<string, ScalarRanks>();
  for (let s = 0; s < n; s++) {
    const draws = drawsOf(
      Array.from({ length: 400 }, () => location + spread * random.normal()),
      [],
    );
    const truth = new Map([["z", { shape: [], values: Float64Array.of(random.normal()) }]]);
    addRanks(scalars, truth, draws, { L, seed: s, pooled: false });
  }
  return [...scalars.values()];
}

describe("ranks", () => {
  test("count the draws below the true value", () => {
    const values = Array.from({ length: L }, (_, i) => i);
    const scalars = new Map<string, ScalarRanks>();
    for (const truth of [-1, 9.5, 200])
      addRanks(scalars, new Map([["z", { shape: [], values: Float64Array.of(truth) }]]), drawsOf(values, []), {
        L,
        seed: 0,
        pooled: false,
      });
    expect([...scalars.values()]).toEqual([{ site: "z", index: [], ranks: [0, 10, 99] }]);
  });

  test("of equal numbers are anything between", () => {
    const scalars = new Map<string, ScalarRanks>();
    for (let s = 0; s < 200; s++)
      addRanks(
        scalars,
        new Map([["z", { shape: [], values: Float64Array.of(1) }]]),
        drawsOf(new Array<number>(L).fill(1), []),
        { L, seed: s, pooled: false },
      );
    const { ranks } = scalars.get("z 0")!;
    // uniform on 0 ... 99: mean 49.5, variance (100^2 - 1) / 12; six standard errors
    const mean = ranks.reduce((a, b) => a + b, 0) / 200;
    expect(Math.abs(mean - 49.5)).toBeLessThan(6 * Math.sqrt(9999 / 12 / 200));
  });

  test("of a plate's elements are taken together where they are independent, else apart", () => {
    const values = Array.from({ length: 2 * L }, (_, i) => i % 2);
    const truth = new Map([["z", { shape: [2], values: Float64Array.of(-1, 5) }]]);
    const of = (pooled: boolean) => {
      const scalars = new Map<string, ScalarRanks>();
      addRanks(scalars, truth, drawsOf(values, [2]), { L, seed: 0, pooled });
      return [...scalars.values()];
    };
    expect(of(true)).toEqual([{ site: "z", index: [null], ranks: [0, 99] }]);
    expect(of(false)).toEqual([
      { site: "z", index: [0], ranks: [0] },
      { site: "z", index: [1], ranks: [99] },
    ]);
  });

  test("are uniform when the draws are from where the true values are", () => {
    expect(judgeRanks(ranked(200, 0, 1), L)[0]).toMatchObject({ fault: null });
  });

  test.each([
    ["too narrow", 0, 0.5],
    ["too wide", 0, 2],
    ["too low", -0.7, 1],
    ["too high", 0.7, 1],
  ] as const)("tell draws that are %s", (fault, location, spread) => {
    const [found] = judgeRanks(ranked(200, location, spread), L);
    expect(found!.fault).toBe(fault);
    expect(found!.p).toBeLessThan(1e-6);
  });
});
