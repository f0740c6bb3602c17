import { w, type Expr, type FunctionRef, type Local, type ModuleBuilder } from "../wasm/assembler.ts";

/** 2 / pi in binary, 64 bits at a time, after 64 zeros. */
// prettier-ignore
const twoOverPi = [
  0x0n,
  0xa2f9836e4e441529n, 0xfc2757d1f534ddc0n, 0xdb6295993c439041n, 0xfe5163abdebbc561n, 0xb7246e3a424dd2e0n,
  0x06492eea09d1921cn, 0xfe1deb1cb129a73en, 0xe88235f52ebb4484n, 0xe99c7026b45f7e41n, 0x3991d639835339f4n,
  0x9c845f8bbdf9283bn, 0x1ff897ffde05980fn, 0xef2f118b5a0a6d1fn, 0x6d367ecf27cb09b7n, 0x4f463f669e5fea2dn,
  0x7527bac7ebe5f17bn, 0x3d0739f78a5292ean, 0x6bfb5fb11f8d5d08n, 0x56033046fc7b6babn, 0xf0cfbc209af4361dn,
];

type Reduce = FunctionRef<readonly ["f64"], readonly ["f64", "i32"]>;

/**
 * A function of the module that takes any multiple of pi / 2 from any number, however large:
 * x = (4 n + quadrant) pi / 2 + angle with |angle| <= pi / 4. Below 1/2, x is its own angle; infinities and NaN have
 * the angle NaN. Payne & Hanek (1983): x = m 2^e needs only the bits of 2 / pi that lie at 2^(1-e) and below, and 192
 * of them are enough for any x in double precision.
 */
export function largeReduction(module: ModuleBuilder): Reduce {
  const found = module.find("reduce_large");
  if (found) return found as Reduce;
  const word = tableOfBits(module);
  const upper = upperProduct(module);
  const { i64, f64, i32 } = w;
  return module.fn("reduce_large", ["f64"], ["f64", "i32"], (f, x) => {
    f.if(f64.lt(f64.abs(x), 0.5), () => f.return(x, i32.const(0)));
    const finite = f64.lt(f64.abs(x), Infinity);
    f.if(i32.eqz(finite), () => f.return(f64.const(NaN), i32.const(0)));

    const pattern = f.let(i64.reinterpret_f64(f64.abs(x)), "pattern");
    const mantissa = f.let(i64.or(i64.and(pattern, (1n << 52n) - 1n), 1n << 52n), "mantissa");
    // e - 2 + 64: the first bit that counts, in the table with its 64 zeros.
    const first = f.let(i32.sub(i32.wrap_i64(i64.shr_u(pattern, 52n)), 1075 + 2 - 64), "first");
    const shift = f.let(i64.and(i64.extend_i32_u(first), 63n), "shift");
    const at = f.let(i32.shr_u(first, 6), "at");
    const bits = (i: number) => {
      const here = f.call(word, i32.add(at, i));
      const next = f.call(word, i32.add(at, i + 1));
      return f.let(i64.or(i64.shl(here, shift), i64.shr_u(i64.shr_u(next, 1n), i64.sub(63n, shift))));
    };
    const [q0, q1, q2] = [bits(0), bits(1), bits(2)];

    // mantissa * (q0, q1, q2), the whole part dropped: f0 counts in 2^-64, f1 in 2^-128.
    const middle = f.let(i64.mul(mantissa, q1));
    const f1 = f.let(i64.add(middle, f.call(upper, mantissa, q2)));
    const carry = i64.extend_i32_u(i64.lt_u(f1, middle));
    const f0 = f.let(i64.add(i64.add(i64.mul(mantissa, q0), f.call(upper, mantissa, q1)), carry));
    const quadrant = f.let(i64.shr_u(i64.add(f0, 1n << 61n), 62n));
    const rest = f.let(i64.sub(f0, i64.shl(quadrant, 62n)));

    // rest 2^-62 + f1 2^-126 quarter turns, whatever cancelled: the high part, what its rounding left, the low part.
    const high = f.let(f64.convert_i64_s(rest));
    const left = f64.convert_i64_s(i64.sub(rest, i64.trunc_sat_f64_s(high)));
    const low = f64.add(left, f64.mul(f64.convert_i64_u(f1), 2 ** -64));
    const angle = f.let(f64.mul(f64.add(high, low), (Math.PI / 2) * 2 ** -62));
    const turns = f.let(i32.wrap_i64(quadrant));
    f.if(f64.lt(x, 0), () => f.return(f64.neg(angle), i32.sub(0, turns)));
    return [angle, turns];
  });
}

/** Word i of 2 / pi; it is called so rarely that a search is good enough. */
function tableOfBits(module: ModuleBuilder) {
  return module.fn("two_over_pi", ["i32"], ["i64"], (f, i) => {
    twoOverPi.forEach((bits, at) => f.if(w.i32.eq(i, at), () => f.return(w.i64.const(BigInt.asIntN(64, bits)))));
    return 0n;
  });
}

/** The upper 64 bits of a product; the first factor is below 2^53. */
function upperProduct(module: ModuleBuilder) {
  const { i64 } = w;
  const mask = 0xffffffffn;
  return module.fn("upper_product", ["i64", "i64"], ["i64"], (f, a, b) => {
    const part = (x: Local<"i64">): readonly [Expr<"i64">, Expr<"i64">] => [
      f.let(i64.shr_u(x, 32n)),
      f.let(i64.and(x, mask)),
    ];
    const [a1, a0] = part(a);
    const [b1, b0] = part(b);
    const cross = f.let(i64.add(i64.mul(a1, b0), i64.shr_u(i64.mul(a0, b0), 32n)));
    const inner = i64.add(i64.mul(a0, b1), i64.and(cross, mask));
    const carries = i64.add(i64.shr_u(cross, 32n), i64.shr_u(inner, 32n));
    return i64.add(i64.mul(a1, b1), carries);
  });
}
