import * as tf from "@tensorflow/tfjs-core";
import "./gradients.ts";

/**
 * A training step as a person who knows TensorFlow.js writes it by hand: a variable for each weight, the loss in public
 * functions, `tf.variableGrads`, `tf.train.adam`. What stratum is measured against.
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

export const logTwoPi = Math.log(2 * Math.PI);
/** Scales are kept this far from 0. */
export const smallest = 1e-5;
/** softplus(x) + smallest = 0.5 */
export const rawHalf = Math.log(Math.expm1(0.5 - smallest));

/** log N(0; u, 1) summed over the last axis, for u [..., D]: what is left of a density after standardising. */
export function standardNormal(u: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(-0.5, tf.add(tf.square(u), logTwoPi)), -1);
}

/** Weights and biases of a multilayer perceptron, in order: He's normal weights, zero biases. */
export function layers(widths: readonly number[]): tf.Variable[] {
  return widths.slice(1).flatMap((out, layer) => {
    const inputs = widths[layer]!;
    return [
      tf.variable(tf.randomNormal([inputs, out], 0, Math.sqrt(2 / inputs), "float32", layer + 1)),
      tf.variable(tf.zeros([out])),
    ];
  });
}

/** x [rows, in] through the layers, an activation between them. */
export function perceptron(
  x: tf.Tensor,
  variables: readonly tf.Variable[],
  activation: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  let h = x;
  for (let at = 0; at < variables.length; at += 2) {
    if (at > 0) h = activation(h);
    h = tf.add(tf.matMul(h as tf.Tensor2D, variables[at]!), variables[at + 1]!);
  }
  return h;
}

/** A data matrix, and how to bring each of its columns to mean 0 and standard deviation 1. */
export function standardisable(rows: readonly (readonly number[])[]): {
  readonly data: tf.Tensor2D;
  readonly standardise: (x: tf.Tensor) => tf.Tensor;
} {
  const data = tf.tensor2d(rows.map((row) => [...row]));
  const { mean, variance } = tf.moments(data, 0);
  // tf.moments divides by n, the guide compiler by n - 1; what rounding leaves of a constant column is no spread
  const sd = tf.sqrt(tf.mul(variance, rows.length / (rows.length - 1)));
  const spread = tf.where(tf.greater(sd, 1e-6), sd, tf.onesLike(sd));
  return { data, standardise: (x) => tf.div(tf.sub(x, mean), spread) };
}

/** Lower factors [..., D, D] from raw numbers of that shape and diagonals [..., D]. */
export function lowerFactors(square: tf.Tensor, diagonal: tf.Tensor): tf.Tensor {
  const D = diagonal.shape.at(-1)!;
  const below = tf.tidy(() => tf.linalg.bandPart(tf.sub(tf.ones([D, D]), tf.eye(D)), -1, 0));
  return tf.add(tf.mul(square, below), tf.mul(tf.eye(D), tf.expandDims(diagonal, -1)));
}
