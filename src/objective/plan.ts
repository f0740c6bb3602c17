import * as say from "../diagnostics/catalogue/guide.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";
import { axesOf, type Block, type Guide } from "../guide/guide.ts";
import type { Context, Minibatch } from "../joint/context.ts";
import { enumerationOf } from "../graph/enumeration.ts";
import { choiceAxes } from "../joint/density.ts";
import type { Numbers } from "../bind/numbers.ts";
import type { Model } from "../model/model.ts";
import type { Builder } from "../program/builder.ts";
import type { Axis, AxisOrder } from "../program/named.ts";

/** The minibatches that were asked for, by size name or plate index; unknown names and impossible sizes are errors. */
export function planMinibatches(
  model: Model,
  numbers: Numbers,
  batch: Readonly<Record<string, number>>,
): { readonly minibatches: Minibatch[]; readonly problems: Diagnostic[] } {
  const minibatches: Minibatch[] = [];
  const problems: Diagnostic[] = [];
  for (const [name, rows] of Object.entries(batch)) {
    // turns of a `for` are never left out: what it fills needs them all
    const plates = model.plates.filter((plate) => plate.from === null && (plate.index === name || plate.size === name));
    if (plates.length === 0) {
      const known = [...new Set(model.plates.flatMap((plate) => [plate.index, String(plate.size)]))];
      problems.push(say.unknownBatchPlate({ name, known, suggestion: suggest(name, known) }));
    }
    for (const plate of plates) {
      const size = numbers.size(plate.size);
      if (!Number.isInteger(rows) || rows < 1 || rows > size) problems.push(say.batchTooLarge({ name, rows, size }));
      else if (rows < size) minibatches.push({ plate: plate.id, feed: `batch.${plate.id}`, rows, size });
    }
  }
  return { minibatches, problems };
}

/** The axis of draws where every latent is summed out: independent draws from the posterior itself. */
export const exactDraws: Axis = "draw.exact";

/**
 * Every axis a program may have, outermost first: the global block's draws and components, the local blocks' draws,
 * plates, the local blocks' components, mixture choices inside densities, and the values of discrete sites that are summed out.
 */
export function axisOrder(
  model: Model,
  numbers: Numbers,
  guide: Guide,
  minibatches: readonly Minibatch[],
  samples: (block: Block) => number,
  exact = 1,
): AxisOrder {
  const sizes = new Map<string, number>();
  const add = (axis: string, size: number): string => {
    sizes.set(axis, size);
    return axis;
  };
  const parts = guide.blocks.map((block) => {
    const { left, draw, component, member } = axesOf(block);
    const draws = [left, draw].map((axis) => add(axis, samples(block)));
    const components = [add(component, block.K), add(member, block.K)];
    return { global: block.plates.length === 0, draws, components };
  });
  const plates = model.plates.map(({ id, size }) =>
    add(id, minibatches.find(({ plate }) => plate === id)?.rows ?? numbers.size(size)),
  );
  const values = enumerationOf(model, numbers).sites.flatMap(({ axis, count, chain }) => [
    ...(chain ? [add(chain.steps, chain.length)] : []),
    add(axis, count),
    ...(chain ? [add(chain.next, count)] : []),
  ]);
  const axes = [
    ...(guide.blocks.length === 0 ? [add(exactDraws, exact)] : []),
    ...parts.filter(({ global }) => global).flatMap(({ draws, components }) => [...draws, ...components]),
    ...parts.filter(({ global }) => !global).flatMap(({ draws }) => draws),
    ...plates,
    ...parts.filter(({ global }) => !global).flatMap(({ components }) => components),
    ...choiceAxes,
    ...values,
  ];
  return { axes, size: (axis) => sizes.get(axis) ?? 1 };
}

/** The context of one program. */
export function contextOf(
  b: Builder,
  model: Model,
  numbers: Numbers,
  order: AxisOrder,
  minibatches: readonly Minibatch[],
  parameter: Context["parameter"],
): Context {
  return { b, model, numbers, order, minibatches, parameter, values: new Map() };
}
