import { Builder } from "../../src/program/builder.ts";
import { pullback } from "../../src/program/differentiate.ts";
import type { Program, Value } from "../../src/program/program.ts";

/** Sizes of a step that is typical of what we run: an encoder gives each datum a mixture of K normals in D dimensions. */
const [data, inputs, hidden, dims, K, T] = [32, 2, 100, 4, 4, 10];
const layers = [inputs, hidden, hidden, K + 2 * K * dims];
export const weightCount = layers.slice(1).reduce((sum, out, i) => sum + (layers[i]! + 1) * out, 0);

/** One step of SIWAE on `x ~ normal(|z|, 0.3)` with Adam on one flat vector: state, data, noise and a fed learning rate. */
export function toyStep(): Program {
  const b = new Builder();
  const theta = b.input("theta", [weightCount], "state");
  const x = b.input("x", [data, inputs], "data");
  const noise = b.input("z", [data, T, K, dims], "noise", "normal");

  let at = 0;
  const take = (shape: readonly number[]): Value => {
    const size = shape.reduce((a, c) => a * c, 1);
    at += size;
    return b.reshape(b.narrow(theta, 0, at - size, size), shape);
  };
  let h = x;
  layers.slice(1).forEach((out, i) => {
    h = b.add(b.matmul(h, take([layers[i]!, out])), take([out]));
    if (i < layers.length - 2) h = b.tanh(h);
  });
  const logits = b.narrow(h, 1, 0, K);
  const logAlpha = b.sub(logits, b.expand(b.logSumExp(logits, [1]), 1));
  const loc = b.reshape(b.narrow(h, 1, K, K * dims), [data, 1, K, dims]);
  const raw = b.reshape(b.narrow(h, 1, K + K * dims, K * dims), [data, 1, K, dims]);
  const scale = b.shift(b.softplus(raw), 1e-3);
  const z = b.add(loc, b.mul(scale, noise));

  const normal = (value: Value, mean: Value, sd: Value): Value => {
    const u = b.div(b.sub(value, mean), sd);
    return b.sub(b.scale(-0.5, b.square(u)), b.shift(b.log(sd), 0.9189385332046727));
  };
  const prior = b.sum(normal(z, b.constant(0), b.constant(1)), [-1]);
  const seen = b.abs(b.narrow(z, -1, 0, inputs));
  const likelihood = b.sum(normal(b.reshape(x, [data, 1, 1, inputs]), seen, b.constant(0.3)), [-1]);
  const everyDraw = b.reshape(z, [data, T, K, 1, dims]);
  const everyLoc = b.reshape(loc, [data, 1, 1, K, dims]);
  const everyScale = b.reshape(scale, [data, 1, 1, K, dims]);
  const components = b.sum(normal(everyDraw, everyLoc, everyScale), [-1]);
  const logQ = b.logSumExp(b.add(components, b.reshape(logAlpha, [data, 1, 1, K])), [-1]);
  const logW = b.sub(b.add(prior, likelihood), logQ);
  const weighted = b.add(logW, b.reshape(logAlpha, [data, 1, K]));
  const bound = b.shift(b.mean(b.logSumExp(weighted, [1, 2])), -Math.log(T));
  b.output("bound", bound);

  const gradient = pullback(b, bound, [theta])[0]!;
  const [m, v] = ["m", "v"].map((name) => b.input(name, [weightCount], "state")) as [Value, Value];
  const rate = b.input("rate", [], "feed");
  const m1 = b.add(b.scale(0.9, m), b.scale(0.1, gradient));
  const v1 = b.add(b.scale(0.999, v), b.scale(0.001, b.square(gradient)));
  const move = b.div(b.mul(rate, m1), b.shift(b.sqrt(v1), 1e-8));
  b.output("m", m1, "m");
  b.output("v", v1, "v");
  b.output("theta", b.add(theta, move), "theta");
  return b.finish();
}

/** Values for the toy's state and data. */
export const toyValues: Readonly<Record<string, readonly number[]>> = {
  theta: Array.from({ length: weightCount }, (_, i) => 0.1 * Math.sin(12.9898 * i)),
  m: new Array<number>(weightCount).fill(0),
  v: new Array<number>(weightCount).fill(0),
  x: Array.from({ length: data * inputs }, (_, i) => 1 + Math.sin(3.1 * i)),
};
