import * as tf from "@tensorflow/tfjs-core";
import { layers, perceptron, smallest, standardisable, standardNormal, type Handwritten } from "./step.ts";

/**
 * SIWAE of a classifier of single columns: z in two dimensions, a learned mixture of ten normals as its prior, and a
 * guide of K full-covariance components that a network reads off the column.
 */
export function classifier({
  pixels,
  label,
}: {
  readonly pixels: readonly (readonly number[])[];
  readonly label: readonly number[];
}): Handwritten {
  const [K, D, B, classes] = [20, 2, 100, 10];
  const width = 1 + 2 * D + D * D;
  const encoder = layers([28, 128, 128, 128, 128, K * width]);
  const weight = tf.variable(tf.zeros([classes]));
  const centre = tf.variable(tf.randomNormal([classes, D], 0, 1, "float32", 7));
  const logSpread = tf.variable(tf.zeros([classes, D]));
  const decoder = layers([D, classes]);
  const { data, standardise } = standardisable(pixels);
  const labels = tf.tensor1d([...label], "int32");

  const loss: Handwritten["loss"] = (noise, rows) => {
    const h = perceptron(standardise(tf.gather(data, rows!)), encoder, tf.elu);
    const raw = tf.reshape(h, [B, K, width]);
    const part = (from: number, size = 1): tf.Tensor => tf.slice(raw, [0, 0, from], [B, K, size]);
    const logits = tf.reshape(part(0), [B, K]);
    const logAlpha = tf.sub(logits, tf.logSumExp(logits, 1, true));
    const loc = part(1, D);
    const diagonal = tf.add(tf.softplus(part(1 + D, D)), smallest);
    // two dimensions: the factor is its diagonal and one number below it, entry [1, 0] of the square
    const corner = part(1 + 2 * D + 2);
    const [first, second] = tf.split(diagonal, 2, 2) as [tf.Tensor, tf.Tensor];
    const eps = tf.reshape(noise, [B, K, D]);
    const [e0, e1] = tf.split(eps, 2, 2) as [tf.Tensor, tf.Tensor];
    const moved = tf.concat([tf.mul(first, e0), tf.add(tf.mul(corner, e0), tf.mul(second, e1))], 2);
    const z = tf.add(loc, moved); // [B, K, D]

    // every draw under every component, [B, K, K]: solve two equations
    const centred = tf.sub(tf.expandDims(z, 2), tf.expandDims(loc, 1));
    const [c0, c1] = tf.unstack(centred, 3) as [tf.Tensor, tf.Tensor];
    const member = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [B, 1, K]);
    const u0 = tf.div(c0, member(first));
    const u1 = tf.div(tf.sub(c1, tf.mul(member(corner), u0)), member(second));
    const logDet = tf.sum(tf.log(diagonal), 2);
    const component = tf.sub(standardNormal(tf.stack([u0, u1], 3)), member(logDet));
    const logQ = tf.logSumExp(tf.add(component, member(logAlpha)), 2);

    const standard = tf.div(tf.sub(tf.expandDims(z, 2), centre), tf.exp(logSpread)); // [B, K, classes, D]
    const prior = tf.sub(standardNormal(standard), tf.sum(logSpread, 1));
    const logWeight = tf.sub(weight, tf.logSumExp(weight));
    const logPrior = tf.logSumExp(tf.add(prior, logWeight), 2);

    const decoded = perceptron(tf.reshape(z, [B * K, D]), decoder, tf.relu);
    const scores = tf.reshape(decoded, [B, K, classes]);
    const chosen = tf.expandDims(tf.oneHot(tf.gather(labels, rows!), classes), 1);
    const logLikelihood = tf.sub(tf.sum(tf.mul(scores, chosen), 2), tf.logSumExp(scores, 2));

    const logW = tf.sub(tf.add(logPrior, logLikelihood), logQ);
    return tf.neg(tf.mean(tf.logSumExp(tf.add(logW, logAlpha), 1))) as tf.Scalar;
  };
  return {
    variables: [...encoder, weight, centre, logSpread, ...decoder],
    noiseShape: [1, B, K, D],
    batch: { rows: B, size: pixels.length },
    loss,
  };
}
