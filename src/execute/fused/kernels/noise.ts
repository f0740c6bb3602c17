import { coefficients } from "../math/coefficients.ts";
import { inlineMath } from "../math/math.ts";
import {
  w,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
  type ModuleBuilder,
} from "../wasm/assembler.ts";
import type { Precision } from "./lanes.ts";
import { threefry, threefryKey } from "./threefry.ts";

type Vector = Expr<"v128">;
type Register = Local<"v128">;

/** Pointer to the key's two words, step, pointer to the entries, how many of them, the number of the first block. */
export type NoiseRef = FunctionRef<readonly ["i32", "i32", "i32", "i32", "i32"], readonly []>;

/**
 * Writes a function that fills an array with a `noise` input's numbers at one step, as execute/noise.ts lays them out,
 * unless the module has it already: four blocks, eight entries, at a time. Nothing beyond the array is touched.
 *
 * Uniforms are those of execute/noise.ts bit for bit. So are the words that normals are made of; the normals are computed
 * in their own precision, and differ from those by at most 1e-6 in float32 and 5e-15 in float64 (7e-7 and 4e-15 are
 * the largest seen), and by 16 units of rounding of their radius.
 */
export function emitNoise(module: ModuleBuilder, kind: "normal" | "uniform", precision: Precision): NoiseRef {
  const name = `noise_${kind}_${precision}`;
  const found = module.find(name);
  if (found) return found as NoiseRef;
  return module.fn(
    name,
    ["i32", "i32", "i32", "i32", "i32"],
    [],
    (f, ...parameters) => {
      const [key, step, out, count, block] = parameters;
      const keys = threefryKey(f, w.i32.load(key), w.i32.load(key, 4));
      const steps = f.let(w.i32x4.splat(step), "step");
      const four = w.v128.const_i32x4([0, 1, 2, 3]);
      const blocks = f.let(w.i32x4.add(w.i32x4.splat(block), four), "blocks");
      const [at, start] = [f.let(out, "at"), f.local("i32", "start")];
      f.forLoop(start, 0, count, entriesAtOnce, () =>
        f.scope(() => {
          const [x, y] = threefry(f, keys, blocks, steps);
          const write = writers[kind][precision];
          storeEntries(f, precision, at, w.i32.sub(count, start), write(f, module, x, y));
          f.set(blocks, w.i32x4.add(blocks, 4));
          f.set(at, w.i32.add(at, entriesAtOnce * (precision === "float32" ? 4 : 8)));
        }),
      );
    },
    `${kind} noise: threefry2x32-20 of (block, step), four blocks at a time`,
  );
}

/** Two to a block. */
export const entriesAtOnce = 8;

/** Stores eight entries, or as many as are left. */
function storeEntries(
  f: FunctionBuilder,
  precision: Precision,
  at: Local<"i32">,
  left: Expr<"i32">,
  vectors: readonly Vector[],
): void {
  const values = vectors.map((value) => f.let(value, "noise"));
  const rest = f.let(left, "left");
  const storeLane = precision === "float32" ? w.v128.store32_lane : w.v128.store64_lane;
  const count = precision === "float32" ? 4 : 2;
  f.if(
    w.i32.ge_s(rest, entriesAtOnce),
    () => values.forEach((value, i) => f.emit(w.v128.store(at, value, 16 * i))),
    () => {
      for (let entry = 0; entry < entriesAtOnce - 1; entry++) {
        const [value, lane] = [values[Math.floor(entry / count)]!, entry % count];
        f.if(w.i32.gt_s(rest, entry), () => f.emit(storeLane(lane, at, value, (16 / count) * entry)));
      }
    },
  );
}

/** From the two words of four blocks, the eight entries in their order. */
type Writer = (f: FunctionBuilder, module: ModuleBuilder, x: Register, y: Register) => readonly Vector[];

const writers: {
  readonly [K in "normal" | "uniform"]: { readonly [P in Precision]: Writer };
} = {
  uniform: { float32: uniforms32, float64: uniforms64 },
  normal: { float32: normals32, float64: normals64 },
};

const perWord = 2 ** -32;
/** The largest 32-bit float below 1, as in execute/noise.ts. */
const belowOne = 1 - 2 ** -24;

/** Words of x and of y by turns. */
function interleave(f: FunctionBuilder, x: Register, y: Register): readonly [Register, Register] {
  return [f.let(w.i32x4.shuffle([0, 4, 1, 5], x, y), "low"), f.let(w.i32x4.shuffle([2, 6, 3, 7], x, y), "high")];
}

