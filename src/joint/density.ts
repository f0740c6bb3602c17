import { assert, present } from "../base/assert.ts";
import type { Family } from "../distributions/family.ts";
import { families } from "../distributions/index.ts";
import { maskedLogDensity } from "../distributions/support.ts";
import type { DeclaredType, Dist, Expr } from "../model/model.ts";
import { everyExpr } from "../model/walk.ts";
import {
  elementwise,
  nameAxis,
  padRank,
  reduceAxes,
  spread,
  sumOwn,
  unionAxes,
  type Axis,
  type Named,
} from "../program/named.ts";
import type { Value } from "../program/program.ts";
import type { Context } from "./context.ts";
import { lowerExpr, stack } from "./expression.ts";

/** Axes that mixture components are laid along while their densities are averaged, one for each level of nesting. */
export const choiceAxes: readonly Axis[] = ["choice.0", "choice.1", "choice.2"];

/** Changes an argument on its way into a density: how a mixture lays its components along an axis. */
type Arrange = (arg: Named) => Named;

/** log p(x) summed over every entry of x, in nats: named axes only. */
export function logDensityOf(context: Context, dist: Dist, x: Named): Named {
  const { b } = context;
  return sumOwn(
    b,
    logDensities(context, dist, x, (arg) => arg, 0),
  );
}

/** As `logDensityOf` of the distribution truncated to the type's bounds: normalised. */
export function truncatedLogDensityOf(
  context: Context,
  dist: Dist,
  x: Named,
  bounds: Pick<DeclaredType, "lower" | "upper">,
): Named {
  const { b, order } = context;
  assert(dist.kind === "family", "mixtures are not truncated");
  const family = present(families[dist.family], dist.family);
  const names = Object.keys(dist.args);
  const args = names.map((name) => lowerExpr(context, dist.args[name]!));
  const ends = [bounds.lower, bounds.upper].map((end) => end && lowerExpr(context, end));
  const [lower, upper] = ends;
  const mass = elementwise(
    b,
    order,
    [...args, ...ends.filter((end) => end !== null)],
    (...values) => {
      const named = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
      const [first, second] = values.slice(names.length);
      const low = lower ? first! : null;
      const high = upper ? (lower ? second! : first!) : null;
      return logMass(context, family, named, low, high);
    },
  );
  const density = logDensities(context, dist, x, (arg) => arg, 0);
  return sumOwn(b, elementwise(b, order, [density, mass], b.sub));
}

/** log P(low < X < high). */
function logMass(
  { b }: Context,
  family: Family,
  args: Readonly<Record<string, Value>>,
  low: Value | null,
  high: Value | null,
): Value {
  const cdf = (x: Value): Value => present(family.logCdf, `the cdf of ${family.name}`)(b, x, args);
  const survival = (x: Value): Value =>
    present(family.logSurvival, `the survival function of ${family.name}`)(b, x, args);
  if (low === null) return high === null ? b.constant(0) : cdf(high);
  if (high === null) return survival(low);
  // exp(large) - exp(small) from the tail in which both are small, where nothing cancels
  const minus = (large: Value, small: Value): Value =>
    b.add(large, b.log1p(b.neg(b.exp(b.sub(small, large)))));
  const inUpperTail = b.less(b.constant(Math.log(0.5)), cdf(low));
  return b.where(inUpperTail, minus(survival(low), survival(high)), minus(cdf(high), cdf(low)));
}

/** log p of each entry (each event, for a family of vectors), before they are summed: own axes are the repeats. */
function logDensities(
  context: Context,
  dist: Dist,
  x: Named,
  arrange: Arrange,
  depth: number,
): Named {
  if (dist.kind === "mixture") return mixtureLogDensities(context, dist, x, arrange, depth);
  const { b, order } = context;
  const family = present(families[dist.family], dist.family);
  const names = Object.keys(dist.args);
  const args = names.map((name) => arrange(lowerExpr(context, dist.args[name]!)));
  const axes = unionAxes(order, [x, ...args]);
  const ownRanks = names.map((name) => family.parameters[name]!.rank);
  const repeats = Math.max(x.rank - family.eventRank, ...args.map((arg, i) => arg.rank - ownRanks[i]!)); // prettier-ignore
  const place = (term: Named, eventRank: number): Value =>
    padRank(b, spread(b, term, axes), axes.length, repeats + eventRank);
  const values = Object.fromEntries(names.map((name, i) => [name, place(args[i]!, ownRanks[i]!)]));
  const density = supportMoves(family, dist.args)
    ? maskedLogDensity(b, family, place(x, family.eventRank), values)
    : family.logDensity(b, place(x, family.eventRank), values);
  return { value: density, axes, rank: repeats };
}

/** Whether the support's bounds are computed from latents or params, so that a value can leave it. */
function supportMoves(family: Family, args: Readonly<Record<string, Expr>>): boolean {
  if (family.support.kind !== "interval") return false;
  return [family.support.lower, family.support.upper].some((bound) => {
    if (bound === null || typeof bound === "number" || !("parameter" in bound)) return false;
    const arg = args[bound.parameter];
    return (
      arg !== undefined &&
      [...everyExpr(arg)].some(({ kind }) => ["latent", "let", "param"].includes(kind))
    );
  });
}

function mixtureLogDensities(
  context: Context,
  dist: Dist & { readonly kind: "mixture" },
  x: Named,
  arrange: Arrange,
  depth: number,
): Named {
  const { b, order } = context;
  const choice = present(choiceAxes[depth], "a mixture within fewer mixtures");
  const name = (term: Named, position: number): Named => nameAxis(b, order, term, position, choice);
  // each component's density is that of a whole event, so its own axes are summed before components meet
  const event = dist.event.length;
  const ofComponent = (component: Dist, within: Arrange): Named => {
    const each = logDensities(context, component, x, within, depth + 1);
    const repeats = x.rank - event;
    return sumOwn(b, each, Math.max(0, each.rank - repeats));
  };
  const parts =
    "along" in dist.components
      ? ofComponent(dist.components.along, (arg) => {
          const outer = arrange(arg);
          return outer.rank === 0 ? outer : name(outer, 0);
        })
      : name(stack(context, dist.components.map((part) => ofComponent(part, arrange))), 0); // prettier-ignore
  const weights = arrange(lowerExpr(context, dist.weights));
  const logWeights =
    dist.weightsAre === "p"
      ? { ...weights, value: b.log(weights.value) }
      : { ...weights, value: b.sub(weights.value, b.expand(b.logSumExp(weights.value, [-1]), -1)) };
  const weighted = elementwise(b, order, [name(logWeights, 0), parts], b.add);
  return reduceAxes(weighted, [choice], b.logSumExp);
}
