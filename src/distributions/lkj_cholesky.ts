import { drawBeta } from "./beta.ts";
import { onAxis } from "../tensor/shape.ts";
import { family } from "./family.ts";
import { positive, scalar } from "./parts.ts";

/** The Cholesky factor of a random correlation matrix R, whose density is proportional to det(R)^(eta - 1). */
export const lkjCholesky = family({
  name: "lkj_cholesky",
  parameters: { eta: positive("1 is uniform over correlation matrices; large is close to none") },
  eventRank: 2,
  support: { kind: "cholesky_corr" },

  // sum over rows i = 1, ..., K - 1 (from 0) of (K - i + 2 eta - 3) log L[i, i], less the normaliser
  logDensity(b, x, { eta }) {
    const size = onAxis(b.shapeOf(x), -1);
    const index = b.iota(size);
    const onDiagonal = b.equal(b.expand(index, -1), index);
    const diagonal = b.sum(b.where(onDiagonal, x, b.constant(0)), [-1]);
    const powers = b.add(b.expand(b.scale(2, eta), -1), b.sub(b.constant(size - 3), index));
    // The first diagonal entry is 1, whatever its power.
    const kernel = b.sum(b.mul(powers, b.log(diagonal)), [-1]);
    // Row i is a point on half a sphere: log of pi^(i / 2) Gamma(eta + (K - 1 - i) / 2) / Gamma(eta + (K - 1) / 2).
    const whole = b.lgamma(b.shift(eta, (size - 1) / 2));
    let normaliser = b.constant(0);
    for (let i = 1; i < size; i++) {
      const rest = b.lgamma(b.shift(eta, (size - 1 - i) / 2));
      normaliser = b.add(normaliser, b.shift(b.sub(rest, whole), (i / 2) * Math.log(Math.PI)));
    }
    return b.sub(kernel, normaliser);
  },

  // The onion: row i has a squared length beta(i / 2, eta + (K - 1 - i) / 2) off the diagonal, and any direction.
  draw(random, { eta }, event) {
    const size = onAxis(event, -1);
    const factor = new Float64Array(size * size);
    factor[0] = 1;
    for (let i = 1; i < size; i++) {
      const off = drawBeta(random, i / 2, scalar(eta) + (size - 1 - i) / 2);
      const direction = Array.from({ length: i }, () => random.normal());
      const norm = Math.hypot(...direction);
      direction.forEach((z, j) => (factor[i * size + j] = (z / norm) * Math.sqrt(off)));
      factor[i * size + i] = Math.sqrt(1 - off);
    }
    return factor;
  },
  source: "Lewandowski, Kurowicka & Joe (2009), Generating random correlation matrices",
});