/** (word + 0.5) / 2^32 of the first two words, exactly. */
function unit64(words: Vector): Vector {
  const { add, mul, convert_low_i32x4_u } = w.f64x2;
  return mul(add(convert_low_i32x4_u(words), 0.5), perWord);
}

const upper = (words: Register): Vector => w.i32x4.shuffle([2, 3, 2, 3], words, words);

function uniforms64(f: FunctionBuilder, _: ModuleBuilder, x: Register, y: Register) {
  return interleave(f, x, y).flatMap((words) =>
    [words, upper(words)].map((pair) => w.f64x2.pmin(unit64(pair), belowOne)),
  );
}

/** By way of float64, since that is where the reference rounds. */
function uniforms32(f: FunctionBuilder, module: ModuleBuilder, x: Register, y: Register) {
  const [a, b, c, d] = uniforms64(f, module, x, y).map((pair) => w.f32x4.demote_f64x2_zero(pair));
  return [w.i64x2.shuffle([0, 2], a!, b!), w.i64x2.shuffle([0, 2], c!, d!)];
}

/**
 * The angle 2 pi y / 2^32 as quarter turns and an exact rest of at most half a quarter turn either way: a signed word.
 */
function turnsAndRest(f: FunctionBuilder, y: Register): readonly [Register, Register] {
  const { add, sub, shl, shr_u } = w.i32x4;
  const turns = f.let(shr_u(add(y, 2 ** 29), 30), "turns");
  return [turns, f.let(sub(y, shl(turns, 30)), "rest")];
}

/** All ones where the quarter turns are odd; the sign bits of the cosine and of the sine. */
function signs(f: FunctionBuilder, turns: Register): readonly [Register, Register, Register] {
  const { and } = w.v128;
  const { add, neg, shl } = w.i32x4;
  return [
    f.let(neg(and(turns, w.v128.const_i32(1))), "odd"),
    f.let(shl(and(add(turns, 1), w.v128.const_i32(2)), 30), "cosSign"),
    f.let(shl(and(turns, w.v128.const_i32(2)), 30), "sinSign"),
  ];
}

/** c[0] + c[1] x + ..., by Horner's rule. */
function polynomial(group: typeof w.f32x4 | typeof w.f64x2, c: readonly number[], x: Register) {
  const [last, ...before] = c.toReversed();
  const constant = group === w.f32x4 ? w.v128.const_f32 : w.v128.const_f64;
  return before.reduce<Vector>((sum, next) => group.add(group.mul(sum, x), next), constant(last!));
}

/** radius * (cos, sin) of turns and rest, where the rest is `angle` in radians. */
function polar(
  f: FunctionBuilder,
  format: "f32" | "f64",
  radius: Register,
  angle: Register,
  [odd, cosSign, sinSign]: readonly [Vector, Vector, Vector],
): readonly [Register, Register] {
  const group = format === "f32" ? w.f32x4 : w.f64x2;
  const { add, sub, mul } = group;
  const one = format === "f32" ? w.v128.const_f32(1) : w.v128.const_f64(1);
  const { xor, bitselect } = w.v128;
  const square = f.let(mul(angle, angle));
  const sinTail = mul(mul(angle, square), polynomial(group, coefficients.sin[format], square));
  const sin = f.let(mul(radius, add(angle, sinTail)), "sin");
  const cosTail = mul(mul(square, square), polynomial(group, coefficients.cos[format], square));
  const cos = f.let(mul(radius, add(sub(one, mul(square, 0.5)), cosTail)), "cos");
  const swap = f.let(odd, "swap");
  return [f.let(xor(bitselect(sin, cos, swap), cosSign), "z0"), f.let(xor(bitselect(cos, sin, swap), sinSign), "z1")];
}

/**
 * The normals of four blocks, from their two words each, in the order of the array (Box & Muller 1958). The radius comes
 * from the distance of its uniform to the nearer of 0 and 1, and the angle from its quarter turns and an exact rest, so
 * that both keep the relative precision of their format everywhere.
 */
export function emitNormals(
  f: FunctionBuilder,
  module: ModuleBuilder,
  precision: Precision,
  x: Register,
  y: Register,
): readonly Vector[] {
  return writers.normal[precision](f, module, x, y);
}

