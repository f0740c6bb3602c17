import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FitState } from "../../src/inference/strategy/strategy.ts";
import { checkpointFiles, readCheckpoint, type SavedFit } from "../../src/posterior/checkpoint.ts";

const gaussian = { weight: 1, centre: Float64Array.of(0.1, -0), factor: Float64Array.of(1, 0, 0.5, 2) };
const evidence = { value: -31.25, standardError: NaN, effectiveSampleSize: 12.5, count: 3000 };
const adapted = {
  ...{ mixture: [gaussian], core: [gaussian], rounds: 4, splits: 1 },
  fit: { kHat: Infinity, relativeEss: 0.25, evidence, elbo: -Infinity },
};
const state: FitState = {
  search: {
    found: {
      modes: [
        { point: Float64Array.of(1, 2), value: -3, factor: Float64Array.of(1, 0, 0, 1), evidence: -2, starts: 24 },
      ],
      searches: [{ modes: 1, fresh: 1 }],
      ends: [{ path: [{ point: Float64Array.of(NaN, 1e-308), value: Infinity }] }],
      diverged: 2,
    },
    ...{ settled: true, start: [gaussian], runs: [adapted], finished: false, evaluations: 12_345 },
  },
  training: {
    step: 2,
    parameters: Float64Array.of(0.1 + 0.2, Math.PI),
    m: Float64Array.of(1e-300, -0),
    v: Float64Array.of(0, 5e-324),
    average: { sum: Float64Array.of(1, 2), count: 3 },
    trace: { bound: Float64Array.of(-1, -2), gradientNorm: Float64Array.of(3, NaN) },
  },
};
const saved: SavedFit = {
  identity: { version: "1", model: "ab", seed: 7, options: { K: "3", lr: "none" }, data: { y: "cd", constructor: "ef", prototype: "01" } },
  serial: 5,
  state,
};

describe("a checkpoint", () => {
  test("is read as it was written, to the last bit", async () =>
    expect(await readCheckpoint(await checkpointFiles(saved))).toEqual(saved));

  test("of a fit that has only begun is read, too", async () => {
    const begun = { ...saved, state: { search: null, training: null } };
    expect(await readCheckpoint(await checkpointFiles(begun))).toEqual(begun);
  });

  test("that lacks a file, or whose arrays are those of another, is refused in words", async () => {
    const files = await checkpointFiles(saved);
    const { "arrays.npy": arrays, "checkpoint.json": header } = files;
    expect(await readCheckpoint({ "checkpoint.json": header ?? "" })).toBe("a file of it is missing");
    const other = await checkpointFiles({ ...saved, state: { ...state, training: null } });
    expect(await readCheckpoint({ "arrays.npy": other["arrays.npy"] ?? "", "checkpoint.json": header ?? "" })).toBe(
      "`arrays.npy` was changed or cut short",
    );
    expect(await readCheckpoint({ "arrays.npy": arrays ?? "", "checkpoint.json": "{}" })).toBe(
      "`checkpoint.json` is not what this version writes",
    );
  });

  test("whose arrays do not fit together is refused", async () => {
    const training = { ...state.training!, m: Float64Array.of(1) };
    const files = await checkpointFiles({ ...saved, state: { ...state, training } });
    expect(await readCheckpoint(files)).toBe("`checkpoint.json` does not hold together");
  });

  test("is a checkpoint or words, whatever a letter of it is changed to", async () => {
    const files = await checkpointFiles(saved);
    const header = String(files["checkpoint.json"]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(header.length - 1),
        fc.constantFrom("9", "-", "{", "e", '"', "null"),
        async (at, letter) => {
          const text = header.slice(0, at) + letter + header.slice(at + 1);
          const read = await readCheckpoint({ ...files, "checkpoint.json": text });
          expect(["string", "object"]).toContain(typeof read);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});
