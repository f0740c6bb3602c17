import { contextOf, type Context } from "../joint/context.ts";
import type { Plan } from "../plan/plan.ts";
import { Builder } from "../program/builder.ts";
import { axisOrder, type Extent } from "./axes.ts";
import { flatParameters, type FlatParameters } from "./parameters.ts";

/** A program that is being written. */
export interface Draft<P> {
  readonly b: Builder;
  readonly context: Context;
  readonly parameters: P;
}

/** Begins a program that reads its parameters as slices of one vector. */
export function draft(plan: Plan, extent: Extent): Draft<FlatParameters> {
  return draftWith(plan, extent, (b) => flatParameters(b, plan.paramSpecs));
}

/** Begins a program that reads its parameters as told. */
export function draftWith<P extends Pick<FlatParameters, "read">>(
  plan: Plan,
  extent: Extent,
  parametersIn: (b: Builder) => P,
): Draft<P> {
  const b = new Builder();
  const parameters = parametersIn(b);
  const order = axisOrder(plan, plan.guide, extent);
  const minibatches = extent.minibatches ?? [];
  return { b, parameters, context: contextOf(plan, { b, order, minibatches, parameter: parameters.read }) };
}