/** Two blocks at a time. */
function normals64(f: FunctionBuilder, module: ModuleBuilder, x: Register, y: Register) {
  const { mul, sqrt, convert_low_i32x4_s } = w.f64x2;
  const [turns, rest] = turnsAndRest(f, y);
  const masks = signs(f, turns);
  const zero = w.v128.const_i32(0);
  return [0, 2].flatMap((first) => {
    const own = (words: Register): Vector => (first === 0 ? words : w.i32x4.shuffle([2, 3, 2, 3], words, words));
    const [odd, cosSign, sinSign] = masks;
    const top = (bits: Register): Vector => w.i32x4.shuffle([4, first, 4, first + 1], bits, zero);
    const log = inlineMath(module, f, "log", "float64", unit64(own(x)));
    const radius = f.let(sqrt(mul(log, -2)), "radius");
    const angle = f.let(mul(convert_low_i32x4_s(own(rest)), Math.PI * 2 ** -31), "angle");
    const both = w.i32x4.shuffle([first, first, first + 1, first + 1], odd, odd);
    const [cos, sin] = polar(f, "f64", radius, angle, [both, top(cosSign), top(sinSign)]);
    return [w.i64x2.shuffle([0, 2], cos, sin), w.i64x2.shuffle([1, 3], cos, sin)];
  });
}

/** The same in float32. */
function normals32(f: FunctionBuilder, _: ModuleBuilder, x: Register, y: Register) {
  const { mul, sqrt, convert_i32x4_s } = w.f32x4;
  const [turns, rest] = turnsAndRest(f, y);
  const radius = f.let(sqrt(mul(logOfUnit32(f, x), -2)), "radius");
  const angle = f.let(mul(convert_i32x4_s(rest), Math.PI * 2 ** -31), "angle");
  const [cos, sin] = polar(f, "f32", radius, angle, signs(f, turns));
  return [w.i32x4.shuffle([0, 4, 1, 5], cos, sin), w.i32x4.shuffle([2, 6, 3, 7], cos, sin)];
}

/**
 * log u for u = (word + 0.5) / 2^32, to float32's relative precision also next to u = 1, where u itself is not a float32:
 * the logarithm is taken of 2^k (1 + g) with g computed from the distance of u to the nearer of 0 and 1.
 * With s = g / (2 + g), log(1 + g) = g - (g^2 / 2 - s (g^2 / 2 + R)), R = s^2 P(s^2). Source: fdlibm, e_log.c.
 */
function logOfUnit32(f: FunctionBuilder, word: Register): Vector {
  const { add, sub, mul, div, gt, convert_i32x4_s } = w.f32x4;
  const { xor, and, bitselect } = w.v128;
  const high = f.let(w.i32x4.shr_s(word, 31), "high");
  // The distance, at most a half.
  const d = f.let(mul(add(convert_i32x4_s(xor(word, high)), 0.5), perWord), "d");
  // Near 0, d = 2^k (1 + g) as its bits say. sqrt(1/2) is where one k ends and the next begins.
  const sqrtHalf = 0x3f3504f3;
  const above = f.let(w.i32x4.sub(d, sqrtHalf));
  const mantissa = w.i32x4.add(and(above, w.v128.const_i32(0x7fffff)), sqrtHalf);
  const low = f.let(sub(mantissa, 1), "low");
  // Near 1, u = 1 - d: k is 0, or -1 from sqrt(1/2) down, where 2 u - 1 = 1 - 2 d.
  const far = f.let(gt(d, 1 - Math.SQRT1_2), "far");
  const near = bitselect(sub(w.v128.const_f32(1), add(d, d)), w.f32x4.neg(d), far);
  const g = f.let(bitselect(near, low, high), "g");
  // As a mask, `far` is the integer -1.
  const k = f.let(convert_i32x4_s(bitselect(far, w.i32x4.shr_s(above, 23), high)), "k");
  const s = f.let(div(g, add(g, 2)));
  const square = f.let(mul(s, s));
  const half = f.let(mul(mul(g, g), 0.5));
  const series = mul(square, polynomial(w.f32x4, coefficients.log.f32, square));
  const [ln2High, ln2Low] = [0.693138122558594, 9.0580006144591607e-6];
  const small = add(mul(s, add(half, series)), mul(k, ln2Low));
  return sub(mul(k, ln2High), sub(sub(half, small), g));
}
