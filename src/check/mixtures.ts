import { present } from "../base/assert.ts";
import { leadingSize } from "../model/types.ts";
import { unknownArgument } from "../diagnostics/catalogue/names.ts";
import { mixtureSupports, noMass } from "../diagnostics/catalogue/supports.ts";
import { shapesDiffer } from "../diagnostics/catalogue/types.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Call, Expr as Ast } from "../syntax/ast.ts";
import { familyDist, type CheckedDist, type Offered } from "./families.ts";
import { checkDomain } from "./domains.ts";
import { expression } from "./expressions.ts";
import { sameBound } from "./supports.ts";
import { compoundNames } from "../model/probabilities.ts";
import type { Dim, Dist, Expr } from "../model/model.ts";
import { joinPlates, partOf, report, textOf, type Scope } from "./scope.ts";
import { sameDims } from "../model/sizes.ts";
import { mixtureCount, mixtureWeights } from "../diagnostics/catalogue/sites.ts";

const weightNames: readonly string[] = ["logits", "p"];

/** Checks a distribution that stands inside another. */
type Inner = (s: Scope, call: Call) => CheckedDist | null;

/** `mixture(p = theta, normal(0, 1), normal(4, 1))`; its components are of any kind. Null after a report. */
export function mixture(s: Scope, call: Call, inner: Inner): CheckedDist | null {
  const problem = (text: string) => report(s, mixtureWeights({ span: call.span, problem: text }));
  const named = call.args.filter((arg) => arg.name);
  const parts = call.args.filter((arg) => !arg.name).map((arg) => arg.value);
  const [given, ...others] = named;
  const weightsAre = given?.name?.text;
  const meant = weightsAre === undefined ? null : suggest(weightsAre, weightNames);
  if (given?.name && meant !== null && !weightNames.includes(given.name.text)) {
    const { span, text: name } = given.name;
    return report(s, unknownArgument({ span, name, suggestion: meant, of: "mixture", known: weightNames }));
  }
  if (!given || others.length > 0 || (weightsAre !== "logits" && weightsAre !== "p"))
    return problem("a mixture names its weights, `logits = ...` or `p = ...`, once");
  if (parts.length === 0) return problem("a mixture needs components");
  const calls = parts.map(asCall);
  if (!calls.every((part) => part !== null)) return problem("the components of a mixture are distributions");
  const weights = expression(s, given.value);
  if (!weights || !weightsFit(s, weights, weightsAre)) {
    calls.forEach((part) => inner(s, part));
    return null;
  }
  const count = leadingSize(weights.type);
  const [only] = calls;
  const made = only && compoundNames.includes(only.callee.text);
  if (calls.length === 1 && only && !made) {
    const part = familyDist(s, only, { count, weights });
    if (!part) return null;
    return finish(s, call, { weights, weightsAre, count, components: { along: part.dist } }, [part]);
  }
  const components = calls.map((part) => inner(s, part));
  if (!components.every((part) => part !== null)) return null;
  if (count !== components.length)
    return report(s, mixtureCount({ weights: partOf(s, weights), span: call.span, found: components.length }));
  const dists = components.map((part) => part.dist);
  return finish(s, call, { weights, weightsAre, count, components: dists }, components);
}

type Head = Pick<Extract<Dist, { kind: "mixture" }>, "weights" | "weightsAre" | "count" | "components">;

function finish(s: Scope, call: Call, head: Head, parts: readonly CheckedDist[]): CheckedDist | null {
  const first = present(parts[0], "a component of a mixture");
  const improper = parts.find((part) => part.offers.kind === "any");
  if (improper)
    return report(
      s,
      noMass({
        span: call.span,
        of: "mixture",
        dist: improper.dist.span,
        because: `\`${improper.name}\` has no probabilities`,
      }),
    );
  const event = commonEvent(s, parts);
  if (!event) return null;
  let { offers } = first;
  for (const part of parts) {
    const common = commonSupport(offers, part.offers);
    if (!common) {
      const odd = parts.find((each) => !commonSupport(first.offers, each.offers)) ?? part;
      const at = { first: first.dist.span, odd: odd.dist.span };
      return report(s, mixtureSupports({ ...at, a: first.offers.words, b: odd.offers.words }));
    }
    offers = common;
  }
  const plates = joinPlates(s, head.weights.plates, ...parts.map((part) => part.dist.plates));
  const dist: Dist = { kind: "mixture", span: call.span, ...head, event, plates };
  return { dist, batch: [], event, offers, name: "mixture", family: null };
}

function asCall(ast: Ast): Call | null {
  if (ast.kind === "paren") return asCall(ast.inner);
  return ast.kind === "call" ? ast : null;
}

function weightsFit(s: Scope, weights: Expr, are: "logits" | "p"): boolean {
  if (weights.type.shape.length !== 1) {
    const text = textOf(s, weights.span);
    const problem = `the weights of a mixture are one vector, and \`${text}\` has ${weights.type.shape.length} axes`;
    report(s, mixtureWeights({ span: weights.span, problem }));
    return false;
  }
  return are === "logits" || checkDomain(s, { of: "mixture", argument: "p", domain: "simplex" }, weights);
}

/** The shape of one draw of every component; single numbers stretch. Null after a report. */
function commonEvent(s: Scope, parts: readonly CheckedDist[]): readonly Dim[] | null {
  const shaped = parts.map(({ dist: { span }, batch, event }) => ({
    span,
    text: textOf(s, span),
    shape: [...batch, ...event],
  }));
  const [first, ...rest] = shaped.filter(({ shape }) => shape.length > 0);
  if (!first) return [];
  const odd = rest.find(({ shape }) => !sameDims(shape, first.shape));
  return odd ? report(s, shapesDiffer({ what: "`mixture`", a: first, b: odd })) : first.shape;
}

/** The hull of two supports where it can be named, else null. */
function commonSupport(a: Offered, b: Offered): Offered | null {
  if (a === b) return a;
  if (a.kind !== b.kind || a.integer !== b.integer) return null;
  const lower = outer(a.lower, b.lower, Math.min);
  const upper = outer(a.upper, b.upper, Math.max);
  if (lower === undefined || upper === undefined) return null;
  const same = lower === a.lower && upper === a.upper;
  return { ...(same ? a : b), lower, upper, mixed: a.mixed === true || b.mixed === true };
}

/** The outer one of two bounds: none, when one side is open; undefined when they cannot be compared. */
function outer(a: Expr | null, b: Expr | null, pick: (x: number, y: number) => number): Expr | null | undefined {
  if (!a || !b) return null;
  if (sameBound(a, b)) return a;
  const [x, y] = [a.type.range, b.type.range];
  if (x.lower !== x.upper || y.lower !== y.upper) return undefined;
  return pick(x.lower, y.lower) === x.lower ? a : b;
}
