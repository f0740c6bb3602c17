import { w, type Address, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";

/** What a kernel computes with. */
export type Precision = "float32" | "float64";

/** What may be read several times at no cost: a register or a constant. */
export type Leaf = Local<"v128"> | (Expr<"v128"> & { readonly kind: "const" });

/** One precision's vectors: everything in which the kernels for `f32x4` and `f64x2` differ. */
export interface Lanes {
  readonly count: 4 | 2;
  /** Bytes of one entry; a vector has 16. */
  readonly bytes: 4 | 8;
  readonly zero: Leaf;
  add(a: Expr<"v128">, b: Expr<"v128">): Expr<"v128">;
  mul(a: Expr<"v128">, b: Expr<"v128">): Expr<"v128">;
  /** One entry of memory in every lane. */
  splat(address: Address, offset?: number): Expr<"v128">;
  /** The first `lanes` entries at an address; zero in the other lanes, and nothing beyond is touched. */
  loadSome(lanes: number, address: Expr<"i32">, offset: number): Expr<"v128">;
  /** Stores the first `lanes` lanes; nothing beyond is touched. */
  storeSome(lanes: number, address: Expr<"i32">, value: Leaf, offset: number): readonly Expr<"none">[];
  /** Copies one entry. */
  copyEntry(to: Expr<"i32">, from: Expr<"i32">, toOffset: number, fromOffset: number): Expr<"none">;
  /** Lane l is the sum of the lanes of sums[l]; as many sums as lanes. */
  sumEach(f: FunctionBuilder, sums: readonly Leaf[]): Expr<"v128">;
}

const float32: Lanes = {
  count: 4,
  bytes: 4,
  zero: w.v128.const_f32(0) as Leaf,
  add: w.f32x4.add,
  mul: w.f32x4.mul,
  splat: w.v128.load32_splat,
  loadSome(lanes, address, offset) {
    if (lanes === 1) return w.v128.load32_zero(address, offset);
    if (lanes === 4) return w.v128.load(address, offset);
    const two = w.v128.load64_zero(address, offset);
    return lanes === 2 ? two : w.v128.load32_lane(2, address, two, offset + 8);
  },
  storeSome(lanes, address, value, offset) {
    if (lanes === 4) return [w.v128.store(address, value, offset)];
    if (lanes === 1) return [w.v128.store32_lane(0, address, value, offset)];
    const two = w.v128.store64_lane(0, address, value, offset);
    return lanes === 2 ? [two] : [two, w.v128.store32_lane(2, address, value, offset + 8)];
  },
  copyEntry: (to, from, toOffset, fromOffset) => w.f32.store(to, w.f32.load(from, fromOffset), toOffset),
  sumEach(f, [a, b, c, d]) {
    const pair = (x: Leaf, y: Leaf) =>
      f.let(w.f32x4.add(w.i32x4.shuffle([0, 4, 1, 5], x, y), w.i32x4.shuffle([2, 6, 3, 7], x, y)));
    const [ab, cd] = [pair(a!, b!), pair(c!, d!)];
    return w.f32x4.add(w.i64x2.shuffle([0, 2], ab, cd), w.i64x2.shuffle([1, 3], ab, cd));
  },
};

const float64: Lanes = {
  count: 2,
  bytes: 8,
  zero: w.v128.const_f64(0) as Leaf,
  add: w.f64x2.add,
  mul: w.f64x2.mul,
  splat: w.v128.load64_splat,
  loadSome: (lanes, address, offset) =>
    lanes === 1 ? w.v128.load64_zero(address, offset) : w.v128.load(address, offset),
  storeSome: (lanes, address, value, offset) => [
    lanes === 1 ? w.v128.store64_lane(0, address, value, offset) : w.v128.store(address, value, offset),
  ],
  copyEntry: (to, from, toOffset, fromOffset) => w.f64.store(to, w.f64.load(from, fromOffset), toOffset),
  sumEach: (_, [a, b]) => w.f64x2.add(w.i64x2.shuffle([0, 2], a!, b!), w.i64x2.shuffle([1, 3], a!, b!)),
};

export const lanesOf = (precision: Precision): Lanes => (precision === "float32" ? float32 : float64);
