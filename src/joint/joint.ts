import { present } from "../base/assert.ts";
import type { Span } from "../diagnostics/span.ts";
import { idleLets } from "../graph/enumeration.ts";
import { isImproper } from "../model/probabilities.ts";
import { numberExpr } from "../model/types.ts";
import type { LatentNode, ModelNode, PlateId } from "../model/model.ts";
import { sumOwn, type Named } from "../program/named.ts";
import type { Context } from "./context.ts";
import { logDensityOf, logPriorOf } from "./density.ts";
import { enumeratedPrior, sumOut, valuesOf, type SummedOut } from "./enumerate.ts";
import { lowerExpr } from "./expression.ts";
import { lowerObserved } from "./missing.ts";

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
  const { b, model, reach, values } = context;
  const { sites, groups } = context.enumeration;
  for (const site of sites) values.set(site.name, valuesOf(context, site));
  const idle = idleLets(model);
  const terms = new Map<ModelNode, JointTerm>();
  for (const node of model.nodes) {
    const { span, plates } = node;
    const add = (name: string, kind: JointTerm["kind"], value: Named): void => {
      terms.set(node, { name, kind, span, plates, value });
    };
    switch (node.kind) {
      case "let": {
        // what only the answer needs of discrete values is computed once they are drawn
        const later = sites.some(({ name }) => reach.get(node.name)?.has(name));
        if (later && idle.has(node.name)) break;
        b.from(span, `let ${node.name}`, () => values.set(node.name, lowerExpr(context, node.value)));
        break;
      }
      case "latent":
        if (node.dist === null) break;
        b.from(span, `prior of ${node.name}`, () => {
          const x = present(values.get(node.name), `a draw of ${node.name}`);
          const site = sites.find(({ name }) => name === node.name);
          add(node.name, "prior", site ? enumeratedPrior(context, site, x) : logPrior(context, node, x));
        });
        break;
      case "entries":
        b.from(span, `prior of ${node.name}`, () => {
          const { name, dist, type, truncated } = node;
          const x = lowerExpr(context, node.value);
          const value = logPriorOf(context, dist, x, truncated ? type : null);
          add(name, "prior", value);
        });
        break;
      case "observed":
        b.from(span, `likelihood of ${node.name}`, () => {
          const x = lowerObserved(context, node.value);
          add(node.name, "likelihood", logDensityOf(context, node.dist, x));
        });
        break;
      case "factor":
        b.from(span, "factor", () => add("factor", "likelihood", sumOwn(b, lowerExpr(context, node.value))));
        break;
    }
  }
  const summedOut: SummedOut[] = [];
  for (const group of groups) {
    const own = group.nodes.map((node) => present(terms.get(node), "a term"));
    const { name, span } = group.sites[0]!.node;
    const names = group.sites.map((site) => site.name).join(", ");
    b.from(span, `sum over ${names}`, () => {
      const { value, sites: eliminated } = sumOut(
        context,
        group,
        own.map((term) => term.value),
        marginals,
      );
      summedOut.push(...eliminated);
      group.nodes.forEach((node) => terms.delete(node));
      const observed = own.some(({ kind }) => kind === "likelihood");
      // the prior of a site that hangs on these alone is a prior still: a mixture
      const isOther = (n: (typeof group.nodes)[number]): boolean =>
        n.kind === "entries" || (n.kind === "latent" && !group.sites.some((site) => site.node === n));
      const prior = !observed && group.nodes.some(isOther);
      const kind = prior ? "prior" : "likelihood";
      const first = present(
        model.nodes.find((n) => n.kind === "latent" && n.name === name),
        name,
      );
      terms.set(first, { name: names, kind, span, plates: group.plates, value });
    });
  }
  return { terms: [...terms.values()], summedOut };
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
  const K = shape.at(-1)!;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return { ...density, value: b.shift(density.value, rows * logFactorial(K)) };
}

function logFactorial(n: number): number {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
}
