import { present } from "../base/assert.ts";
import type { Context } from "../joint/context.ts";
import { elementwise, reduceAxes, spread, unionAxes, type Axis, type Named } from "../program/named.ts";
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
  cells: Bins | null,
): Named {
  const { b } = context;
  const { block, logAlpha } = mixture;
  if (logAlpha === null && origin) return origin.logDensity;
  const { member } = axesOf(block);
  const members = logMembers(context, mixture, u, origin, cells);
  return reduceAxes(members, [member], logAlpha === null ? b.sum : b.logSumExp);
}

/** The terms of that sum, log alpha_j + log q_j(u), along the member axis. */
export function logMembers(...given: Parameters<typeof logMixture>): Named {
  const [context, mixture, u, origin, cells] = given;
  const { b, order } = context;
  const { block, logAlpha, plates, components } = mixture;
  const { member } = axesOf(block);
  const solved = logComponents(context, mixture, u, cells, member);
  if (logAlpha === null) return solved;
  const members = { value: b.iota(block.K), axes: [member], rank: 0 };
  const densities =
    origin && components.solves
      ? elementwise(b, order, [origin.component, members, origin.logDensity, solved], (k, j, own, all) =>
          b.where(b.equal(k, j), own, all),
        )
      : solved;
  const weights = { value: logAlpha, axes: [...plates, member], rank: 0 };
  return elementwise(b, order, [densities, weights], b.add);
}

/**
 * log q_k(u) with components laid along `axis`: the member axis for all of them, the draws' own for each its own. Of
 * whole numbers the probability of their cells, in place of the density.
 */
export function logComponents(context: Context, mixture: Mixture, u: Named, cells: Bins | null, axis: Axis): Named {
  const { b, order } = context;
  const axes = unionAxes(order, [u, { axes: [...mixture.plates, axis] }]);
  const components = placed(context, mixture, axis, axes);
  const at = spread(b, u, axes);
  if (cells === null) return { value: components.logDensity(at), axes, rank: 0 };
  const coordinates = present(components.coordinates, "independent coordinates");
  const { low, high } = placedCells(context, cells, u, axes);
  const each = b.where(cells.counted, coordinates.logMass(low, high), coordinates.logDensities(at));
  return { value: b.sum(each, [-1]), axes, rank: 0 };
}

/** log of the probability, under its own component, of the whole numbers alone among a draw's entries. */
export function logWholeNumbers(context: Context, mixture: Mixture, u: Named, cells: Bins): Named {
  const { b, order } = context;
  const { component } = axesOf(mixture.block);
  const axes = unionAxes(order, [u, { axes: [...mixture.plates, component] }]);
  const coordinates = present(placed(context, mixture, component, axes).coordinates, "independent coordinates");
  const { low, high } = placedCells(context, cells, u, axes);
  const mass = coordinates.logMass(low, high);
  return { value: b.sum(b.where(cells.counted, mass, b.constant(0)), [-1]), axes, rank: 0 };
}

/** log q(u; k) of draws under the component that each came from, whole numbers among them. */
export function logOwn(
  context: Context,
  mixture: Mixture,
  u: Named,
  cells: Bins,
  origin: NonNullable<Draws["origin"]>,
): Named {
  const { b, order } = context;
  const { member } = axesOf(mixture.block);
  const members = { value: b.iota(mixture.block.K), axes: [member], rank: 0 };
  const all = logComponents(context, mixture, u, cells, member);
  const own = elementwise(b, order, [origin.component, members, all], (k, j, log) =>
    b.where(b.equal(k, j), log, b.constant(0)),
  );
  return reduceAxes(own, [member], b.sum);
}

/** The cells with exactly these leading axes. */
function placedCells({ b }: Context, { counted, low, high }: Bins, u: Named, axes: readonly Axis[]): Bins {
  const place = (value: Value): Value => spread(b, { ...u, value }, axes);
  return { counted, low: place(low), high: place(high) };
}
