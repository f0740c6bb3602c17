import * as tf from "@tensorflow/tfjs-core";
import { logTwoPi, lowerFactors, rawHalf, smallest, type Handwritten } from "./step.ts";

/** y = alpha + beta x + sigma e; one full-rank Gaussian over (alpha, beta, log sigma), elbo, 10 draws. */
export function regression({ x, y }: { readonly x: readonly number[]; readonly y: readonly number[] }): Handwritten {
  const [D, draws] = [3, 10];
  const loc = tf.variable(tf.zeros([D]));
  const rawDiagonal = tf.variable(tf.fill([D], rawHalf));
  const square = tf.variable(tf.zeros([D, D]));
  const [inputs, outputs] = [tf.tensor1d([...x]), tf.tensor1d([...y])];

  const loss: Handwritten["loss"] = (noise) => {
    const diagonal = tf.add(tf.softplus(rawDiagonal), smallest);
    const factor = lowerFactors(square, diagonal) as tf.Tensor2D;
    const u = tf.add(loc, tf.matMul(noise as tf.Tensor2D, factor, false, true)); // [draws, D]
    const [alpha, beta, logSigma] = tf.split(u, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const sigma = tf.exp(logSigma);
    const logAlpha = tf.mul(-0.5, tf.square(tf.div(alpha, 5)));
    const logBeta = tf.mul(-0.5, tf.square(tf.div(beta, 5)));
    const logPriorSigma = tf.mul(-0.5, tf.square(tf.div(sigma, 2)));
    const misfit = tf.div(tf.sub(outputs, tf.add(alpha, tf.mul(beta, inputs))), sigma); // [draws, N]
    const squares = tf.mul(-0.5, tf.sum(tf.square(misfit), 1, true));
    const logLikelihood = tf.sub(squares, tf.mul(x.length, logSigma));
    const logJoint = tf.addN([logAlpha, logBeta, logPriorSigma, logSigma, logLikelihood]);
    const logQ = tf.sub(tf.mul(-0.5, tf.sum(tf.square(noise), 1, true)), tf.sum(tf.log(diagonal)));
    // constants of the densities, outside the graph: two normals, a half normal, the likelihood, the guide
    const rest =
      -2 * (0.5 * logTwoPi + Math.log(5)) +
      (Math.log(2) - 0.5 * logTwoPi - Math.log(2)) -
      0.5 * x.length * logTwoPi +
      0.5 * D * logTwoPi;
    return tf.neg(tf.add(tf.mean(tf.sub(logJoint, logQ)), rest)) as tf.Scalar;
  };
  return { variables: [loc, rawDiagonal, square], noiseShape: [draws, D], batch: null, loss };
}
