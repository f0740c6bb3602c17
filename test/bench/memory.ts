import * as tf from "@tensorflow/tfjs-core";

/**
 * The most bytes that the tensors made since hold at once while `body` runs. TensorFlow.js tells what is held now, not
 * what was at most, so the counter it keeps is watched.
 */
export async function peakTensorBytes(body: () => Promise<void> | void): Promise<number> {
  const { state } = tf.engine();
  const before = state.numBytes;
  let now = before;
  let most = before;
  Object.defineProperty(state, "numBytes", {
    configurable: true,
    enumerable: true,
    get: () => now,
    set(bytes: number) {
      now = bytes;
      most = Math.max(most, bytes);
    },
  });
  try {
    await body();
  } finally {
    Object.defineProperty(state, "numBytes", {
      configurable: true,
      enumerable: true,
      writable: true,
      value: now,
    });
  }
  return most - before;
}
