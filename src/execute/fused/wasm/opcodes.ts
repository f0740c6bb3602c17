/**
 * The instructions that only compute: opcode, operand types, result type. Source: WebAssembly core specification 2.0,
 * appendix "Index of Instructions", and the relaxed SIMD proposal. Rows are added when something needs them.
 */

/** What a local, an operand or a result can hold. */
export type ValType = "i32" | "i64" | "f32" | "f64" | "v128";

/** What an expression leaves on the stack: a value, or nothing (a store). */
export type Type = ValType | "none";

export interface Signature<P extends readonly ValType[] = readonly ValType[], R extends Type = Type> {
  /** The opcode; two-byte opcodes are `prefix << 16 | code`. */
  readonly code: number;
  readonly params: P;
  readonly result: R;
  /** How many lane numbers follow the opcode. */
  readonly lanes: 0 | 1;
}

function op<const P extends readonly ValType[], R extends Type>(code: number, params: P, result: R): Signature<P, R> {
  return { code, params, result, lanes: 0 };
}

/** Consecutive opcodes of one type, from `first`. */
function run<const N extends string, P extends readonly ValType[], R extends Type>(
  first: number,
  names: readonly N[],
  { params, result }: Signature<P, R>,
): { readonly [K in N]: Signature<P, R> } {
  const rows = names.map((name, i) => [name, { ...op(first + i, params, result) }]);
  return Object.fromEntries(rows) as { readonly [K in N]: Signature<P, R> };
}

const simd = (code: number): number => (0xfd << 16) | code;
const sat = (code: number): number => (0xfc << 16) | code;
const atomic = (code: number): number => (0xfe << 16) | code;

const i32x1 = op(0, ["i32"], "i32");
const i32x2 = op(0, ["i32", "i32"], "i32");
const i64x1 = op(0, ["i64"], "i64");
const i64x2 = op(0, ["i64", "i64"], "i64");
const f32x1 = op(0, ["f32"], "f32");
const f32x2 = op(0, ["f32", "f32"], "f32");
const f64x1 = op(0, ["f64"], "f64");
const f64x2 = op(0, ["f64", "f64"], "f64");
const v1 = op(0, ["v128"], "v128");
const v2 = op(0, ["v128", "v128"], "v128");
const v3 = op(0, ["v128", "v128", "v128"], "v128");
const shift = op(0, ["v128", "i32"], "v128");
const test = op(0, ["v128"], "i32");

/** One row of a lane instruction: `extract` gives a scalar, `replace` takes one. */
const extract = <R extends ValType>(code: number, result: R) =>
  ({ ...op(simd(code), ["v128"], result), lanes: 1 }) as const;
const replace = <S extends ValType>(code: number, scalar: S) =>
  ({ ...op(simd(code), ["v128", scalar], "v128"), lanes: 1 }) as const;

const integerComparisons = [...(["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"] as const)];
const floatComparisons = ["eq", "ne", "lt", "gt", "le", "ge"] as const;
const shifts = ["shl", "shr_s", "shr_u"] as const;
const integerBinary = [
  ...(["add", "sub", "mul", "div_s", "div_u", "rem_s", "rem_u", "and", "or", "xor"] as const),
  ...(["shl", "shr_s", "shr_u", "rotl", "rotr"] as const),
];
const floatUnary = ["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"] as const;
const floatBinary = ["add", "sub", "mul", "div", "min", "max", "copysign"] as const;
const vectorFloatBinary = ["add", "sub", "mul", "div", "min", "max", "pmin", "pmax"] as const;

