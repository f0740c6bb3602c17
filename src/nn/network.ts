import { InternalError, present } from "../base/assert.ts";
import type { LayerCall } from "../model/model.ts";
import type { RandomStream } from "../numeric/random.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { sizeOf, type Shape } from "../tensor/shape.ts";
import { activations } from "./activations.ts";
import type { Layer, LayerParameter, Misfit } from "./layer.ts";
import { layers } from "./layers/index.ts";

/** A layer in its place: what it reads, and the names of what it learns. */
interface Step {
  readonly layer: Layer;
  readonly args: LayerCall["args"];
  readonly parameters: readonly (LayerParameter & {
    /** Among the layer's own, `w`, and in the network: `w0` of the first layer that learns, `w1` of the next. */
    readonly key: string;
    readonly name: string;
  })[];
}

/** Layers one after another, from the shape of one input to the shape of one output. */
export interface Network {
  readonly input: Shape;
  readonly output: Shape;
  readonly steps: readonly Step[];
}

/** The network of these layers; or the first layer that cannot read what it is given, and why. */
export function layOut(input: Shape, calls: readonly LayerCall[]): Network | (Misfit & { readonly call: LayerCall }) {
  const steps: Step[] = [];
  let shape = input;
  let learned = 0;
  for (const call of calls) {
    const layer = present(layers[call.layer], `layer ${call.layer}`);
    const output = layer.shape(shape, call.args);
    if ("misfit" in output) return { call, misfit: `\`${layer.name}\` ${output.misfit}` };
    const own = Object.entries(layer.parameters(shape, call.args));
    const parameters = own.map(([key, parameter]) => ({ ...parameter, key, name: `${key}${learned}` }));
    if (own.length > 0) learned += 1;
    steps.push({ layer, args: call.args, parameters });
    shape = output;
  }
  return { input, output: shape, steps };
}

/** The network of layers that are known to fit. */
export function networkOf(input: Shape, calls: readonly LayerCall[]): Network {
  const network = layOut(input, calls);
  if ("misfit" in network) throw new InternalError(network.misfit);
  return network;
}

/** One array of a network. */
export interface NetworkParameter extends Pick<LayerParameter, "shape" | "shrinks"> {
  readonly name: string;
  /** Starting values, row-major. */
  readonly init: (random: RandomStream) => Float64Array;
}

/**
 * The arrays of a network, in the order of the flat parameter vector. Weights of the last layer that learns start
 * `last` times as large as they would.
 */
export function parametersOf({ steps }: Network, last = 1): readonly NetworkParameter[] {
  const learning = steps.filter(({ parameters }) => parameters.length > 0);
  return learning.flatMap((step) => {
    const gain = { activated: isActivated(steps, step), scale: step === learning.at(-1) ? last : 1 };
    return step.parameters.map(({ name, shape, shrinks, start }) => ({
      name,
      shape,
      shrinks,
      init: (random: RandomStream) => start(random, gain),
    }));
  });
}

/** What the last of the layers learns. */
export function lastLayer({ steps }: Network): readonly { readonly name: string }[] {
  return present(steps.at(-1), "a layer").parameters;
}

/** Whether an activation meets what a layer gives before the next layer that learns does. */
function isActivated(steps: readonly Step[], step: Step): boolean {
  const after = steps.slice(steps.indexOf(step) + 1);
  const next = after.findIndex(({ parameters }) => parameters.length > 0);
  return (next < 0 ? after : after.slice(0, next)).some(({ layer }) => activations.includes(layer));
}

/** x [..., input...] through the network, whose arrays `read` gives by name. Returns [..., output...]. */
export function applyNetwork(
  b: Builder,
  { input, output, steps }: Network,
  read: (name: string) => Value,
  x: Value,
): Value {
  const ready = steps.map(({ layer, args, parameters }) => {
    const values = Object.fromEntries(parameters.map(({ key, name }) => [key, read(name)]));
    return (x: Value): Value => layer.apply(b, x, values, args);
  });
  const shape = b.shapeOf(x);
  const leading = shape.slice(0, shape.length - input.length);
  const rows = b.reshape(x, [sizeOf(leading), ...input]);
  const result = ready.reduce((h, apply) => apply(h), rows);
  return b.reshape(result, [...leading, ...output]);
}
