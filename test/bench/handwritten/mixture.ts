import * as tf from "@tensorflow/tfjs-core";
import { logTwoPi, lowerFactors, rawHalf, smallest, standardNormal, type Handwritten } from "./step.ts";

/** SIWAE with one draw for each of K full-rank Gaussians: z ~ N(0, I) in D dimensions, and the factor -(sum z)^2 / 2. */
export function gaussianMixture(K: number, D: number): Handwritten {
  // for each component its logit, its location, the raw diagonal of its factor and a square
  const start = tf.concat(
    [tf.zeros([K, 1]), tf.randomNormal([K, D], 0, 0.3, "float32", 1), tf.fill([K, D], rawHalf), tf.zeros([K, D * D])],
    1,
  );
  const raw = tf.variable(start);

  const loss: Handwritten["loss"] = (noise) => {
    const part = (from: number, size: number): tf.Tensor => tf.slice(raw, [0, from], [K, size]);
    const logits = tf.reshape(part(0, 1), [K]);
    const logAlpha = tf.sub(logits, tf.logSumExp(logits));
    const loc = part(1, D);
    const diagonal = tf.add(tf.softplus(part(1 + D, D)), smallest);
    const factor = lowerFactors(tf.reshape(part(1 + 2 * D, D * D), [K, D, D]), diagonal);
    const eps = tf.reshape(noise, [K, D, 1]);
    const z = tf.add(loc, tf.reshape(tf.matMul(factor, eps), [K, D]));

    // every draw under every component: K inverses, then one product for each component with all its centred draws
    const inverse = inverseOf(factor, diagonal, K, D);
    const centred = tf.sub(tf.expandDims(z, 0), tf.expandDims(loc, 1)); // [component, draw, D]
    const u = tf.matMul(centred, inverse, false, true);
    const component = tf.sub(standardNormal(u), tf.expandDims(tf.sum(tf.log(diagonal), 1), 1));
    const logQ = tf.logSumExp(tf.add(component, tf.expandDims(logAlpha, 1)), 0);

    const logPrior = tf.mul(-0.5, tf.add(tf.sum(tf.square(z), 1), D * logTwoPi));
    const logFactor = tf.mul(-0.5, tf.square(tf.sum(z, 1)));
    const logW = tf.sub(tf.add(logPrior, logFactor), logQ);
    return tf.neg(tf.logSumExp(tf.add(logW, logAlpha))) as tf.Scalar;
  };
  return { variables: [raw], noiseShape: [1, K, D], batch: null, loss };

  /** Inverses of lower factors [K, D, D], a row at a time: TensorFlow.js has no triangular solve. */
  function inverseOf(factor: tf.Tensor, diagonal: tf.Tensor, count: number, size: number): tf.Tensor {
    const reciprocal = tf.expandDims(tf.reciprocal(diagonal), 2);
    const identity = tf.eye(size);
    const rows: tf.Tensor[] = [];
    for (let i = 0; i < size; i++) {
      const unit = tf.reshape(tf.slice(identity, [i, 0], [1, size]), [1, 1, size]);
      const own = tf.slice(reciprocal, [0, i, 0], [count, 1, 1]);
      if (i === 0) {
        rows.push(tf.mul(unit, own));
        continue;
      }
      const before = tf.slice(factor, [0, i, 0], [count, 1, i]);
      const above = tf.concat(rows, 1);
      rows.push(tf.mul(tf.sub(unit, tf.matMul(before, above)), own));
    }
    return tf.concat(rows, 1);
  }
}
