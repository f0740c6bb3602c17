import { zip } from "../base/arrays.ts";
import { present } from "../base/assert.ts";
import type { Family } from "../distributions/family.ts";
import { families } from "../distributions/index.ts";
import { logMass } from "../distributions/mass.ts";
import { observedLogDensity } from "../distributions/missing.ts";
import { maskedLogDensity } from "../distributions/support.ts";
import type { DeclaredType, Dist, Expr } from "../model/model.ts";
import { everyExpr } from "../model/walk.ts";
import type { Axis, Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";
import type { Context } from "./context.ts";
import { lowerExpr, numberOf, stack } from "./expression.ts";
import { withoutMissing, type Entries } from "./missing.ts";
import { axisName } from "../program/names.ts";

/** Axes that mixture components are laid along while their densities are averaged, one for each level of nesting. */
export const choiceAxes: readonly Axis[] = [0, 1, 2].map(axisName.choice);

/** Changes an argument on its way into a density: how a mixture lays its components along an axis. */
type Arrange = (arg: Named) => Named;

/**
 * Whether a value may be outside the support, where the density is 0. A latent never is, its bijection sees to that;
 * an observed value is checked when data are bound, unless the support moves with a latent; a value is often outside
 * the support of one component of a mixture.
 */
type Mask = "never" | "where it moves" | "always";

/** One end of an interval; `fixed` is its value where that is known now. */
interface End {
  readonly term: Named;
  readonly fixed: number | null;
}

/** What is asked of a distribution: log p(x), or log P(low <= X <= high). */
type Question =
  | { readonly kind: "density"; readonly x: Entries; readonly mask: Mask }
  | { readonly kind: "mass"; readonly low: End | null; readonly high: End | null };

const asItIs: Arrange = (arg) => arg;

/** log p(x) of an observed value summed over every entry of x, in nats: named axes only. */
export function logDensityOf(context: Context, dist: Dist, x: Entries): Named {
  const question = { kind: "density", x, mask: "where it moves" } as const;
  return context.n.sumOwn(answer(context, dist, question, asItIs, 0));
}

/**
 * The same for each entry (each event, for a family of vectors) by itself: own axes are the repeats. `anywhere`: x may
 * be outside the support.
 */
export function logDensitiesOf(context: Context, dist: Dist, x: Entries, anywhere = false): Named {
  const mask = anywhere ? "always" : "where it moves";
  return answer(context, dist, { kind: "density", x, mask }, asItIs, 0);
}

/** The same of a latent, which lies in the support; of the distribution truncated to `bounds` where they are given. */
export function logPriorOf(
  context: Context,
  dist: Dist,
  x: Named,
  bounds: Pick<DeclaredType, "lower" | "upper"> | null,
): Named {
  const { n } = context;
  const density = answer(context, dist, { kind: "density", x, mask: "never" }, asItIs, 0);
  if (bounds === null) return n.sumOwn(density);
  const [low, high] = [endOf(context, bounds.lower), endOf(context, bounds.upper)];
  const mass = answer(context, dist, { kind: "mass", low, high }, asItIs, 0);
  return n.sumOwn(n.sub(density, mass));
}

function endOf(context: Context, expr: Expr | null): End | null {
  return expr && { term: lowerExpr(context, expr), fixed: numberOf(context, expr) };
}

/** The answer for each entry (each event, for a family of vectors), before they are summed: own axes are the repeats. */
function answer(context: Context, dist: Dist, question: Question, arrange: Arrange, depth: number): Named {
  const known = (each: Named): Named =>
    question.kind === "density" ? withoutMissing(context, each, question.x) : each;
  switch (dist.kind) {
    case "family":
      return ofFamily(context, dist, question, arrange);
    case "mixture":
      return ofMixture(context, dist, question, arrange, depth);
    case "truncate":
      return known(ofTruncated(context, dist, question, arrange, depth));
    case "censor":
      return known(ofCensored(context, dist, question, arrange, depth));
    case "zero_inflate":
      return known(ofInflated(context, dist, question, arrange, depth));
  }
}

type Of<K extends Dist["kind"]> = Extract<Dist, { readonly kind: K }>;

function ofFamily(context: Context, dist: Of<"family">, question: Question, arrange: Arrange): Named {
  const { b, n } = context;
  const family = present(families[dist.family], dist.family);
  const { eventRank } = family;
  const args = Object.entries(dist.args).map(([name, expr]) => {
    const { rank: own } = present(family.parameters[name], name);
    return { name, own, term: arrange(lowerExpr(context, expr)) };
  });
  const points = pointsOf(question);
  const axes = n.unionAxes(...points, ...args.map(({ term }) => term));
  const repeats = Math.max(
    0,
    ...points.map(({ rank }) => rank - eventRank),
    ...args.map(({ term, own }) => term.rank - own),
  );
  const place = (term: Named, own: number): Value => n.spread(term, axes, repeats + own);
  const values = Object.fromEntries(args.map(({ name, term, own }) => [name, place(term, own)]));
  if (question.kind === "density") {
    const { x, mask } = question;
    const masked = mask === "always" || (mask === "where it moves" && supportMoves(family, dist.args));
    const at = place(x, eventRank);
    if (x.missing) {
      const observedMask = place(x.missing.mask, eventRank);
      const value = observedLogDensity(b, family, at, values, { ...x.missing, mask: observedMask, masked });
      return { value, axes, rank: repeats };
    }
    const value = masked ? maskedLogDensity(b, family, at, values) : family.logDensity(b, at, values);
    return { value, axes, rank: repeats };
  }
  const end = (given: End | null) => given && { value: place(given.term, 0), fixed: given.fixed };
  const value = logMass(b, family, values, end(question.low), end(question.high));
  return { value, axes, rank: repeats };
}

function pointsOf(question: Question): readonly Named[] {
  if (question.kind === "density") return [question.x];
  return [question.low, question.high].flatMap((end) => (end ? [end.term] : []));
}

/** Whether the support's bounds are computed from latents or params, so that a value can leave it. */
function supportMoves(family: Family, args: Readonly<Record<string, Expr>>): boolean {
  if (family.support.kind !== "interval") return false;
  return [family.support.lower, family.support.upper].some((bound) => {
    if (bound === null || typeof bound === "number" || !("parameter" in bound)) return false;
    const arg = args[bound.parameter];
    return arg !== undefined && [...everyExpr(arg)].some(({ kind }) => ["latent", "let", "param"].includes(kind));
  });
}

function ofMixture(context: Context, dist: Of<"mixture">, question: Question, arrange: Arrange, depth: number): Named {
  const { n } = context;
  const choice = present(choiceAxes[depth], "a mixture within fewer mixtures");
  const alongChoice = (term: Named): Named => n.nameAxis(term, 0, choice);
  // each component's density is that of a whole event, so its own axes are summed before components meet
  const repeats = Math.max(0, ...pointsOf(question).map(({ rank }) => rank)) - dist.event.length;
  const asked = question.kind === "mass" ? question : ({ ...question, mask: "always" } as const);
  const ofComponent = (component: Dist, within: Arrange): Named => {
    const each = answer(context, component, asked, within, depth + 1);
    return n.sumOwn(each, Math.max(0, each.rank - repeats));
  };
  const parts =
    "along" in dist.components
      ? ofComponent(dist.components.along, (arg) => {
          const outer = arrange(arg);
          return outer.rank === 0 ? outer : alongChoice(outer);
        })
      : alongChoice(
          stack(
            context,
            dist.components.map((part) => ofComponent(part, arrange)),
          ),
        );
  const weights = arrange(lowerExpr(context, dist.weights));
  const logWeights = dist.weightsAre === "p" ? n.log(weights) : n.logSoftmax(weights);
  return n.logSumExp(n.add(alongChoice(logWeights), parts), [choice]);
}

/** log p(x) - log P(low <= X <= high), and nothing outside. */
function ofTruncated(
  context: Context,
  dist: Of<"truncate">,
  question: Question,
  arrange: Arrange,
  depth: number,
): Named {
  const { b, n } = context;
  const [low, high] = endsOf(context, dist, arrange);
  const ask = (asked: Question): Named => answer(context, dist.of, asked, arrange, depth);
  const whole = ask({ kind: "mass", low, high });
  if (question.kind === "mass") {
    const narrowed = {
      low: inner(context, low, question.low, "max"),
      high: inner(context, high, question.high, "min"),
    };
    return n.sub(ask({ kind: "mass", ...narrowed }), whole);
  }
  const { x, mask } = question;
  const inside = ask({ ...question, mask: mask === "never" ? mask : "always" });
  const density = n.sub(inside, whole);
  if (mask === "never") return density;
  const sides = [
    ...(low ? [{ ...low, beyond: (at: Value, end: Value) => b.less(at, end) }] : []),
    ...(high ? [{ ...high, beyond: (at: Value, end: Value) => b.less(end, at) }] : []),
  ];
  return n.map([density, x, ...sides.map(({ term }) => term)], (value, at, ...ends) => {
    const nothing = b.constant(-Infinity);
    return zip(sides, ends).reduce((rest, [{ beyond }, end]) => b.where(beyond(at, end), nothing, rest), value);
  });
}

/** The density between the bounds; at each of them the probability of what lies there and beyond. */
function ofCensored(context: Context, dist: Of<"censor">, question: Question, arrange: Arrange, depth: number): Named {
  const { b, n } = context;
  const { x } = question as Extract<Question, { kind: "density" }>;
  const [low, high] = endsOf(context, dist, arrange);
  const ask = (asked: Question): Named => answer(context, dist.of, asked, arrange, depth);
  const nothing = b.constant(-Infinity);
  let result = ask({ kind: "density", x, mask: "always" });
  if (low) {
    const tail = ask({ kind: "mass", low: null, high: low });
    result = n.map([x, low.term, tail, result], (at, end, atEnd, rest) =>
      b.where(b.less(end, at), rest, b.where(b.equal(at, end), atEnd, nothing)),
    );
  }
  if (high) {
    const tail = ask({ kind: "mass", low: high, high: null });
    result = n.map([x, high.term, tail, result], (at, end, atEnd, rest) =>
      b.where(b.less(at, end), rest, b.where(b.equal(at, end), atEnd, nothing)),
    );
  }
  return result;
}

/** 0 with probability p. Where `of` gives whole numbers its own 0 adds to that; among real numbers it counts nothing. */
function ofInflated(
  context: Context,
  dist: Of<"zero_inflate">,
  question: Question,
  arrange: Arrange,
  depth: number,
): Named {
  const { b, n } = context;
  const p = arrange(lowerExpr(context, dist.p));
  const asked = question.kind === "mass" ? question : ({ ...question, mask: "always" } as const);
  const own = answer(context, dist.of, asked, arrange, depth);
  const zero = b.constant(0);
  const logs = (share: Value, of: Value): readonly [Value, Value] => [b.log(share), b.add(b.log1p(b.neg(share)), of)];
  if (question.kind === "density")
    return n.map([p, own, question.x], (share, of, at) => {
      const [logP, rest] = logs(share, of);
      const atZero = dist.discrete ? logAddExp(context, logP, rest) : logP;
      return b.where(b.equal(at, zero), atZero, rest);
    });
  const { low, high } = question;
  const sides = [
    ...(low ? [{ ...low, reached: (end: Value) => b.lessEqual(end, zero) }] : []),
    ...(high ? [{ ...high, reached: (end: Value) => b.lessEqual(zero, end) }] : []),
  ];
  return n.map([p, own, ...sides.map(({ term }) => term)], (share, of, ...ends) => {
    const [logP, rest] = logs(share, of);
    const each = zip(sides, ends).map(([{ reached }, end]) => reached(end));
    const holdsZero = each.reduce((all, one) => b.mul(all, one), b.constant(1));
    return b.where(holdsZero, logAddExp(context, logP, rest), rest);
  });
}

/** log(exp(x) + exp(y)); either may be -Infinity. */
function logAddExp({ b }: Context, x: Value, y: Value): Value {
  const least = b.constant(-1e30);
  const [p, q] = [b.max(x, least), b.max(y, least)];
  const larger = b.max(p, q);
  return b.add(larger, b.log1p(b.exp(b.sub(b.min(p, q), larger))));
}

function endsOf(
  context: Context,
  { lower, upper }: Of<"truncate" | "censor">,
  arrange: Arrange,
): readonly [End | null, End | null] {
  const end = (expr: Expr | null): End | null => {
    const given = endOf(context, expr);
    return given && { ...given, term: arrange(given.term) };
  };
  return [end(lower), end(upper)];
}

/** The narrower of two ends. */
function inner({ n }: Context, p: End | null, q: End | null, pick: "max" | "min"): End | null {
  if (!p || !q) return p ?? q;
  const fixed = p.fixed === null || q.fixed === null ? null : Math[pick](p.fixed, q.fixed);
  return { term: n[pick](p.term, q.term), fixed };
}
