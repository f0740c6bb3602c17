import { present } from "../base/assert.ts";
import type { Span } from "../diagnostics/span.ts";
import { idleLets } from "../graph/enumeration.ts";
import { isImproper } from "../model/probabilities.ts";
import { numberExpr } from "../model/types.ts";
import type { LatentNode, LetNode, ModelNode, PlateId } from "../model/model.ts";
import { sumOwn, type Named } from "../program/named.ts";
import type { Context } from "./context.ts";
import { logDensityOf, logPriorOf } from "./density.ts";
import { enumeratedPrior, sumOut, valuesOf, type SummedOut } from "./enumerate.ts";
import { lowerExpr } from "./expression.ts";
import { lowerObserved } from "./missing.ts";
import { type Group } from "../graph/elimination.ts";

/** One statement's part of log p(x, z), in nats, summed over its own entries but not over plates or draws. */
export interface JointTerm {
  readonly name: string;
  /** `sample` statements are the prior r(z); `observe` and `factor` are the likelihood p(x | z). */
  readonly kind: "prior" | "likelihood";
  readonly span: Span;
  /** The plates it stands in: a term that does not vary over one of them counts once for each of its elements. */
  readonly plates: readonly PlateId[];
  readonly value: Named;
}

/** Every density term of the model, discrete sites of few values summed out of them. */
export interface Joint {
  readonly terms: readonly JointTerm[];
  readonly summedOut: readonly SummedOut[];
}

/**
 * Every density term of the model. The latents that are not summed out must be in `context.values`; the lets are
 * added to them. A group of discrete sites leaves one term, whose origin names them; `marginals` keeps what
 * `marginalOf` needs.
 */
export function jointTerms(context: Context, marginals = false): Joint {
  const { model, values } = context;
  const { sites, groups } = context.enumeration;
  for (const site of sites) values.set(site.name, valuesOf(context, site));
  const idle = idleLets(model);
  const terms = new Map<ModelNode, JointTerm>();
  for (const node of model.nodes) {
    // what only the answer needs of discrete values is computed once they are drawn
    if (node.kind === "let" && idle.has(node.name) && readsSummedOut(context, node)) continue;
    const term = termOf(context, node);
    if (term) terms.set(node, term);
  }
  const summedOut: SummedOut[] = [];
  for (const group of groups) {
    const own = group.nodes.map((node) => present(terms.get(node), "a term"));
    const { term, first, eliminated } = groupTerm(context, group, own, marginals);
    summedOut.push(...eliminated);
    group.nodes.forEach((node) => terms.delete(node));
    terms.set(first, term);
  }
  return { terms: [...terms.values()], summedOut };
}

function readsSummedOut({ reach, enumeration }: Context, { name }: LetNode): boolean {
  return enumeration.sites.some((site) => reach.get(name)?.has(site.name));
}

/** The density term of a statement; a `let` has none, and is computed. */
function termOf(context: Context, node: ModelNode): JointTerm | null {
  const { b, values } = context;
  const { span, plates } = node;
  const prior = (name: string, value: () => Named): JointTerm =>
    b.from(span, `prior of ${name}`, () => ({ name, kind: "prior", span, plates, value: value() }));
  const likelihood = (name: string, about: string, value: () => Named): JointTerm =>
    b.from(span, about, () => ({ name, kind: "likelihood", span, plates, value: value() }));
  switch (node.kind) {
    case "let":
      b.from(span, `let ${node.name}`, () => values.set(node.name, lowerExpr(context, node.value)));
      return null;
    case "latent":
      return node.dist === null ? null : prior(node.name, () => priorOf(context, node));
    case "entries": {
      const { dist, type, truncated, value } = node;
      return prior(node.name, () => logPriorOf(context, dist, lowerExpr(context, value), truncated ? type : null));
    }
    case "observed":
      return likelihood(node.name, `likelihood of ${node.name}`, () =>
        logDensityOf(context, node.dist, lowerObserved(context, node.value)),
      );
    case "factor":
      return likelihood("factor", "factor", () => sumOwn(b, lowerExpr(context, node.value)));
  }
}

/** The prior of a latent: of each of its values, where it is summed out. */
function priorOf(context: Context, node: LatentNode): Named {
  const x = present(context.values.get(node.name), `a draw of ${node.name}`);
  const site = context.enumeration.sites.find(({ name }) => name === node.name);
  return site ? enumeratedPrior(context, site, x) : logPrior(context, node, x);
}

/** The one term that a group's terms leave once its sites are summed out of them; it stands where the first site did. */
function groupTerm(context: Context, group: Group, own: readonly JointTerm[], marginals: boolean) {
  const { nodes, sites, plates } = group;
  const [{ node: first }] = sites;
  const { span } = first;
  const name = sites.map((site) => site.name).join(", ");
  const values = own.map((term) => term.value);
  const { value, sites: eliminated } = context.b.from(span, `sum over ${name}`, () =>
    sumOut(context, group, values, marginals),
  );
  const observed = own.some(({ kind }) => kind === "likelihood");
  // the prior of a site that hangs on these alone is a prior still: a mixture
  const isOther = (node: ModelNode): boolean =>
    node.kind === "entries" || (node.kind === "latent" && !sites.some((site) => site.node === node));
  const kind = !observed && nodes.some(isOther) ? "prior" : "likelihood";
  const term: JointTerm = { name, kind, span, plates, value };
  return { term, first, eliminated };
}

/** log of the prior density of a site, normalised over its declared type. */
function logPrior(context: Context, node: LatentNode, x: Named): Named {
  const { b } = context;
  const { type } = node;
  const dist = present(node.dist, "a distribution");
  const ordered = type.support === "ordered" || type.support === "positive_ordered";
  if (!ordered) return logPriorOf(context, dist, x, node.truncated ? type : null);
  // an improper density is that of the sorted values themselves
  const positive = { lower: numberExpr(0, node.span), upper: null };
  const density = logPriorOf(context, dist, x, node.truncated ? positive : null);
  if (isImproper(dist)) return density;
  // sorting K exchangeable draws folds K! equal regions onto one
  const shape = b.shapeOf(x.value).slice(x.axes.length);
  const K = shape.at(-1) ?? 1;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return context.n.shift(density, rows * logFactorial(K));
}

function logFactorial(n: number): number {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
}
