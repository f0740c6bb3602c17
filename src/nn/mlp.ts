import type { RandomStream } from "../numeric/random.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Activation } from "../model/names.ts";

/** A multilayer perceptron: affine maps with an activation between them, none after the last. */
export interface Mlp {
  /** Input width, hidden widths, output width. */
  readonly widths: readonly number[];
  readonly activation: Activation;
}

/** Shapes of its weights and biases, in order: `w0 [in, out]`, `b0 [out]`, `w1`, ... */
export function mlpShapes({ widths }: Mlp): readonly { readonly name: string; readonly shape: Shape }[] {
  return widths.slice(1).flatMap((out, layer) => [
    { name: `w${layer}`, shape: [widths[layer]!, out] },
    { name: `b${layer}`, shape: [out] },
  ]);
}

/**
 * Starting values of part `i` as `mlpShapes` lists them: He et al. (2015) normal weights, with variance 2 / in, and
 * 1 / in before the last layer, where no activation halves it, times `last` there; zero biases.
 */
export function initialPart(mlp: Mlp, i: number, random: RandomStream, last = 1): Float64Array {
  const layer = Math.floor(i / 2);
  const [inputs, outputs] = [mlp.widths[layer]!, mlp.widths[layer + 1]!];
  if (i % 2 === 1) return new Float64Array(outputs);
  const sd = layer === mlp.widths.length - 2 ? last / Math.sqrt(inputs) : Math.sqrt(2 / inputs);
  const weights = new Float64Array(inputs * outputs);
  for (let at = 0; at < weights.length; at++) weights[at] = sd * random.normal();
  return weights;
}

/** x [..., in] through the network; parameters as `mlpShapes` lists them. Returns [..., out]. */
export function applyMlp(b: Builder, mlp: Mlp, parameters: readonly Value[], x: Value): Value {
  const leading = b.shapeOf(x).slice(0, -1);
  const rows = leading.reduce((product, size) => product * size, 1);
  let h = b.reshape(x, [rows, mlp.widths[0]!]);
  for (let layer = 0; layer + 1 < mlp.widths.length; layer++) {
    if (layer > 0) h = activate(b, mlp.activation, h);
    h = b.add(b.matmul(h, parameters[2 * layer]!), parameters[2 * layer + 1]!);
  }
  return b.reshape(h, [...leading, mlp.widths.at(-1)!]);
}

function activate(b: Builder, activation: Activation, x: Value): Value {
  const zero = b.constant(0);
  switch (activation) {
    case "relu":
      return b.max(x, zero);
    case "elu":
      // expm1 only sees what is below 0, so that it cannot overflow in the branch not taken
      return b.add(b.max(x, zero), b.expm1(b.min(x, zero)));
    case "tanh":
      return b.tanh(x);
    case "sigmoid":
      return b.sigmoid(x);
    case "softplus":
      return b.softplus(x);
  }
}
