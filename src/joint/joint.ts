import { present } from "../base/assert.ts";
import type { Span } from "../diagnostics/span.ts";
import { isImproper } from "../model/masses.ts";
import { numberExpr } from "../model/types.ts";
import type { LatentNode, PlateId } from "../model/model.ts";
import { sumOwn, type Named } from "../program/named.ts";
import type { Context } from "./context.ts";
import { logDensityOf, logPriorOf } from "./density.ts";
import { lowerExpr } from "./expression.ts";

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

/** Every density term of the model. The latents must be in `context.values`; the lets are added to them. */
export function jointTerms(context: Context): JointTerm[] {
  const { b, model, values } = context;
  const terms: JointTerm[] = [];
  for (const node of model.nodes) {
    const { span, plates } = node;
    switch (node.kind) {
      case "let":
        b.from(span, `let ${node.name}`, () =>
          values.set(node.name, lowerExpr(context, node.value)),
        );
        break;
      case "latent":
        b.from(span, `prior of ${node.name}`, () => {
          const x = present(values.get(node.name), `a draw of ${node.name}`);
          terms.push({
            name: node.name,
            kind: "prior",
            span,
            plates,
            value: logPrior(context, node, x),
          });
        });
        break;
      case "observed":
        b.from(span, `likelihood of ${node.name}`, () => {
          const x = lowerExpr(context, node.value);
          const value = logDensityOf(context, node.dist, x);
          terms.push({ name: node.name, kind: "likelihood", span, plates, value });
        });
        break;
      case "factor":
        b.from(span, "factor", () => {
          const value = sumOwn(b, lowerExpr(context, node.value));
          terms.push({ name: "factor", kind: "likelihood", span, plates, value });
        });
        break;
    }
  }
  return terms;
}

/** log of the prior density of a site, normalised over its declared type. */
function logPrior(context: Context, node: LatentNode, x: Named): Named {
  const { b } = context;
  const { type, dist } = node;
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
