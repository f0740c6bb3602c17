import fc from "fast-check";
import seedrandom from "seedrandom";
import { describe, expect, test } from "vitest";
import { emitNoise, emitNormals } from "../../../src/execute/fused/kernels/noise.ts";
import { threefry, threefryKey } from "../../../src/execute/fused/kernels/threefry.ts";
import { ModuleBuilder, w } from "../../../src/execute/fused/wasm/assembler.ts";
import { noiseSource } from "../../../src/execute/noise.ts";
import { threefry2x32 } from "../../../src/numeric/threefry.ts";
import { load, memoryOf } from "./host.ts";

type Kind = "normal" | "uniform";
type Precision = "float32" | "float64";

const memory = memoryOf(70);
const out = 64;

/** What noise.ts says: the key of (seed, input). */
function writeKey(seed: number | string, input: string): void {
  const random = seedrandom(JSON.stringify([String(seed), input]));
  new Int32Array(memory.buffer, 0, 2).set([random.int32(), random.int32()]);
}

const view = (precision: Precision, length: number) =>
  precision === "float32" ? new Float32Array(memory.buffer, out, length) : new Float64Array(memory.buffer, out, length);

function filler(kind: Kind, precision: Precision) {
  const module = new ModuleBuilder({ minPages: 1 });
  module.export(emitNoise(module, kind, precision), "fill");
  const { fill } = load(module, memory);
  return (seed: number | string, input: string, step: number, count: number) => {
    writeKey(seed, input);
    fill!(0, step, out, count);
    return view(precision, count);
  };
}

/** The stream of execute/noise.ts, before it is rounded. */
function reference(kind: Kind, seed: number | string, input: string, step: number, count: number) {
  const values = new Float64Array(count);
  noiseSource(seed, input, kind).fill(step, values);
  return values;
}

test("threefry in vectors gives the words of numeric/threefry.ts, at any key and counter", () => {
  const module = new ModuleBuilder({ minPages: 1 });
  module.export(
    module.fn("f", ["i32", "i32", "i32", "i32"], [], (f, k0, k1, c0, c1) => {
      const [x, y] = threefry(f, threefryKey(f, k0, k1), w.i32x4.splat(c0), w.i32x4.splat(c1));
      f.emit(w.v128.store(0, x));
      f.emit(w.v128.store(0, y, 16));
    }),
  );
  const { f } = load(module, memory);
  const words = new Uint32Array(memory.buffer, 0, 8);
  const expected = new Uint32Array(2);
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(word, word, word, word, (k0, k1, c0, c1) => {
      f!(k0, k1, c0, c1);
      threefry2x32(k0, k1, c0, c1, expected);
      const [x, y] = [expected[0]!, expected[1]!];
      expect([...words]).toEqual([x, x, x, x, y, y, y, y]);
    }),
    { seed: 5, numRuns: 200 },
  );
  // The all-ones vector of the reference implementation (Random123, kat_vectors).
  f!(-1, -1, -1, -1);
  expect([words[0], words[4]]).toEqual([0x1cb996fc, 0xbb002be7]);
});

describe.each(["float32", "float64"] as const)("in %s", (precision) => {
  const single = precision === "float32";

  test("uniforms are those of the reference, bit for bit", () => {
    const fill = filler("uniform", precision);
    for (const step of [0, 1, 2 ** 31 - 1]) {
      const got = fill("a seed", "u", step, 100_000);
      const wanted = reference("uniform", "a seed", "u", step, 100_000);
      const rounded = single ? Float32Array.from(wanted) : wanted;
      expect(got.findIndex((value, i) => value !== rounded[i])).toBe(-1);
    }
  });

  test("normals are those of the reference, to the rounding that is stated", () => {
    const fill = filler("normal", precision);
    const bound = single ? 1e-6 : 5e-15;
    let worst = 0;
    for (let step = 0; step < 8; step++) {
      const wanted = reference("normal", 20, "z", step, 200_000);
      fill(20, "z", step, 200_000).forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - wanted[i]!));
      });
    }
    expect(worst).toBeLessThan(bound);
  });

  test("normals keep their precision next to 0, far out, and where quarter turns meet", () => {
    const module = new ModuleBuilder({ minPages: 1 });
    module.export(
      module.fn("f", ["i32", "i32"], [], (f, first, second) => {
        const [x, y] = [f.let(w.i32x4.splat(first)), f.let(w.i32x4.splat(second))];
        emitNormals(f, module, precision, x, y).forEach((value, i) => f.emit(w.v128.store(out, value, 16 * i)));
      }),
    );
    const { f } = load(module, memory);
    const edges = [0, 2 ** 29, 2 ** 30, 2 ** 31, 3 * 2 ** 30, Math.round(Math.SQRT1_2 * 2 ** 32)];
    const words = edges.flatMap((edge) => [-1000, -2, -1, 0, 1, 2, 999].map((by) => edge + by));
    const unit = single ? 2 ** -24 : 2 ** -53;
    const [got, before] = [view(precision, 8), new Float64Array(2)];
    for (const first of words)
      for (const second of words) {
        f!(first, second);
        const fromOne = (2 ** 32 - 0.5 - (first >>> 0)) / 2 ** 32;
        const log = fromOne < 0.5 ? Math.log1p(-fromOne) : Math.log(1 - fromOne);
        const radius = Math.sqrt(-2 * log);
        const angle = ((second >>> 0) * 2 * Math.PI) / 2 ** 32;
        before.set([radius * Math.cos(angle), radius * Math.sin(angle)]);
        for (let i = 0; i < 8; i++) expect(Math.abs(got[i]! - before[i % 2]!)).toBeLessThan(16 * unit * radius);
      }
  });

  test("no length changes an entry, and nothing beyond the array is touched", () => {
    for (const kind of ["uniform", "normal"] as const) {
      const fill = filler(kind, precision);
      const long = fill(1, "z", 4, 40).slice();
      for (let count = 0; count <= 33; count++) {
        view(precision, 60).fill(7);
        fill(1, "z", 4, count);
        const got = view(precision, 60);
        expect(got.slice(0, count)).toEqual(long.slice(0, count));
        expect(got.slice(count).every((value) => value === 7)).toBe(true);
      }
    }
  });

  test("the first numbers of seed 1, input `z`, step 0 are what they were", () => {
    const digits = (kind: Kind) => [...filler(kind, precision)(1, "z", 0, 3)].map((x) => x.toFixed(6));
    expect(digits("normal")).toEqual(["1.081237", "2.111928", "-0.299033"]);
    expect(digits("uniform")).toEqual(["0.059925", "0.174692", "0.927566"]);
  });
});

test("a function that the module has already is not written twice", () => {
  const module = new ModuleBuilder({ minPages: 1 });
  const first = emitNoise(module, "normal", "float64");
  expect(emitNoise(module, "normal", "float64")).toBe(first);
  expect(emitNoise(module, "uniform", "float64")).not.toBe(first);
});
