import type { PlateId } from "../model/model.ts";
import { reduceAxes, type Axis, type Named } from "../program/named.ts";
import { minibatchOf, type Context } from "./context.ts";

/**
 * A density term summed over the plates that it stands in and that are not `kept`. A minibatched plate is scaled up to
 * its full size; a plate that the term stands in without varying over it counts once for each element.
 */
export function overPlates(
  context: Context,
  term: { readonly value: Named; readonly plates: readonly PlateId[] },
  kept: readonly Axis[],
): Named {
  const { b, numbers, model } = context;
  const summed = term.plates.filter((plate) => !kept.includes(plate));
  let factor = 1;
  for (const plate of summed) {
    const size = numbers.size(model.plates.find(({ id }) => id === plate)!.size);
    // without a minibatch the factor is 1, for a loop without turns too
    const rows = minibatchOf(context, plate)?.rows;
    if (!term.value.axes.includes(plate)) factor *= size;
    else if (rows !== undefined) factor *= size / rows;
  }
  const total = reduceAxes(term.value, summed, b.sum);
  return factor === 1 ? total : { ...total, value: b.scale(factor, total.value) };
}
