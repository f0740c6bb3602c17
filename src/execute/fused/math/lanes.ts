import { assert } from "../../../base/assert.ts";
import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";

/** A vector in a program: four numbers in single precision, two in double. */
export type Vector = Expr<"v128">;
/** A vector in a register, which may be read more than once. */
export type Register = Local<"v128">;

/**
 * What a function computes with. `wide` is float64 arithmetic that needs to be no better than float32 in the end, so
 * its polynomials are short: what single precision uses where it would lose too much by itself.
 */
export type Format = "f32" | "f64" | "wide";

/** The layout of a number, and the constants that depend on it. */
export interface Layout {
  /** Bits of the fraction field. */
  readonly fraction: 23 | 52;
  readonly bias: 127 | 1023;
  readonly smallestNormal: number;
  /** Adding this to a small number rounds it to a whole one, which is then in the low bits. */
  readonly rounder: number;
  /** log 2 in two parts, the first short enough for its product with any exponent to be exact. Source: fdlibm. */
  readonly ln2: readonly [number, number];
  /** The bits of the square root of one half. */
  readonly sqrtHalf: bigint;
}

const single: Layout = {
  fraction: 23,
  bias: 127,
  smallestNormal: 2 ** -126,
  rounder: 1.5 * 2 ** 23,
  ln2: [0.693138122558594, 9.0580006144591607e-6],
  sqrtHalf: 0x3f3504f3n,
};

const double: Layout = {
  fraction: 52,
  bias: 1023,
  smallestNormal: 2 ** -1022,
  rounder: 1.5 * 2 ** 52,
  ln2: [0.69314718036912382, 1.9082149292705877e-10],
  sqrtHalf: 0x3fe6a09e667f3bcdn,
};

export type UnaryName =
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "tanh"
  | "sigmoid"
  | "softplus"
  | "erf"
  | "log_ndtr"
  | "lgamma"
  | "digamma"
  | "trigamma"
  | "sin"
  | "cos"
  | "atan"
  | "sign";

/** The functions of the vocabulary that take more than one instruction. */
export type MathName = UnaryName | "pow";

/** Calls of other functions, which the caller of `lanes` writes into the module when they are wanted. */
export interface Calls {
  unary(name: UnaryName, format: Format, x: Vector): Vector;
  pow(format: Format, x: Vector, y: Vector): Vector;
  /** Shared pieces of code, by a name of their own. */
  piece(name: string, format: Format, write: Write, ...x: readonly Vector[]): Vector;
  /** x = 4 n + quadrant pi / 2 + angle, for any finite x, one number: sets both. */
  reduceLarge(angle: Local<"f64">, quadrant: Local<"i32">, x: Expr<"f64">): void;
}

/** Writes what computes a function of registers. */
export type Write = (v: Lanes, ...x: readonly Register[]) => Vector;

/** A way to write arithmetic on vectors of one format: the instructions under one name for both precisions. */
export type Lanes = ReturnType<typeof lanes>;

/** The instructions of one format, under one name for both precisions. */
function instructions(format: Format) {
  const isSingle = format === "f32";
  const floats = isSingle ? w.f32x4 : w.f64x2;
  return {
    format,
    /** The format without regard to how good the result has to be. */
    arithmetic: isSingle ? ("f32" as const) : ("f64" as const),
    /** The format, for what is never computed in float32. */
    inDouble(): "f64" | "wide" {
      assert(format !== "f32", "this is computed in double precision only");
      return format;
    },
    layout: isSingle ? single : double,
    /** Float arithmetic: `add`, `mul`, `lt` and so on. */
    ...{ add: floats.add, sub: floats.sub, mul: floats.mul, div: floats.div, neg: floats.neg },
    ...{ eq: floats.eq, lt: floats.lt, le: floats.le, gt: floats.gt, ge: floats.ge },
    ...{ abs: floats.abs, floor: floats.floor, nearest: floats.nearest },
    /** The smaller, or the first where either is NaN: one instruction, and a NaN in `x` stays. */
    atMost: (x: Vector, limit: number): Vector => floats.pmin(x, limit),
    atLeast: (x: Vector, limit: number): Vector => floats.pmax(x, limit),
    /** Arithmetic on the bits: as whole numbers of the width of a float, or of 32 bits in either format. */
    whole: isSingle ? w.i32x4 : w.i64x2,
    int32: w.i32x4,
    /** Four whole numbers as float32. */
    fromInt32: w.f32x4.convert_i32x4_s,
    /** The same bits in every number. */
    bits: (pattern: bigint | number): Vector =>
      isSingle
        ? w.v128.const_i32(Number(BigInt.asIntN(32, BigInt(pattern))))
        : w.v128.const_i64(BigInt.asIntN(64, BigInt(pattern))),
    ...{ and: w.v128.and, or: w.v128.or, xor: w.v128.xor, not: w.v128.not },
    andNot: w.v128.andnot,
    constant: (x: number): Vector => (isSingle ? w.v128.const_f32(x) : w.v128.const_f64(x)),
  };
}

