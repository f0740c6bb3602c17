import * as tf from "@tensorflow/tfjs-core";
import { layers, perceptron, smallest, standardisable, standardNormal, type Handwritten } from "./step.ts";

/** A variational autoencoder of binary images; one mean field, elbo, one draw. */
export function vae({ x }: { readonly x: readonly (readonly number[])[] }): Handwritten {
  const [D, B] = [50, 100];
  const encoder = layers([784, 200, 200, 2 * D]);
  const decoder = layers([D, 200, 200, 784]);
  const { data, standardise } = standardisable(x);

  const loss: Handwritten["loss"] = (noise, rows) => {
    const xb = tf.gather(data, rows!);
    const raw = perceptron(standardise(xb), encoder, tf.relu);
    const loc = tf.slice(raw, [0, 0], [B, D]);
    const scale = tf.add(tf.softplus(tf.slice(raw, [0, D], [B, D])), smallest);
    const eps = tf.reshape(noise, [B, D]);
    const z = tf.add(loc, tf.mul(scale, eps));
    const logits = perceptron(z, decoder, tf.relu);
    const logLikelihood = tf.sum(tf.sub(tf.mul(xb, logits), tf.softplus(logits)), 1);
    const logPrior = standardNormal(z);
    const logQ = tf.sub(standardNormal(eps), tf.sum(tf.log(scale), 1));
    return tf.neg(tf.mean(tf.sub(tf.add(logPrior, logLikelihood), logQ))) as tf.Scalar;
  };
  return {
    variables: [...encoder, ...decoder],
    noiseShape: [1, B, 1, D],
    batch: { rows: B, size: x.length },
    loss,
  };
}
