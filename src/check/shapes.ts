import type { Part } from "../diagnostics/catalogue/types.ts";
import type { CheckedDist } from "./distributions.ts";
import type { Dim } from "../model/model.ts";
import { textOf, type Scope } from "./scope.ts";
import { sameDims } from "../model/sizes.ts";

/** One draw may repeat over leading dimensions when the arguments are those of one draw; else shapes are equal. */
export function fits(shape: readonly Dim[], { batch, event }: CheckedDist): boolean {
  if (batch.length > 0) return sameDims(shape, [...batch, ...event]);
  const from = shape.length - event.length;
  return from >= 0 && sameDims(shape.slice(from), event);
}

/** A distribution as messages speak of it. */
export function distPart(s: Scope, { dist, batch, event }: CheckedDist): Part {
  return { span: dist.span, text: textOf(s, dist.span), shape: [...batch, ...event] };
}
