import type { Builder } from "../program/builder.ts";
import { pullback } from "../program/differentiate.ts";
import type { Value } from "../program/program.ts";
import type { Slot } from "../guide/guide.ts";
import type { CompileOptions } from "./options.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Parameters } from "./parameters.ts";

/** Decay rates of Adam's moments (Kingma & Ba 2015, section 2). */
export const adam = { beta1: 0.9, beta2: 0.999 } as const;

/** Scalars whose gradients are taken: in the slots of the guide, and in those of the model. Mostly the same. */
export type Surrogate = { readonly [R in Slot["role"]]: Value };

/** The gradient in each of some slots. */
export function gradientsIn(b: Builder, surrogate: Surrogate, used: ReturnType<Parameters["used"]>): readonly Value[] {
  const pull = (from: Value, some: typeof used): readonly Value[] =>
    some.length === 0
      ? []
      : pullback(
          b,
          from,
          some.map(({ value }) => value),
        );
  if (surrogate.guide === surrogate.model) return pull(surrogate.model, used);
  const parts = (["guide", "model"] as const).flatMap((role) => {
    const some = used.filter(({ slot }) => slot.role === role);
    return pull(surrogate[role], some).map((value, i) => ({ slot: some[i]!.slot, value }));
  });
  return used.map(({ slot }) => parts.find((part) => part.slot === slot)!.value);
}

/** Gradients in every slot, zeros for those that nothing depends on, as one vector [P]. */
export function flatGradient(b: Builder, surrogate: Surrogate, slots: readonly Slot[], parameters: Parameters): Value {
  const used = parameters.used();
  const gradients = gradientsIn(b, surrogate, used);
  const parts = slots.map((slot) => {
    const at = used.findIndex((entry) => entry.slot === slot);
    return at < 0 ? b.fill([slot.size], 0) : b.reshape(gradients[at]!, [sizeOf(slot.shape)]);
  });
  return b.concat(parts, 0);
}

/**
 * One update of Adam, uphill: parameters, moments and their outputs, carried. The bias corrections and the learning
 * rate come in as the feeds `adam.rate` and `adam.epsilon`, so that a step needs two scalars from the host.
 */
export function adamUpdate(
  b: Builder,
  parameters: Value,
  gradient: Value,
  slots: readonly Slot[],
  { clip, weightDecay }: Pick<CompileOptions, "clip" | "weightDecay">,
): void {
  const shape = b.shapeOf(parameters);
  const norm = b.sqrt(b.sum(b.square(gradient)));
  b.output("gradient_norm", norm);
  const tiny = b.constant(1e-30);
  const limited =
    clip === null ? gradient : b.mul(gradient, b.min(b.constant(1), b.div(b.constant(clip), b.max(norm, tiny))));
  const moment = (name: string, decay: number, fresh: Value): Value => {
    const before = b.input(name, shape, "state");
    const after = b.add(b.scale(decay, before), b.scale(1 - decay, fresh));
    b.output(`${name}.next`, after, name);
    return after;
  };
  const m = moment("adam.m", adam.beta1, limited);
  const v = moment("adam.v", adam.beta2, b.square(limited));
  const rate = b.input("adam.rate", [], "feed");
  const epsilon = b.input("adam.epsilon", [], "feed");
  const change = b.div(b.mul(rate, m), b.add(b.sqrt(v), epsilon));
  const kept = weightDecay === 0 ? parameters : shrunk(b, parameters, slots, weightDecay);
  b.output("parameters.next", b.add(kept, change), "parameters");
}

/** Decoupled weight decay (AdamW): the weights of networks times 1 - rate x decay, everything else as it is. */
function shrunk(b: Builder, parameters: Value, slots: readonly Slot[], decay: number): Value {
  const shares = slots.map(({ size, shrinks }) => b.fill([size], shrinks ? decay : 0));
  const share = b.mul(b.input("rate", [], "feed"), b.concat(shares, 0));
  return b.sub(parameters, b.mul(share, parameters));
}
