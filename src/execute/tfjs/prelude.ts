import { algebra, type Helper } from "./preludeAlgebra.ts";

/**
 * What TensorFlow.js lacks, as source text: compositions of its public operations that run on every back end. Only
 * the functions that a program needs are put in front of it. Each is written for 32-bit floats and frees what it makes.
 */
export type HelperName = keyof typeof helpers;

const helpers = {
  constant: {
    needs: [],
    text: `
/** A scalar that lives until dispose(). */
function constant(value) {
  const key = Object.is(value, -0) ? "-0" : String(value);
  if (!kept.has(key)) kept.set(key, tf.keep(tf.scalar(value)));
  return kept.get(key);
}`,
  },

  tensor: {
    needs: [],
    text: `
/** An array that lives until dispose(). */
function tensor(values, shape, dtype = "float32") {
  const made = tf.keep(tf.tensor(values, shape, dtype));
  kept.set(made, made);
  return made;
}`,
  },

  full: {
    needs: [],
    text: `
/** One value in every entry; lives until dispose(). */
function full(shape, value) {
  const key = \`\${shape}: \${Object.is(value, -0) ? "-0" : value}\`;
  if (!kept.has(key)) kept.set(key, tf.keep(tf.fill(shape, value)));
  return kept.get(key);
}`,
  },

  number: {
    needs: [],
    text: `
/** 0 and 1 from a mask, which is freed. */
function number(mask) {
  const out = tf.cast(mask, "float32");
  mask.dispose();
  return out;
}`,
  },

  select: {
    needs: [],
    text: `
/** a where the mask holds, else b; all of one shape. */
function select(mask, a, b) {
  return tf.engine().runKernel("Select", { condition: mask, t: a, e: b });
}`,
  },

  polynomial: {
    needs: ["constant"],
    text: `
/** c[0] + c[1] x + c[2] x^2 + ... */
function polynomial(x, c) {
  let sum = constant(c[c.length - 1]);
  for (let i = c.length - 2; i >= 0; i--) sum = tf.add(tf.mul(sum, x), constant(c[i]));
  return sum;
}`,
  },

  sign: {
    needs: ["constant"],
    text: `
/** tf.sign calls everything below 1e-7 zero on the wasm back end. */
function sign(x) {
  return tf.tidy(() => tf.clipByValue(tf.mul(x, constant(3e38)), -1, 1));
}`,
  },

  log1p: {
    needs: ["constant"],
    text: `
/** tf.log1p is log(1 + x) on the wasm and WebGPU back ends: this adds what the rounding of 1 + x lost, to first order. */
function log1p(x) {
  return tf.tidy(() => {
    const one = constant(1);
    const near = tf.clipByValue(x, -1, 2 ** 23);
    const rounded = tf.add(one, near);
    const lost = tf.sub(near, tf.sub(rounded, one));
    return tf.add(tf.log(tf.add(one, x)), tf.div(lost, tf.maximum(rounded, constant(1e-30))));
  });
}`,
  },

  lift: {
    needs: ["constant", "select"],
    text: `
/** Moves 0 <= x < 4 up by 4, where asymptotic series hold: small, the moved y, 1 / y, u = x (x + 3). NaN for x < 0. */
function lift(x) {
  const small = tf.less(x, constant(4));
  const moved = select(small, tf.add(x, constant(4)), x);
  // Adds 0, or NaN where x is below 0.
  const y = tf.add(moved, tf.mul(constant(0), tf.sqrt(tf.minimum(x, constant(1)))));
  return { small, y, r: tf.div(constant(1), y), u: tf.mul(x, tf.add(x, constant(3))) };
}`,
  },

  lgamma: {
    needs: ["lift", "polynomial"],
    text: `
/** log Gamma(x), x >= 0: Stirling's series at y >= 4; Gamma(x + 4) / Gamma(x) = u (u + 2). */
function lgamma(x) {
  return tf.tidy(() => {
    const { small, y, r, u } = lift(x);
    const half = constant(0.5);
    const main = tf.mul(tf.sub(y, half), tf.sub(tf.log(y), constant(1)));
    const series = tf.mul(r, polynomial(tf.mul(r, r), [1 / 12, -1 / 360, 1 / 1260, -1 / 1680]));
    const above = tf.add(main, tf.add(series, constant(0.5 * Math.log(2 * Math.PI) - 0.5)));
    return select(small, tf.sub(above, tf.log(tf.mul(u, tf.add(u, constant(2))))), above);
  });
}`,
  },

  digamma: {
    needs: ["lift", "polynomial"],
    text: `
/** d/dx log Gamma(x), x > 0. */
function digamma(x) {
  return tf.tidy(() => {
    const { small, y, r, u } = lift(x);
    const r2 = tf.mul(r, r);
    const series = tf.mul(r2, polynomial(r2, [1 / 12, -1 / 120, 1 / 252, -1 / 240]));
    const above = tf.sub(tf.log(y), tf.add(tf.mul(constant(0.5), r), series));
    const w = tf.add(u, constant(2));
    const slope = tf.add(tf.add(x, x), constant(3));
    return select(small, tf.sub(above, tf.add(tf.div(slope, u), tf.div(slope, w))), above);
  });
}`,
  },

  trigamma: {
    needs: ["lift", "polynomial"],
    text: `
/** d2/dx2 log Gamma(x), x > 0. */
function trigamma(x) {
  return tf.tidy(() => {
    const { small, y, r, u } = lift(x);
    const r2 = tf.mul(r, r);
    const series = tf.mul(tf.mul(r, r2), polynomial(r2, [1 / 6, -1 / 30, 1 / 42, -1 / 30]));
    const above = tf.add(r, tf.add(tf.mul(constant(0.5), r2), series));
    const w = tf.add(u, constant(2));
    const twice = tf.add(u, u);
    const ends = tf.div(tf.div(tf.add(twice, constant(9)), u), u);
    const middle = tf.div(tf.div(tf.add(twice, constant(5)), w), w);
    return select(small, tf.add(above, tf.add(ends, middle)), above);
  });
}`,
  },

  erf: {
    needs: ["polynomial"],
    text: `
/** The error function: x P(x^2) / Q(x^2) on [-4, 4], beyond which it is 1 to 32 bits (the rational is Eigen's). */
function erf(x) {
  return tf.tidy(() => {
    const inside = tf.clipByValue(x, -4, 4);
    const x2 = tf.mul(inside, inside);
    const p = polynomial(x2, [
      -1.60960333262415e-2, -2.95459980854025e-3, -7.34990630326855e-4, -5.69250639462346e-5,
      -2.10102402082508e-6, 2.77068142495902e-8, -2.72614225801306e-10,
    ]);
    const q = polynomial(x2, [
      -1.42647390514189e-2, -7.37332916720468e-3, -1.68282697438203e-3, -2.13374055278905e-4,
      -1.45660718464996e-5,
    ]);
    return tf.div(tf.mul(inside, p), q);
  });
}`,
  },

  logNdtr: {
    needs: ["constant", "log1p", "polynomial", "select"],
    text: `
/**
 * log of the standard normal distribution function. Below 0 it is log(erfc(z) / 2), z = |x| / sqrt(2), from Press et
 * al., Numerical Recipes, section 6.2 (erfc to 1.2e-7 relative); above 0, log(1 - that).
 */
function logNdtr(x) {
  return tf.tidy(() => {
    const t = tf.div(constant(1), tf.add(constant(1), tf.mul(constant(Math.SQRT1_2 / 2), tf.abs(x))));
    const fit = polynomial(t, [
      -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398,
      1.48851587, -0.82215223, 0.17087277,
    ]);
    const square = tf.mul(constant(0.5), tf.mul(x, x));
    const tail = tf.sub(tf.add(tf.log(tf.mul(constant(0.5), t)), fit), square);
    return select(tf.greater(x, constant(0)), log1p(tf.neg(tf.exp(tail))), tail);
  });
}`,
  },

  logsumexp: {
    needs: [],
    text: `
/** -Infinity for all -Infinity: the largest entry is made finite before it is subtracted. */
function logsumexp(x, axes) {
  return tf.tidy(() => {
    const top = tf.clipByValue(tf.max(x, axes, true), -3.4e38, 3.4e38);
    const sum = tf.sum(tf.exp(tf.sub(x, top)), axes);
    return tf.add(tf.log(sum), tf.reshape(top, sum.shape));
  });
}`,
  },

  ...algebra,
} satisfies Record<string, Helper>;

/** The text of these helpers and of those that they need, each once, in the order of the table above. */
export function preludeText(used: Iterable<HelperName>): string {
  const wanted = new Set<string>();
  const want = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    helpers[name as HelperName].needs.forEach(want);
  };
  for (const name of used) want(name);
  return Object.entries(helpers)
    .filter(([name]) => wanted.has(name))
    .map(([, { text }]) => text.slice(1))
    .join("\n\n");
}
