import { improperPrior, mixedLatent } from "../diagnostics/catalogue/supports.ts";
import type { SampleStmt } from "../syntax/ast.ts";
import type { CheckedDist } from "./distributions.ts";
import { isImproper } from "../model/masses.ts";
import { distribution } from "./mixtures.ts";
import { report, type Scope } from "./scope.ts";

/** The distribution of a latent; what can only be observed is refused, and what is improper is said. */
export function drawn(s: Scope, stmt: SampleStmt): CheckedDist | null {
  const from = distribution(s, stmt.from);
  if (!from) return null;
  const at = { name: stmt.name.text, dist: from.dist.span };
  if (from.offers.mixed) return report(s, mixedLatent({ ...at, span: stmt.name.span, family: from.name }));
  if (isImproper(from.dist)) report(s, improperPrior(at));
  return from;
}
