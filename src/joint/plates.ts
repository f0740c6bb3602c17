import type { PlateId } from "../model/model.ts";
import { rowsIn } from "../graph/instance.ts";
import type { Axis, Named } from "../program/named.ts";
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
  const summed = term.plates.filter((plate) => !kept.includes(plate));
  let factor = 1;
  for (const plate of summed) {
    const size = rowsIn(context, plate);
    // without a minibatch the factor is 1, for a loop without iterations too
    const rows = minibatchOf(context, plate)?.rows;
    if (!term.value.axes.includes(plate)) factor *= size;
    else if (rows !== undefined) factor *= size / rows;
  }
  const total = context.n.sum(term.value, summed);
  return factor === 1 ? total : context.n.scale(factor, total);
}
