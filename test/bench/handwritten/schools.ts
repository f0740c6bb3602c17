import * as tf from "@tensorflow/tfjs-core";
import { logTwoPi, lowerFactors, rawHalf, smallest, type Handwritten } from "./step.ts";

interface Schools {
  readonly y: readonly number[];
  readonly se: readonly number[];
}

/** Eight schools, non-centred; one Gaussian over (mu, log tau, eta). */
export function schools(
  { y, se }: Schools,
  { draws, fullRank }: { readonly draws: number; readonly fullRank: boolean },
): Handwritten {
  const J = y.length;
  const D = J + 2;
  const loc = tf.variable(tf.zeros([D]));
  const rawDiagonal = tf.variable(tf.fill([D], rawHalf));
  const square = tf.variable(tf.zeros([D, D]));
  const [effects, errors] = [tf.tensor1d([...y]), tf.tensor1d([...se])];

  const loss: Handwritten["loss"] = (noise) => {
    const diagonal = tf.add(tf.softplus(rawDiagonal), smallest);
    const moved = fullRank
      ? tf.matMul(noise as tf.Tensor2D, lowerFactors(square, diagonal), false, true)
      : tf.mul(diagonal, noise);
    const u = tf.add(loc, moved); // [draws, D]
    const mu = tf.slice(u, [0, 0], [draws, 1]);
    const logTau = tf.slice(u, [0, 1], [draws, 1]);
    const eta = tf.slice(u, [0, 2], [draws, J]);
    const tau = tf.exp(logTau);
    const theta = tf.add(mu, tf.mul(tau, eta));

    const logMu = tf.mul(-0.5, tf.square(tf.div(mu, 5)));
    const logHalfCauchy = tf.neg(tf.log1p(tf.square(tf.div(tau, 5))));
    const logEta = tf.mul(-0.5, tf.sum(tf.square(eta), 1, true));
    const misfit = tf.div(tf.sub(effects, theta), errors);
    const logLikelihood = tf.mul(-0.5, tf.sum(tf.square(misfit), 1, true));
    const logJoint = tf.addN([logMu, logHalfCauchy, logTau, logEta, logLikelihood]);
    const logQ = tf.sub(tf.mul(-0.5, tf.sum(tf.square(noise), 1, true)), tf.sum(tf.log(diagonal)));
    // constants of the densities, outside the graph
    const rest =
      -0.5 * (1 + J) * logTwoPi -
      Math.log(5) +
      Math.log(2 / (Math.PI * 5)) -
      0.5 * J * logTwoPi -
      se.reduce((sum, s) => sum + Math.log(s), 0) +
      0.5 * D * logTwoPi;
    return tf.neg(tf.add(tf.mean(tf.sub(logJoint, logQ)), rest)) as tf.Scalar;
  };
  const variables = fullRank ? [loc, rawDiagonal, square] : [loc, rawDiagonal];
  return { variables, noiseShape: [draws, D], batch: null, loss };
}
