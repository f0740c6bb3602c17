import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";

type Vector = Expr<"v128">;
type Register = Local<"v128">;

/** Rotations of the eight rounds, then again. Source: Salmon et al. (2011), table 2. */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const rounds = 20;
/** The parity word that closes the key schedule; from Skein. */
const parity = 0x1bd11bda;

/** k0, k1 and their parity with a constant, in every lane. */
export type ThreefryKey = readonly [Register, Register, Register];

/** The key schedule, once for all blocks. */
export function threefryKey(f: FunctionBuilder, k0: Expr<"i32">, k1: Expr<"i32">): ThreefryKey {
  const [a, b] = [f.let(w.i32x4.splat(k0), "k0"), f.let(w.i32x4.splat(k1), "k1")];
  return [a, b, f.let(w.v128.xor(w.v128.xor(a, b), w.v128.const_i32(parity)), "k2")];
}

/**
 * Four counters (c0, c1) encrypted at once, a lane each: numeric/threefry.ts word for word.
 *
 * @returns  the two words of each lane
 */
export function threefry(f: FunctionBuilder, key: ThreefryKey, c0: Vector, c1: Vector): readonly [Register, Register] {
  const { add, shl, shr_u } = w.i32x4;
  const x = f.let(add(c0, key[0]), "x");
  const y = f.let(add(c1, key[1]), "y");
  for (let round = 0; round < rounds; round++) {
    const by = rotations[round % rotations.length]!;
    f.set(x, add(x, y));
    f.set(y, w.v128.xor(w.v128.or(shl(y, by), shr_u(y, 32 - by)), x));
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    f.set(x, add(x, key[injection % 3]!));
    f.set(y, add(add(y, key[(injection + 1) % 3]!), injection));
  }
  return [x, y];
}