type Instructions = ReturnType<typeof instructions>;

/** What a few instructions make, and no register. */
function compounds({ format, layout, whole, bits, constant }: Instructions) {
  const width = format === "f32" ? 32n : 64n;
  const signBit = bits(1n << (width - 1n));
  const signOf = (x: Vector): Vector => w.v128.and(x, signBit);
  return {
    /** `a` where the mask holds, else `b`. Numbers are constants of this format. */
    where(mask: Vector, a: Vector | number, b: Vector | number): Vector {
      const value = (x: Vector | number) => (typeof x === "number" ? constant(x) : x);
      return w.v128.bitselect(value(a), value(b), mask);
    },
    signOf,
    /** A number of the sign of `x`, or a 0 of whichever sign: the sign of `x` on top. */
    withSign: (magnitude: Vector, x: Vector): Vector => w.v128.or(magnitude, signOf(x)),
    /** Holds where `x` is not a positive normal finite number: one addition and one comparison of bits. */
    unusual(x: Vector): Vector {
      const one = 1n << BigInt(layout.fraction);
      const top = 1n << (width - 1n);
      const normals = BigInt(2 * layout.bias) * one;
      return whole.gt_s(whole.sub(x, bits(one + top)), bits(normals - 1n - top));
    },
  };
}

/** @param f  the function that is being written: registers and branches go there */
export function lanes(f: FunctionBuilder, format: Format, calls: Calls) {
  const plain = instructions(format);
  const { add, mul, constant } = plain;
  const horner = (coefficients: readonly number[], x: Register): Vector =>
    coefficients
      .slice(0, -1)
      .reduceRight<Vector>((total, next) => add(mul(total, x), next), constant(coefficients.at(-1) ?? 0));
  return {
    ...plain,
    ...compounds(plain),
    f,
    let: (x: Vector): Register => f.let(x),

    /** sum_i c[i] x^i: the even and the odd powers apart, so that one need not wait for the other. */
    polynomial(coefficients: readonly number[], x: Register): Vector {
      if (coefficients.length < 5) return horner(coefficients, x);
      const square = f.let(mul(x, x));
      const powers = (odd: 0 | 1) => coefficients.filter((_, i) => i % 2 === odd);
      return add(horner(powers(0), square), mul(horner(powers(1), square), x));
    },

    /**
     * `usual`, but for the lanes where the mask holds: those take what `rare` writes, which runs only if there are any.
     * No lane sees what is in another.
     */
    except(mask: Register, usual: Vector, rare: () => Vector): Register {
      const out = f.let(usual);
      f.if(w.v128.any_true(mask), () => f.set(out, w.v128.bitselect(rare(), out, mask)));
      return out;
    },

    call: (name: UnaryName, x: Vector): Vector => calls.unary(name, format, x),
    piece: (name: string, write: Write, ...x: readonly Vector[]): Vector => calls.piece(name, format, write, ...x),
    calls,
  };
}

/** The first and the last two numbers of a single precision vector, in double precision. */
export function widen(x: Register): readonly [Vector, Vector] {
  return [w.f64x2.promote_low_f32x4(x), w.f64x2.promote_low_f32x4(w.i32x4.shuffle([2, 3, 2, 3], x, x))];
}

/** The inverse of `widen`, rounding. */
export function narrow(low: Vector, high: Vector): Vector {
  return w.i32x4.shuffle([0, 1, 4, 5], w.f32x4.demote_f64x2_zero(low), w.f32x4.demote_f64x2_zero(high));
}
