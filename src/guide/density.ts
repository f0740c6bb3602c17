import { present } from "../base/assert.ts";
import type { Context } from "../joint/context.ts";
import type { Axis, Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";
import type { Bins } from "./bins.ts";
import type { Draws } from "./draw.ts";
import { axesOf } from "./guide.ts";
import { placed, type Mixture } from "./mixture.ts";

/**
 * log q(u) under the whole mixture: logsumexp_j (log alpha_j + log q_j(u)). K times a component's cost.
 *
 * With `origin`, a draw's density under its own component is taken from its noise. A triangular solve magnifies
 * rounding by the condition number of L, and in 32 bits an optimiser finds and exploits that: log q of a draw would
 * come out far below what its own component alone gives it.
 */
export function logMixture(
  context: Context,
  mixture: Mixture,
  u: Named,
  origin: Draws["origin"],
  bins: Bins | null,
): Named {
  const { n } = context;
  const { block, logAlpha } = mixture;
  if (logAlpha === null && origin) return origin.logDensity;
  const { member } = axesOf(block);
  const members = logMembers(context, mixture, u, origin, bins);
  return logAlpha === null ? n.sum(members, [member]) : n.logSumExp(members, [member]);
}

/** The terms of that sum, log alpha_j + log q_j(u), along the member axis. */
export function logMembers(...given: Parameters<typeof logMixture>): Named {
  const [context, mixture, u, origin, bins] = given;
  const { b, n } = context;
  const { block, logAlpha, plates, components } = mixture;
  const { member } = axesOf(block);
  const solved = logComponents(context, mixture, u, bins, member);
  if (logAlpha === null) return solved;
  const members = n.iota(member);
  const densities =
    origin && components.solves
      ? n.map([origin.component, members, origin.logDensity, solved], (k, j, own, all) =>
          b.where(b.equal(k, j), own, all),
        )
      : solved;
  return n.add(densities, n.named(logAlpha, [...plates, member]));
}

/**
 * log q_k(u) with components laid along `axis`: the member axis for all of them, the draws' own for each its own. Of
 * whole numbers the probability of their bins, in place of the density.
 */
export function logComponents(context: Context, mixture: Mixture, u: Named, bins: Bins | null, axis: Axis): Named {
  const { b, n } = context;
  const axes = n.unionAxes(u, { axes: [...mixture.plates, axis] });
  const components = placed(context, mixture, axis, axes);
  const at = n.spread(u, axes);
  if (bins === null) return n.named(components.logDensity(at), axes);
  const coordinates = present(components.coordinates, "independent coordinates");
  const { low, high } = placedBins(context, bins, u, axes);
  const each = b.where(bins.counted, coordinates.logMass(low, high), coordinates.logDensities(at));
  return n.named(b.sum(each, [-1]), axes);
}

/** log of the probability, under its own component, of the whole numbers alone among a draw's entries. */
export function logWholeNumbers(context: Context, mixture: Mixture, u: Named, bins: Bins): Named {
  const { b, n } = context;
  const { component } = axesOf(mixture.block);
  const axes = n.unionAxes(u, { axes: [...mixture.plates, component] });
  const coordinates = present(placed(context, mixture, component, axes).coordinates, "independent coordinates");
  const { low, high } = placedBins(context, bins, u, axes);
  const mass = coordinates.logMass(low, high);
  return n.named(b.sum(b.where(bins.counted, mass, b.constant(0)), [-1]), axes);
}

/** log q(u; k) of draws under the component that each came from, whole numbers among them. */
export function logOwn(
  context: Context,
  mixture: Mixture,
  u: Named,
  bins: Bins,
  origin: NonNullable<Draws["origin"]>,
): Named {
  const { b, n } = context;
  const { member } = axesOf(mixture.block);
  const members = n.iota(member);
  const all = logComponents(context, mixture, u, bins, member);
  const own = n.map([origin.component, members, all], (k, j, log) => b.where(b.equal(k, j), log, b.constant(0)));
  return n.sum(own, [member]);
}

/** The bins with exactly these leading axes. */
function placedBins({ n }: Context, { counted, low, high }: Bins, u: Named, axes: readonly Axis[]): Bins {
  const place = (value: Value): Value => n.spread({ ...u, value }, axes);
  return { counted, low: place(low), high: place(high) };
}
