import { w } from "../wasm/assembler.ts";
import { coefficients } from "./coefficients.ts";
import { narrow, widen, type Lanes, type Register, type Vector } from "./lanes.ts";

/**
 * pi / 2 in four parts, all but the last so short that their products with the number of quarter turns are exact while
 * |x| is at most `limit`: Cody & Waite's reduction.
 */
const quarterTurn = {
  f32: {
    limit: 1024,
    parts: [1.5706787109375, 0.00011761486530303955, 9.920313459588215e-10, 6.223371969669989e-14],
  },
  f64: {
    limit: 2 ** 20,
    parts: [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32],
  },
};

/** sin(x) at the start, cos(x) a quarter turn on. */
function sine(v: Lanes, x: Register, ahead: 0 | 1): Vector {
  const { limit, parts } = quarterTurn[v.arithmetic];
  const far = v.let(v.gt(v.abs(x), limit));
  const quadrant = v.let(v.add(v.mul(x, 2 / Math.PI), v.layout.rounder));
  const turns = v.let(v.sub(quadrant, v.layout.rounder));
  const angle = parts.reduce<Vector>((left, part) => v.sub(left, v.mul(turns, part)), x);
  const near = ofQuadrant(v, quadrant, v.let(angle), ahead);
  return v.except(far, near, () => v.piece(ahead ? "cos_far" : "sin_far", farSine(ahead), x));
}

/** sin(angle + (quadrant + ahead) pi / 2), |angle| <= pi / 4; the last two bits of `quadrant` count. */
function ofQuadrant(v: Lanes, quadrant: Register, angle: Register, ahead: 0 | 1): Vector {
  const square = v.let(v.mul(angle, angle));
  const { sin, cos } = coefficients;
  const ofSin = v.mul(v.mul(angle, square), v.polynomial(sin[v.format], square));
  // A sine has the sign of its angle, also at -0, which a sum would lose.
  const sineOf = v.withSign(v.add(angle, ofSin), angle);
  const ofCos = v.mul(v.mul(square, square), v.polynomial(cos[v.format], square));
  const cosineOf = v.add(v.sub(1, v.mul(square, 0.5)), ofCos);

  const turned = ahead === 0 ? quadrant : v.let(v.whole.add(quadrant, v.bits(1)));
  const odd = v.whole.sub(v.bits(0), v.and(turned, v.bits(1)));
  const negative = v.and(turned, v.bits(2));
  const toSign = v.format === "f32" ? 30 : 62;
  return v.xor(v.where(odd, cosineOf, sineOf), v.whole.shl(negative, toSign));
}

export const sin = (v: Lanes, x: Register): Vector => sine(v, x, 0);
export const cos = (v: Lanes, x: Register): Vector => sine(v, x, 1);

/** Where some angle is large: in double precision, each number by itself. */
function farSine(ahead: 0 | 1) {
  return (v: Lanes, x: Register): Vector => {
    if (v.format === "f32") {
      const [low, high] = widen(x).map((half) => v.calls.unary(ahead ? "cos" : "sin", "f64", half));
      return narrow(low!, high!);
    }
    const angle = v.f.local("v128");
    const quadrant = v.f.local("v128");
    const one = v.f.local("f64");
    const turns = v.f.local("i32");
    for (const lane of [0, 1]) {
      v.calls.reduceLarge(one, turns, w.f64x2.extract_lane(lane, x));
      v.f.set(angle, w.f64x2.replace_lane(lane, angle, one));
      v.f.set(quadrant, w.i64x2.replace_lane(lane, quadrant, w.i64.extend_i32_s(turns)));
    }
    return ofQuadrant(v, quadrant, angle, ahead);
  };
}

const eighth = Math.tan(Math.PI / 8);
/** pi / 2 and pi / 4, in two parts. */
const quarters = {
  f32: [1.5707963705062866, -4.371138828673793e-8],
  f64: [1.5707963267948966, 6.123233995736766e-17],
} as const;

/**
 * With |x| above 1 + sqrt(2), pi/2 - atan(1 / |x|); above sqrt(2) - 1, pi/4 + atan((|x| - 1) / (|x| + 1)); else a
 * polynomial. Ranges from Cephes, atan.c.
 */
export function atan(v: Lanes, x: Register): Vector {
  const size = v.let(v.abs(x));
  const large = v.let(v.gt(size, 1 / eighth));
  const middle = v.let(v.gt(size, eighth));
  const above = v.where(large, -1, v.where(middle, v.sub(size, 1), size));
  const below = v.where(large, size, v.where(middle, v.add(size, 1), 1));
  const t = v.let(v.div(above, below));
  const square = v.let(v.mul(t, t));
  const series = v.mul(v.mul(t, square), v.polynomial(coefficients.atan[v.arithmetic], square));
  const [high, low] = quarters[v.arithmetic];
  const start = (half: number) => v.where(large, half, v.and(middle, v.constant(half / 2)));
  const value = v.add(start(high), v.add(t, v.add(series, start(low))));
  return v.withSign(value, x);
}
