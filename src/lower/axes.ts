import type { Instance } from "../graph/instance.ts";
import { axesOf, type Block, type Guide } from "../guide/guide.ts";
import type { Minibatch } from "../joint/context.ts";
import { choiceAxes } from "../joint/density.ts";
import type { Axis, AxisOrder } from "../program/named.ts";
import { axisName } from "../program/names.ts";

/** The axis of draws where every latent is summed out: independent draws from the posterior itself. */
export const exactDraws: Axis = axisName.exactDraws;

/** How much of everything a program takes. */
export interface Extent {
  /** Draws of a block: of each of its components, or of the mixture. */
  readonly samples: (block: Block) => number;
  /** The plates of which a step looks at a part; none when left out. */
  readonly minibatches?: readonly Minibatch[];
  /** Draws where every latent is summed out. */
  readonly exact?: number;
}

/**
 * Every axis a program may have, outermost first: the global block's draws and components, the local blocks' draws,
 * plates, the local blocks' components, mixture choices inside densities, and the values of discrete sites that are summed out.
 */
export function axisOrder(
  { model, numbers, enumeration }: Instance,
  { blocks }: Guide,
  { samples, minibatches = [], exact = 1 }: Extent,
): AxisOrder {
  const sizes = new Map<string, number>();
  const add = (axis: string, size: number): string => {
    sizes.set(axis, size);
    return axis;
  };
  const parts = blocks.map((block) => {
    const { left, draw, component, member } = axesOf(block);
    const draws = [left, draw].map((axis) => add(axis, samples(block)));
    const components = [add(component, block.K), add(member, block.K)];
    return { global: block.plates.length === 0, draws, components };
  });
  const plates = model.plates.map(({ id, size }) =>
    add(id, minibatches.find(({ plate }) => plate === id)?.rows ?? numbers.size(size)),
  );
  const values = enumeration.sites.flatMap(({ axis, count, chain }) => [
    ...(chain ? [add(chain.steps, chain.length)] : []),
    add(axis, count),
    ...(chain ? [add(chain.next, count)] : []),
  ]);
  const axes = [
    ...(blocks.length === 0 ? [add(exactDraws, exact)] : []),
    ...parts.filter(({ global }) => global).flatMap(({ draws, components }) => [...draws, ...components]),
    ...parts.filter(({ global }) => !global).flatMap(({ draws }) => draws),
    ...plates,
    ...parts.filter(({ global }) => !global).flatMap(({ components }) => components),
    ...choiceAxes,
    ...values,
  ];
  return { axes, size: (axis) => sizes.get(axis) ?? 1 };
}
