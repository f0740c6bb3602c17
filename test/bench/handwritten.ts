import * as tf from "@tensorflow/tfjs-core";
import "./gradients.ts";
import type { CaseName, Raw } from "./cases.ts";

/**
 * The same steps as a person who knows TensorFlow.js writes them by hand: a variable for each weight, the loss in
 * public functions, `tf.variableGrads`, `tf.train.adam`. What stratum is measured against.
 */
export interface Handwritten {
  /** Everything learned. Joined in this order, they are laid out as stratum's parameter vector is. */
  readonly variables: readonly tf.Variable[];
  readonly noiseShape: readonly number[];
  /** Rows of a minibatch, and of how many; null where a step takes all data. */
  readonly batch: { readonly rows: number; readonly size: number } | null;
  /** Minus the bound, for standard normal noise and the rows of the minibatch. */
  loss(noise: tf.Tensor, rows: tf.Tensor1D | null): tf.Scalar;
}

export const handwritten: { readonly [K in CaseName]: (data: Raw) => Handwritten } = {
  toy: (data) => toy(data["x"] as number[][]),
  schools_mean_field: (data) => schools(data as unknown as Schools, { draws: 1, fullRank: false }),
  schools_full_rank: (data) => schools(data as unknown as Schools, { draws: 10, fullRank: true }),
};

/** One step of training on the current back end, with the rows `nextRows` gives. Returns the bound. */
export function trainer(
  { loss, variables, noiseShape }: Handwritten,
  learningRate: number,
  nextRows: (() => Int32Array) | null,
): { readonly step: () => number; readonly dispose: () => void } {
  const optimizer = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
  const list = [...variables];
  const step = (): number =>
    tf.tidy(() => {
      const rows = nextRows ? tf.tensor1d(nextRows(), "int32") : null;
      const noise = tf.randomNormal([...noiseShape]);
      const { value, grads } = tf.variableGrads(() => loss(noise, rows), list);
      optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      return -value.dataSync()[0]!;
    });
  return {
    step,
    dispose() {
      optimizer.dispose();
      for (const variable of variables) variable.dispose();
    },
  };
}

const logTwoPi = Math.log(2 * Math.PI);
/** Scales are kept this far from 0. */
const smallest = 1e-5;
/** softplus(x) + smallest = 0.5 */
const rawHalf = Math.log(Math.expm1(0.5 - smallest));

/** SIWAE for x = |z| + 0.05 e with a mixture of K mean fields that a network reads off x. */
function toy(x: readonly (readonly number[])[]): Handwritten {
  const [K, T, D, B, sigma] = [4, 10, 2, 32, 0.05];
  const widths = [2, 100, 100, K * (1 + 2 * D)];
  const variables = widths.slice(1).flatMap((out, layer) => {
    const inputs = widths[layer]!;
    return [
      tf.variable(tf.randomNormal([inputs, out], 0, Math.sqrt(2 / inputs), "float32", layer + 1)),
      tf.variable(tf.zeros([out])),
    ];
  });
  const data = tf.tensor2d(x.map((row) => [...row]));
  const { mean: centre, variance } = tf.moments(data, 0);
  // tf.moments divides by n, the guide compiler by n - 1
  const spread = tf.sqrt(tf.mul(variance, x.length / (x.length - 1)));

  const loss: Handwritten["loss"] = (noise, rows) => {
    const xb = tf.gather(data, rows!);
    let h: tf.Tensor = tf.div(tf.sub(xb, centre), spread);
    for (let layer = 0; layer < 3; layer++) {
      h = tf.add(tf.matMul(h as tf.Tensor2D, variables[2 * layer]!), variables[2 * layer + 1]!);
      if (layer < 2) h = tf.relu(h);
    }
    const raw = tf.reshape(h, [B, K, 1 + 2 * D]);
    const logits = tf.reshape(tf.slice(raw, [0, 0, 0], [B, K, 1]), [B, K]);
    const loc = tf.slice(raw, [0, 0, 1], [B, K, D]);
    const scale = tf.add(tf.softplus(tf.slice(raw, [0, 0, 1 + D], [B, K, D])), smallest);
    const logAlpha = tf.sub(logits, tf.logSumExp(logits, 1, true));

    const z = tf.add(loc, tf.mul(scale, noise)); // [T, B, K, D]
    const logPrior = tf.sum(tf.mul(-0.5, tf.add(tf.square(z), logTwoPi)), 3);
    const misfit = tf.div(tf.sub(tf.reshape(xb, [B, 1, D]), tf.abs(z)), sigma);
    const logLikelihood = tf.sum(
      tf.sub(tf.mul(-0.5, tf.add(tf.square(misfit), logTwoPi)), Math.log(sigma)),
      3,
    );
    // every draw under every component: [T, B, K, K, D]
    const everyLoc = tf.reshape(loc, [B, 1, K, D]);
    const everyScale = tf.reshape(scale, [B, 1, K, D]);
    const u = tf.div(tf.sub(tf.expandDims(z, 3), everyLoc), everyScale);
    const component = tf.sub(
      tf.sum(tf.mul(-0.5, tf.add(tf.square(u), logTwoPi)), 4),
      tf.sum(tf.log(everyScale), 3),
    );
    const logQ = tf.logSumExp(tf.add(component, tf.reshape(logAlpha, [B, 1, K])), 3);
    const logW = tf.sub(tf.add(logPrior, logLikelihood), logQ);
    const perDatum = tf.sub(tf.logSumExp(tf.add(logW, logAlpha), [0, 2]), Math.log(T));
    return tf.neg(tf.mean(perDatum)) as tf.Scalar;
  };
  return { variables, noiseShape: [T, B, K, D], batch: { rows: B, size: x.length }, loss };
}

interface Schools {
  readonly y: readonly number[];
  readonly se: readonly number[];
}

/** Eight schools, non-centred; one Gaussian over (mu, log tau, eta). */
function schools(
  { y, se }: Schools,
  { draws, fullRank }: { readonly draws: number; readonly fullRank: boolean },
): Handwritten {
  const J = y.length;
  const D = J + 2;
  const loc = tf.variable(tf.zeros([D]));
  const rawDiagonal = tf.variable(tf.fill([D], rawHalf));
  const square = tf.variable(tf.zeros([D, D]));
  const below = tf.tensor2d(
    Array.from({ length: D }, (_, i) => Array.from({ length: D }, (__, j) => Number(j < i))),
  );
  const identity = tf.eye(D);
  const [effects, errors] = [tf.tensor1d([...y]), tf.tensor1d([...se])];

  const loss: Handwritten["loss"] = (noise) => {
    const diagonal = tf.add(tf.softplus(rawDiagonal), smallest);
    const moved = fullRank
      ? tf.matMul(
          noise as tf.Tensor2D,
          tf.add(tf.mul(square, below), tf.mul(identity, tf.expandDims(diagonal, 1))),
          false,
          true,
        )
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
