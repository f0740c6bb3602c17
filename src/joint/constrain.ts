import { assert, present } from "../base/assert.ts";
import { bijections } from "../distributions/bijections.ts";
import type { DeclaredType, Expr } from "../model/model.ts";
import type { Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Context } from "./context.ts";
import { lowerExpr } from "./expression.ts";

/**
 * Real numbers u [leading..., unconstrained...] mapped to a declared type: its value [leading..., event...] and
 * log |det J| [leading...], in nats.
 */
export function constrain(
  context: Context,
  type: DeclaredType,
  u: Value,
  event: Shape,
): { readonly value: Value; readonly logDet: Value } {
  const bounds = { lower: boundOf(context, type.lower), upper: boundOf(context, type.upper) };
  return bijections[type.support].forward(context.b, u, event, bounds);
}

function boundOf(context: Context, bound: Expr | null): Value | null {
  if (bound === null) return null;
  const { value, axes, rank } = lowerExpr(context, bound);
  assert(axes.length === 0 && rank === 0, "a bound is one number");
  return value;
}

/** A `param` in the model's coordinates. */
export function constrainedParam(context: Context, name: string): Named {
  const decl = present(context.model.params.find((param) => param.name === name), `param ${name}`); // prettier-ignore
  const event = decl.type.shape.map(context.bound.size);
  const raw = context.parameter(`param.${name}`);
  return { value: constrain(context, decl.type, raw, event).value, axes: [], rank: event.length };
}
