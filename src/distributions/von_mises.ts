import type { RandomStream } from "../numeric/random.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { family } from "./family.ts";
import { interval, nonnegative, real, scalar } from "./parts.ts";

/** The normal of the circle: angles in radians from -pi to pi, around a mean that may be any angle. */
export const vonMises = family({
  name: "von_mises",
  parameters: {
    mean: real("the mean direction, in radians"),
    concentration: nonnegative("0 is uniform; large is normal with variance 1 / concentration"),
  },
  eventRank: 0,
  support: interval(-Math.PI, Math.PI),

  // k cos(x - mean) - log(2 pi I0(k)) = -2 k sin((x - mean) / 2)^2 - log(2 pi) - log(exp(-k) I0(k))
  logDensity(b, x, { mean, concentration }) {
    const half = b.sin(b.scale(0.5, b.sub(x, mean)));
    const kernel = b.scale(-2, b.mul(concentration, b.square(half)));
    return b.sub(kernel, b.shift(logScaledBesselI0(b, concentration), Math.log(2 * Math.PI)));
  },

  draw(random, { mean, concentration }) {
    const angle = scalar(mean) + drawCentred(random, scalar(concentration));
    return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  },
  source: "Mardia & Jupp (2000), Directional Statistics, s. 3.5.4",
});

/** Where the integral gives way to the series. */
const FAR = 25;
const NODES = 23;
/** Terms of the asymptotic series: ((2 k - 1)!!)^2 / (k! 8^k), k = 1, 2, ... */
const SERIES = Array.from({ length: 12 }).reduce<number[]>(
  (terms, _, k) => [...terms, ((terms.at(-1) ?? 1) * (2 * k + 1) ** 2) / (8 * (k + 1))],
  [],
);

/**
 * log(exp(-k) I0(k)) for k >= 0, within 4e-14 absolute.
 *
 * Below 25 as the mean of exp(k (cos t - 1)) over t by the trapezoidal rule, whose error for this periodic function is
 * 2 I_44(k) / I0(k) < 7e-15; above as -log(2 pi k) / 2 + log of the asymptotic series, cut at an error of 1.7e-14
 * (Abramowitz & Stegun, 9.6.16 and 9.7.1).
 */
export function logScaledBesselI0(b: Builder, k: Value): Value {
  const cosines = Array.from({ length: NODES }, (_, i) => {
    const sine = Math.sin((Math.PI * i) / (NODES - 1) / 2);
    return -2 * sine * sine;
  });
  const logWeights = cosines.map((_, i) => Math.log((i % (NODES - 1) === 0 ? 0.5 : 1) / (NODES - 1)));
  const near = b.min(k, b.constant(FAR));
  const exponents = b.mul(b.expand(near, -1), b.array([NODES], cosines));
  const integral = b.logSumExp(b.add(exponents, b.array([NODES], logWeights)), [-1]);

  const far = b.max(k, b.constant(FAR));
  const inverse = b.div(b.constant(1), far);
  const series = SERIES.reduceRight<Value>((sum, term) => b.mul(inverse, b.shift(sum, term)), b.constant(0));
  const leading = b.scale(-0.5, b.log(b.scale(2 * Math.PI, far)));
  return b.where(b.less(k, b.constant(FAR)), integral, b.add(leading, b.log1p(series)));
}

/** Best & Fisher (1979): a wrapped Cauchy, accepted where it lies below the density; a normal where that is far out. */
function drawCentred(random: RandomStream, k: number): number {
  if (k < 1e-8) return Math.PI * (2 * random.uniform() - 1);
  if (k > 1e8) return random.normal() / Math.sqrt(k);
  const a = 1 + Math.sqrt(1 + 4 * k * k);
  const rho = (a - Math.sqrt(2 * a)) / (2 * k);
  const r = (1 + rho * rho) / (2 * rho);
  for (;;) {
    const z = Math.cos(Math.PI * random.uniform());
    const cosine = (1 + r * z) / (r + z);
    const c = k * (r - cosine);
    const u = random.uniform();
    if (c * (2 - c) > u || Math.log(c / u) + 1 >= c) {
      const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
      return random.uniform() < 0.5 ? -angle : angle;
    }
  }
}
