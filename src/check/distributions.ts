import { improperPrior, mixedLatent } from "../diagnostics/catalogue/supports.ts";
import type { Part } from "../diagnostics/catalogue/types.ts";
import type { Dim } from "../model/model.ts";
import { isImproper } from "../model/probabilities.ts";
import { sameDims } from "../model/sizes.ts";
import type { Call, SampleStmt } from "../syntax/ast.ts";
import { combinator, isCombinator } from "./combinators.ts";
import { familyDist, type CheckedDist } from "./families.ts";
import { mixture } from "./mixtures.ts";
import { report, textOf, type Scope } from "./scope.ts";

/** What follows `~`: a family, a mixture or another distribution made of them. Null after a report. */
export function distribution(s: Scope, call: Call): CheckedDist | null {
  const { text } = call.callee;
  if (text === "mixture") return mixture(s, call, distribution);
  if (isCombinator(text)) return combinator(s, call, distribution);
  return familyDist(s, call);
}

/** The distribution of a latent; what can only be observed is refused, and what is improper is said. */
export function drawn(s: Scope, stmt: SampleStmt): CheckedDist | null {
  const from = distribution(s, stmt.from);
  if (!from) return null;
  const at = { name: stmt.name.text, dist: from.dist.span };
  if (from.offers.mixed) return report(s, mixedLatent({ ...at, span: stmt.name.span, family: from.name }));
  if (isImproper(from.dist)) report(s, improperPrior(at));
  return from;
}

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
