import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { layer, type Layer } from "./layer.ts";

/** What may stand between layers, entry by entry. */
const functions = {
  elu: (b: Builder, x: Value): Value => {
    const zero = b.constant(0);
    // expm1 only sees what is below 0, so that it cannot overflow in the branch not taken
    return b.add(b.max(x, zero), b.expm1(b.min(x, zero)));
  },
  relu: (b: Builder, x: Value): Value => b.max(x, b.constant(0)),
  tanh: (b: Builder, x: Value): Value => b.tanh(x),
  sigmoid: (b: Builder, x: Value): Value => b.sigmoid(x),
  softplus: (b: Builder, x: Value): Value => b.softplus(x),
};

/** The name of an activation. */
export type Activation = keyof typeof functions;

export const activationNames = Object.keys(functions) as readonly Activation[];

/** Every activation is a layer that learns nothing and keeps the shape. */
export const activations: readonly Layer[] = Object.entries(functions).map(([name, apply]) =>
  layer({
    name,
    doc: `\`${name}(x)\` of every entry.`,
    arguments: {},
    shape: (input) => input,
    parameters: () => ({}),
    apply,
  }),
);