/** By group, then by name within it: `f32x4.add` is `operators.f32x4.add`. */
export const operators = {
  i32: {
    eqz: op(0x45, ["i32"], "i32"),
    ...run(0x46, integerComparisons, i32x2),
    ...run(0x67, ["clz", "ctz", "popcnt"], i32x1),
    ...run(0x6a, integerBinary, i32x2),
    wrap_i64: op(0xa7, ["i64"], "i32"),
    reinterpret_f32: op(0xbc, ["f32"], "i32"),
    trunc_sat_f32_s: op(sat(0), ["f32"], "i32"),
    trunc_sat_f32_u: op(sat(1), ["f32"], "i32"),
    trunc_sat_f64_s: op(sat(2), ["f64"], "i32"),
    trunc_sat_f64_u: op(sat(3), ["f64"], "i32"),
  },
  i64: {
    eqz: op(0x50, ["i64"], "i32"),
    ...run(0x51, integerComparisons, op(0, ["i64", "i64"], "i32")),
    ...run(0x79, ["clz", "ctz", "popcnt"], i64x1),
    ...run(0x7c, integerBinary, i64x2),
    extend_i32_s: op(0xac, ["i32"], "i64"),
    extend_i32_u: op(0xad, ["i32"], "i64"),
    reinterpret_f64: op(0xbd, ["f64"], "i64"),
    trunc_sat_f64_s: op(sat(6), ["f64"], "i64"),
    trunc_sat_f64_u: op(sat(7), ["f64"], "i64"),
  },
  f32: {
    ...run(0x5b, floatComparisons, op(0, ["f32", "f32"], "i32")),
    ...run(0x8b, floatUnary, f32x1),
    ...run(0x92, floatBinary, f32x2),
    convert_i32_s: op(0xb2, ["i32"], "f32"),
    convert_i32_u: op(0xb3, ["i32"], "f32"),
    demote_f64: op(0xb6, ["f64"], "f32"),
    reinterpret_i32: op(0xbe, ["i32"], "f32"),
  },
  f64: {
    ...run(0x61, floatComparisons, op(0, ["f64", "f64"], "i32")),
    ...run(0x99, floatUnary, f64x1),
    ...run(0xa0, floatBinary, f64x2),
    convert_i32_s: op(0xb7, ["i32"], "f64"),
    convert_i32_u: op(0xb8, ["i32"], "f64"),
    convert_i64_s: op(0xb9, ["i64"], "f64"),
    convert_i64_u: op(0xba, ["i64"], "f64"),
    promote_f32: op(0xbb, ["f32"], "f64"),
    reinterpret_i64: op(0xbf, ["i64"], "f64"),
  },
  v128: {
    not: op(simd(0x4d), ["v128"], "v128"),
    ...run(simd(0x4e), ["and", "andnot", "or", "xor"], v2),
    /** `bitselect(a, b, mask)`: bits of `a` where the mask is 1, of `b` where it is 0. */
    bitselect: op(simd(0x52), ["v128", "v128", "v128"], "v128"),
    any_true: op(simd(0x53), ["v128"], "i32"),
  },
  i8x16: {
    swizzle: op(simd(0x0e), ["v128", "v128"], "v128"),
    splat: op(simd(0x0f), ["i32"], "v128"),
    extract_lane_s: extract(0x15, "i32"),
    extract_lane_u: extract(0x16, "i32"),
    replace_lane: replace(0x17, "i32"),
    ...run(simd(0x23), integerComparisons, v2),
    ...run(simd(0x60), ["abs", "neg"], v1),
    ...run(simd(0x63), ["all_true", "bitmask"], test),
    ...run(simd(0x6b), shifts, shift),
    add: op(simd(0x6e), ["v128", "v128"], "v128"),
    sub: op(simd(0x71), ["v128", "v128"], "v128"),
  },
  i32x4: {
    splat: op(simd(0x11), ["i32"], "v128"),
    extract_lane: extract(0x1b, "i32"),
    replace_lane: replace(0x1c, "i32"),
    ...run(simd(0x37), integerComparisons, v2),
    ...run(simd(0xa0), ["abs", "neg"], v1),
    ...run(simd(0xa3), ["all_true", "bitmask"], test),
    ...run(simd(0xab), shifts, shift),
    add: op(simd(0xae), ["v128", "v128"], "v128"),
    sub: op(simd(0xb1), ["v128", "v128"], "v128"),
    ...run(simd(0xb5), ["mul", "min_s", "min_u", "max_s", "max_u"], v2),
    ...run(simd(0xf8), ["trunc_sat_f32x4_s", "trunc_sat_f32x4_u"], v1),
    ...run(simd(0xfc), ["trunc_sat_f64x2_s_zero", "trunc_sat_f64x2_u_zero"], v1),
    ...run(simd(0x101), ["relaxed_trunc_f32x4_s", "relaxed_trunc_f32x4_u"], v1),
    relaxed_laneselect: op(simd(0x10b), ["v128", "v128", "v128"], "v128"),
  },
  i64x2: {
    splat: op(simd(0x12), ["i64"], "v128"),
    extract_lane: extract(0x1d, "i64"),
    replace_lane: replace(0x1e, "i64"),
    ...run(simd(0xc0), ["abs", "neg"], v1),
    ...run(simd(0xc3), ["all_true", "bitmask"], test),
    ...run(
      simd(0xc7),
      [
        ...(["extend_low_i32x4_s", "extend_high_i32x4_s"] as const),
        ...(["extend_low_i32x4_u", "extend_high_i32x4_u"] as const),
      ],
      v1,
    ),
    ...run(simd(0xcb), shifts, shift),
    add: op(simd(0xce), ["v128", "v128"], "v128"),
    sub: op(simd(0xd1), ["v128", "v128"], "v128"),
    mul: op(simd(0xd5), ["v128", "v128"], "v128"),
    ...run(simd(0xd6), ["eq", "ne", "lt_s", "gt_s", "le_s", "ge_s"], v2),
    ...run(
      simd(0xdc),
      [
        ...(["extmul_low_i32x4_s", "extmul_high_i32x4_s"] as const),
        ...(["extmul_low_i32x4_u", "extmul_high_i32x4_u"] as const),
      ],
      v2,
    ),
  },
  f32x4: {
    splat: op(simd(0x13), ["f32"], "v128"),
    extract_lane: extract(0x1f, "f32"),
    replace_lane: replace(0x20, "f32"),
    ...run(simd(0x41), floatComparisons, v2),
    demote_f64x2_zero: op(simd(0x5e), ["v128"], "v128"),
    ...run(simd(0x67), ["ceil", "floor", "trunc", "nearest"], v1),
    ...run(simd(0xe0), ["abs", "neg"], v1),
    sqrt: op(simd(0xe3), ["v128"], "v128"),
    ...run(simd(0xe4), vectorFloatBinary, v2),
    ...run(simd(0xfa), ["convert_i32x4_s", "convert_i32x4_u"], v1),
    /** `relaxed_madd(a, b, c)`: a b + c, rounded once or twice as the host likes. */
    ...run(simd(0x105), ["relaxed_madd", "relaxed_nmadd"], v3),
    ...run(simd(0x10d), ["relaxed_min", "relaxed_max"], v2),
  },
  f64x2: {
    splat: op(simd(0x14), ["f64"], "v128"),
    extract_lane: extract(0x21, "f64"),
    replace_lane: replace(0x22, "f64"),
    ...run(simd(0x47), floatComparisons, v2),
    promote_low_f32x4: op(simd(0x5f), ["v128"], "v128"),
    ...run(simd(0x74), ["ceil", "floor"], v1),
    trunc: op(simd(0x7a), ["v128"], "v128"),
    nearest: op(simd(0x94), ["v128"], "v128"),
    ...run(simd(0xec), ["abs", "neg"], v1),
    sqrt: op(simd(0xef), ["v128"], "v128"),
    ...run(simd(0xf0), vectorFloatBinary, v2),
    ...run(simd(0xfe), ["convert_low_i32x4_s", "convert_low_i32x4_u"], v1),
    ...run(simd(0x107), ["relaxed_madd", "relaxed_nmadd"], v3),
    ...run(simd(0x10f), ["relaxed_min", "relaxed_max"], v2),
  },
} as const;

