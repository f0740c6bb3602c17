import type { NamedBuilder } from "../../program/named-builder.ts";
import { boundValue, type Weights } from "../average.ts";
import type { BoundRule } from "../bounds/bound.ts";
import type { Surrogates } from "./estimator.ts";

/** The bound as its own surrogate: every gradient is taken of it. */
export function boundItself(n: NamedBuilder, rule: BoundRule, weights: Weights): Surrogates {
  const bound = boundValue(n, rule, weights);
  return { bound, guide: bound };
}
