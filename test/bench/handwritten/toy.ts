import * as tf from "@tensorflow/tfjs-core";
import { layers, logTwoPi, perceptron, smallest, standardisable, standardNormal, type Handwritten } from "./step.ts";

/** SIWAE for x = |z| + 0.05 e with a mixture of K mean fields that a network reads off x. */
export function toy({ x }: { readonly x: readonly (readonly number[])[] }): Handwritten {
  const [K, T, D, B, sigma] = [4, 10, 2, 32, 0.05];
  const variables = layers([2, 100, 100, K * (1 + 2 * D)]);
  const { data, standardise } = standardisable(x);

  const loss: Handwritten["loss"] = (noise, rows) => {
    const xb = tf.gather(data, rows!);
    const raw = tf.reshape(perceptron(standardise(xb), variables, tf.relu), [B, K, 1 + 2 * D]);
    const logits = tf.reshape(tf.slice(raw, [0, 0, 0], [B, K, 1]), [B, K]);
    const loc = tf.slice(raw, [0, 0, 1], [B, K, D]);
    const scale = tf.add(tf.softplus(tf.slice(raw, [0, 0, 1 + D], [B, K, D])), smallest);
    const logAlpha = tf.sub(logits, tf.logSumExp(logits, 1, true));

    const z = tf.add(loc, tf.mul(scale, noise)); // [T, B, K, D]
    const logPrior = standardNormal(z);
    const misfit = tf.div(tf.sub(tf.reshape(xb, [B, 1, D]), tf.abs(z)), sigma);
    const logLikelihood = tf.sum(tf.sub(tf.mul(-0.5, tf.add(tf.square(misfit), logTwoPi)), Math.log(sigma)), 3);
    // every draw under every component: [T, B, K, K, D]
    const everyLoc = tf.reshape(loc, [B, 1, K, D]);
    const everyScale = tf.reshape(scale, [B, 1, K, D]);
    const u = tf.div(tf.sub(tf.expandDims(z, 3), everyLoc), everyScale);
    const component = tf.sub(standardNormal(u), tf.sum(tf.log(everyScale), 3));
    const logQ = tf.logSumExp(tf.add(component, tf.reshape(logAlpha, [B, 1, K])), 3);
    const logW = tf.sub(tf.add(logPrior, logLikelihood), logQ);
    const perDatum = tf.sub(tf.logSumExp(tf.add(logW, logAlpha), [0, 2]), Math.log(T));
    return tf.neg(tf.mean(perDatum)) as tf.Scalar;
  };
  return { variables, noiseShape: [T, B, K, D], batch: { rows: B, size: x.length }, loss };
}
