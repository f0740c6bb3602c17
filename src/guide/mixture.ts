import { present } from "../base/assert.ts";
import type { Component } from "../components/component.ts";
import { framed } from "../components/framed.ts";
import { componentFamilies } from "../components/index.ts";
import type { Span } from "../diagnostics/span.ts";
import { latentOf } from "../graph/instance.ts";
import { minibatchOf, rowsOf, type Context } from "../joint/context.ts";
import type { Builder } from "../program/builder.ts";
import { spread, type Axis, type Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";
import { encoded } from "./encoder.ts";
import { axesOf, sitesIn, type Block } from "./guide.ts";
import { hasLogits, rawWidth } from "./paramSpecs.ts";
import { paramName } from "../program/names.ts";

/** A block's K components and their weights: arrays lead with the block's plates, then the component axis. */
export interface Mixture {
  readonly block: Block;
  readonly plates: readonly Axis[];
  readonly components: Component;
  /** log of the weights [plates..., K], normalised; null when K = 1. */
  readonly logAlpha: Value | null;
}

/** A block's variational parameters for the data at hand. */
export function mixtureOf(context: Context, block: Block): Mixture {
  const { b } = context;
  const { K, dimension, frames, plates } = block;
  return b.from(spanOf(context, block), `guide of ${sitesIn(block)}`, () => {
    const raw = rawParameters(context, block);
    const logits = hasLogits(block) ? 1 : 0;
    const own = b.narrow(raw, -1, logits, rawWidth(block) - logits);
    const unpacked = componentFamilies[block.component].unpack(b, own, dimension, block);
    const components = frames === null ? unpacked : framed(b, unpacked, frames);
    if (K === 1) return { block, plates, components, logAlpha: null };
    const logAlpha = logits === 1 ? logWeightsOf(b, raw) : b.fill([...plates.map(context.order.size), K], -Math.log(K));
    return { block, plates, components, logAlpha };
  });
}

/** log_softmax of the first raw numbers of a mixture's components. */
function logWeightsOf(b: Builder, raw: Value): Value {
  const column = b.narrow(raw, -1, 0, 1);
  const logits = b.reshape(column, b.shapeOf(column).slice(0, -1));
  return b.logSoftmax(logits);
}

/** The first site of a block: what is computed for the block as a whole is blamed on it. */
export function spanOf(context: Context, { sites: [first] }: Block): Span {
  return latentOf(context, present(first, "a site").name).span;
}

/** [plates..., K, width] */
function rawParameters(context: Context, block: Block): Value {
  const { b } = context;
  if (block.source.kind === "free")
    return block.plates.reduce(
      (raw, plate, axis) => {
        const some = minibatchOf(context, plate) !== undefined;
        return some ? b.gather(raw, rowsOf(context, plate), axis) : raw;
      },
      context.parameter(paramName.block(block.id)),
    );
  const { source } = block;
  return b.from(spanOf(context, block), `encoder of ${sitesIn(block)}`, () => {
    const width = rawWidth(block);
    const raw = encoded(context, block, source, block.K * width);
    return b.reshape(raw, [...block.plates.map(context.order.size), block.K, width]);
  });
}

/** The same mixture, through whose parameters no derivative passes. */
export function stopped(b: Builder, mixture: Mixture): Mixture {
  const { components, logAlpha } = mixture;
  const held = components.map((array) => b.stopGradient(array));
  return { ...mixture, components: held, logAlpha: logAlpha === null ? null : b.stopGradient(logAlpha) };
}

/** The components with exactly these leading axes, laid along one of them. */
export function placed({ b }: Context, { components, plates }: Mixture, axis: Axis, axes: readonly Axis[]): Component {
  const own = [...plates, axis];
  return components.map((value, rank) => spread(b, { value, axes: own, rank }, axes));
}

/** log alpha with components along the draws' axis; 0 when there is one component. */
export function logAlphaOf({ b }: Context, { block, plates, logAlpha }: Mixture): Named {
  const { component } = axesOf(block);
  if (logAlpha === null) return { value: b.constant(0), axes: [], rank: 0 };
  return { value: logAlpha, axes: [...plates, component], rank: 0 };
}