/** One load or store. `bytes` is what it touches, which is also the alignment it promises nothing beyond. */
export interface Access<V extends ValType = ValType> {
  readonly code: number;
  readonly bytes: 1 | 2 | 4 | 8 | 16;
  readonly value: V;
}

const access = <V extends ValType>(code: number, bytes: Access["bytes"], value: V): Access<V> => ({
  code,
  bytes,
  value,
});

// prettier-ignore
export const loads = {
  i32: { load: access(0x28, 4, "i32"), load8_u: access(0x2d, 1, "i32"), load16_u: access(0x2f, 2, "i32") },
  i64: { load: access(0x29, 8, "i64") },
  f32: { load: access(0x2a, 4, "f32") },
  f64: { load: access(0x2b, 8, "f64") },
  v128: {
    load: access(simd(0x00), 16, "v128"),
    load32x2_s: access(simd(0x05), 8, "v128"),
    load32x2_u: access(simd(0x06), 8, "v128"),
    load32_splat: access(simd(0x09), 4, "v128"),
    load64_splat: access(simd(0x0a), 8, "v128"),
    load32_zero: access(simd(0x5c), 4, "v128"),
    load64_zero: access(simd(0x5d), 8, "v128"),
  },
} as const;

// prettier-ignore
export const stores = {
  i32: { store: access(0x36, 4, "i32"), store8: access(0x3a, 1, "i32"), store16: access(0x3b, 2, "i32") },
  i64: { store: access(0x37, 8, "i64") },
  f32: { store: access(0x38, 4, "f32") },
  f64: { store: access(0x39, 8, "f64") },
  v128: { store: access(simd(0x0b), 16, "v128") },
} as const;

/** Loads and stores of one lane. */
export const laneLoads = {
  load32_lane: access(simd(0x56), 4, "v128"),
  load64_lane: access(simd(0x57), 8, "v128"),
} as const;

export const laneStores = {
  store32_lane: access(simd(0x5a), 4, "v128"),
  store64_lane: access(simd(0x5b), 8, "v128"),
} as const;

/** Operations on a shared 32-bit word, seen by all threads in one order: opcode, operands, result. */
export const atomics = {
  /** Wakes up to so many waiters; how many it was. */
  notify: op(atomic(0x00), ["i32", "i32"], "i32"),
  /** Sleeps while the word is as expected, at most so many nanoseconds (negative: for ever). 0 means woken. */
  wait: op(atomic(0x01), ["i32", "i32", "i64"], "i32"),
  load: op(atomic(0x10), ["i32"], "i32"),
  store: op(atomic(0x17), ["i32", "i32"], "none"),
  /** Adds; what was there before. */
  add: op(atomic(0x1e), ["i32", "i32"], "i32"),
} as const;

/** How the text format names them. */
export const atomicNames: { readonly [N in keyof typeof atomics]: string } = {
  notify: "memory.atomic.notify",
  wait: "memory.atomic.wait32",
  load: "i32.atomic.load",
  store: "i32.atomic.store",
  add: "i32.atomic.rmw.add",
};

/** Opcodes of control flow, variables and bulk memory. */
export const control = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  v128Const: simd(0x0c),
  shuffle: simd(0x0d),
  memoryCopy: sat(10),
  memoryFill: sat(11),
} as const;

/** The byte that names a type. */
export const typeCodes: { readonly [T in ValType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
