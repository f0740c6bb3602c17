import { unravel } from "../tensor/shape.ts";
import type { HostTensor } from "../tensor/shape.ts";
import type { Expr, Model, PlateId } from "../model/model.ts";

/** An entry of a tensor: its flat place and its value. */
export interface Entry {
  readonly at: number;
  readonly value: number;
}

/** The first entry that satisfies `test`; null when none does. */
export function firstEntry({ values }: HostTensor, test: (x: number, at: number) => boolean): Entry | null {
  const at = values.findIndex(test);
  const value = values[at];
  return value === undefined ? null : { at, value };
}

/** The source text of an expression. */
export const text = (model: Model, { span }: Expr): string => model.source.text.slice(span.start, span.end);

/** " at n = 3, entry [1]", of the entry `at` of an evaluated expression; empty for a single number. */
export function whereIs(model: Model, expr: Expr, { shape }: HostTensor, at: number): string {
  const place = unravel(shape, at);
  const elements = expr.plates.map((id, i) => `${indexName(model, id)} = ${place[i]}`);
  const own = place.slice(expr.plates.length);
  const parts = [...elements, ...(own.length > 0 ? [`entry [${own.join(", ")}]`] : [])];
  return parts.length === 0 ? "" : ` at ${parts.join(", ")}`;
}

function indexName(model: Model, id: PlateId): string {
  return model.plates.find((plate) => plate.id === id)?.index ?? id;
}
