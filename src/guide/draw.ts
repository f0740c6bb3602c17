import { present } from "../base/assert.ts";
import type { Span } from "../diagnostics/span.ts";
import { latentsIn } from "../graph/graph.ts";
import { constrain, lowerExpr, placeBound, withLets } from "../joint/expression.ts";
import { minibatchOf, rowsOf, type Context } from "../joint/context.ts";
import type { Builder } from "../program/builder.ts";
import { elementwise, nameAxis, reduceAxes, spread, unionAxes, type Axis, type Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";
import { leastOf, logCellMass, wholeNumbers, type Cells } from "./cells.ts";
import {
  componentFamilies,
  logDensities,
  logDensity,
  noiseWidth,
  push,
  standardised,
  within,
  type Gaussian,
} from "./components.ts";
import { encoded } from "./encoder.ts";
import { axesOf, sitesIn, type Block, type BlockSite } from "./guide.ts";
import { rawWidth } from "./slots.ts";

/** A block's K Gaussians and their weights: parts lead with the block's plates, then the component axis. */
export interface Mixture {
  readonly block: Block;
  readonly plates: readonly Axis[];
  readonly gaussian: Gaussian;
  /** log_softmax of the weights [plates..., K]; null when K = 1. */
  readonly logAlpha: Value | null;
}

/** A block's variational parameters for the data at hand. */
export function mixtureOf(context: Context, block: Block): Mixture {
  const { b } = context;
  const parameters = (): Mixture => {
    const raw = rawParameters(context, block);
    const width = rawWidth(block);
    const family = componentFamilies[block.component];
    const { dimension, rank } = block;
    const size = family.size(dimension, rank);
    const own = family.unpack(b, b.narrow(raw, -1, width - size, size), dimension, rank);
    const gaussian = block.frames === null ? own : within(b, own, block.frames);
    const base = { block, plates: block.plates, gaussian };
    if (block.K === 1) return { ...base, logAlpha: null };
    const column = b.narrow(raw, -1, 0, 1);
    const logits = b.reshape(column, b.shapeOf(column).slice(0, -1));
    return { ...base, logAlpha: b.sub(logits, b.expand(b.logSumExp(logits, [-1]), -1)) };
  };
  return b.from(spanOf(context, block), `guide of ${sitesIn(block)}`, parameters);
}

/** The first site of a block: what is computed for the block as a whole is blamed on it. */
export function spanOf({ model }: Context, { sites: [first] }: Block): Span {
  const name = present(first, "a site").name;
  return present(
    model.nodes.find((n) => n.kind === "latent" && n.name === name),
    name,
  ).span;
}

/** [plates..., K, width] */
function rawParameters(context: Context, block: Block): Value {
  const { b } = context;
  if (block.source.kind === "free")
    return block.plates.reduce(
      (raw, plate, axis) => {
        const some = minibatchOf(context, plate) !== undefined;
        return some ? b.gather(raw, rowsOf(context, plate), axis) : raw;
      },
      context.parameter(`guide.${block.id}`),
    );
  const { source } = block;
  return b.from(spanOf(context, block), `encoder of ${sitesIn(block)}`, () => {
    const width = rawWidth(block);
    const raw = encoded(context, block, source, block.K * width);
    return b.reshape(raw, [...block.plates.map(context.order.size), block.K, width]);
  });
}

/** The same mixture, through whose parameters no derivative passes. */
export function stopped(b: Builder, mixture: Mixture): Mixture {
  const { loc, diagonal, factor, low } = mixture.gaussian;
  const gaussian = {
    loc: b.stop(loc),
    diagonal: b.stop(diagonal),
    factor: factor === null ? null : b.stop(factor),
    low: low === null ? null : b.stop(low),
  };
  return {
    ...mixture,
    gaussian,
    logAlpha: mixture.logAlpha === null ? null : b.stop(mixture.logAlpha),
  };
}

/** Draws on the unconstrained scale. */
export interface Draws {
  /** [draw axes..., D] */
  readonly u: Named;
  /** Where they came from; null for points that were given rather than drawn. */
  readonly origin: {
    /** The component each came from, 0 to K - 1. */
    readonly component: Named;
    /** log N(u; component), from the noise itself: exact however narrow the component, and needing no solve. */
    readonly logDensity: Named;
  } | null;
}

/** T draws from every component: axes `outer`, draw, plates, component. u = loc_k + L_k eps. */
export function drawEach(context: Context, mixture: Mixture, outer: readonly Axis[]): Draws {
  const { b } = context;
  const { block } = mixture;
  const { draw, component } = axesOf(block);
  const axes = inOrder(context, [...outer, draw, ...mixture.plates, component]);
  const gaussian = placed(context, mixture, component, axes);
  const eps = noise(context, mixture, axes);
  return {
    u: { value: push(b, gaussian, eps), axes, rank: 1 },
    origin: {
      component: { value: b.iota(block.K), axes: [component], rank: 0 },
      logDensity: { value: standardised(b, gaussian, eps), axes, rank: 0 },
    },
  };
}

/** T draws from the mixture itself: axes `outer`, draw, plates. The component is chosen by a uniform number. */
export function drawMixture(context: Context, mixture: Mixture, outer: readonly Axis[]): Draws {
  const { b, order } = context;
  const { block } = mixture;
  const logAlpha = present(mixture.logAlpha, "weights of several components");
  const { draw, component } = axesOf(block);
  const axes = inOrder(context, [...outer, draw, ...mixture.plates]);
  const eps = noise(context, mixture, axes);
  const withK = inOrder(context, [...axes, component]);
  const at = withK.indexOf(component);
  const all = placed(context, mixture, component, withK);
  const uniform = b.input(`noise.${block.id}.choice`, axes.map(order.size), "noise", "uniform");
  const heads = b.cumsum(b.exp(logAlpha), -1);
  const named = { value: heads, axes: [...mixture.plates, component], rank: 0 };
  const passed = elementwise(b, order, [named, { value: uniform, axes, rank: 0 }], b.less);
  // rounding may leave the last head below 1: the last component takes the rest
  const counted = reduceAxes(passed, [component], b.sum);
  const chosen = { ...counted, value: b.min(counted.value, b.constant(block.K - 1)) };
  const categories = { value: b.iota(block.K), axes: [component], rank: 0 };
  const oneHot = elementwise(b, order, [chosen, categories], b.equal);
  const select = (value: Value, own: number): Value => {
    const mask = b.reshape(oneHot.value, [...b.shapeOf(oneHot.value), ...new Array<number>(own).fill(1)]);
    return b.sum(b.mul(mask, value), [at]);
  };
  const { factor, low } = all;
  const one: Gaussian = {
    loc: select(all.loc, 1),
    diagonal: select(all.diagonal, 1),
    factor: factor === null ? null : select(factor, 2),
    low: low === null ? null : select(low, 2),
  };
  return {
    u: { value: push(b, one, eps), axes, rank: 1 },
    origin: {
      component: chosen,
      logDensity: { value: standardised(b, one, eps), axes, rank: 0 },
    },
  };
}

/**
 * log q(u) under the whole mixture: logsumexp_j (log alpha_j + log N(u; j)). K times a component's cost.
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
  cells: Cells | null,
): Named {
  const { b } = context;
  const { block, logAlpha } = mixture;
  if (logAlpha === null && origin) return origin.logDensity;
  const { member } = axesOf(block);
  const members = logMembers(context, mixture, u, origin, cells);
  return reduceAxes(members, [member], logAlpha === null ? b.sum : b.logSumExp);
}

/** The terms of that sum, log alpha_j + log N(u; j), along the member axis. */
export function logMembers(...given: Parameters<typeof logMixture>): Named {
  const [context, mixture, u, origin, cells] = given;
  const { b, order } = context;
  const { block, logAlpha, plates, gaussian } = mixture;
  const { member } = axesOf(block);
  const solved = logComponents(context, mixture, u, cells, member);
  if (logAlpha === null) return solved;
  const members = { value: b.iota(block.K), axes: [member], rank: 0 };
  const densities =
    origin && gaussian.factor !== null
      ? elementwise(b, order, [origin.component, members, origin.logDensity, solved], (k, j, own, all) =>
          b.where(b.equal(k, j), own, all),
        )
      : solved;
  const weights = { value: logAlpha, axes: [...plates, member], rank: 0 };
  return elementwise(b, order, [densities, weights], b.add);
}

/**
 * log N(u; k) with components laid along `axis`: the member axis for all of them, the draws' own for each its own. Of
 * whole numbers the probability of their cells, in place of the density.
 */
export function logComponents(context: Context, mixture: Mixture, u: Named, cells: Cells | null, axis: Axis): Named {
  const { b, order } = context;
  const axes = unionAxes(order, [u, { axes: [...mixture.plates, axis] }]);
  const gaussian = placed(context, mixture, axis, axes);
  const at = spread(b, u, axes);
  if (cells === null) return { value: logDensity(b, gaussian, at), axes, rank: 0 };
  const mass = logCellMass(b, gaussian, placedCells(context, cells, u, axes));
  const each = b.where(cells.counted, mass, logDensities(b, gaussian, at));
  return { value: b.sum(each, [-1]), axes, rank: 0 };
}

/** log of the probability, under its own component, of the whole numbers alone among a draw's entries. */
export function logWholeNumbers(context: Context, mixture: Mixture, u: Named, cells: Cells): Named {
  const { b, order } = context;
  const { component } = axesOf(mixture.block);
  const axes = unionAxes(order, [u, { axes: [...mixture.plates, component] }]);
  const gaussian = placed(context, mixture, component, axes);
  const mass = logCellMass(b, gaussian, placedCells(context, cells, u, axes));
  return { value: b.sum(b.where(cells.counted, mass, b.constant(0)), [-1]), axes, rank: 0 };
}

/** log q(u; k) of draws under the component that each came from, whole numbers among them. */
export function logOwn(
  context: Context,
  mixture: Mixture,
  u: Named,
  cells: Cells,
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
function placedCells({ b }: Context, { counted, low, high }: Cells, u: Named, axes: readonly Axis[]): Cells {
  // prettier-ignore
  const place = (value: Value): Value => spread(b, { ...u, value }, axes);
  return { counted, low: place(low), high: place(high) };
}

/** log alpha with components along the draws' axis; 0 when there is one component. */
export function logAlphaOf({ b }: Context, { block, plates, logAlpha }: Mixture): Named {
  const { component } = axesOf(block);
  if (logAlpha === null) return { value: b.constant(0), axes: [], rank: 0 };
  return { value: logAlpha, axes: [...plates, component], rank: 0 };
}

/**
 * A block's sites in the model's coordinates, plates as axes, and the sum of their log |det J|. Bounds may move with
 * sites before them, of this block or in `context.values`; a site whose bound needs one that is not there is left out.
 * `cells` says which entries of `u` are whole numbers, and where they lie; null where none is.
 */
export function sitesOf(
  context: Context,
  block: Block,
  u: Named,
): {
  readonly values: ReadonlyMap<string, Named>;
  readonly logDet: Named;
  readonly cells: Cells | null;
} {
  const { b, order, model, reach } = context;
  const leading = b.shapeOf(u.value).slice(0, -1);
  const values = new Map<string, Named>();
  const sofar = new Map(context.values);
  const dets: Named[] = [];
  const found = new Map<BlockSite, { readonly low: Value; readonly high: Value }>();
  for (const site of block.sites) {
    const node = present(
      model.nodes.find((n) => n.kind === "latent" && n.name === site.name),
      site.name,
    );
    if (node.kind !== "latent") continue;
    const bounds = [node.type.lower, node.type.upper].filter((bound) => bound !== null);
    const needed = bounds.flatMap((bound) => [...latentsIn(bound, reach)]);
    if (!needed.every((name) => sofar.has(name))) continue;
    b.from(node.span, `guide of ${site.name}`, () => {
      const part = b.narrow(u.value, -1, site.offset, site.size);
      const shaped = b.reshape(part, [...leading, ...site.unconstrained]);
      const rank = site.event.length;
      const inside = withLets({ ...context, values: sofar }, bounds);
      const place = (bound: Named): Value => placeBound(context, bound, u.axes, site.inner, rank);
      let value: Value;
      if (site.counted) {
        const lower = leastOf(inside, node, site.counted.least);
        const upper = node.type.upper && place(lowerExpr(inside, node.type.upper));
        const cell = wholeNumbers(b, shaped, { lower: lower && place(lower), upper });
        const flat = (ends: Value): Value => b.reshape(ends, [...leading, site.size]);
        found.set(site, { low: flat(cell.low), high: flat(cell.high) });
        ({ value } = cell);
      } else {
        const image = constrain(inside, node.type, shaped, site.event, place);
        ({ value } = image);
        dets.push({ value: image.logDet, axes: u.axes, rank: 0 });
      }
      const whole: Named = { value, axes: u.axes, rank };
      const named = site.inner.reduce((term, plate) => nameAxis(b, order, term, 0, plate), whole);
      values.set(site.name, named);
      sofar.set(site.name, named);
    });
  }
  const none: Named = { value: b.constant(0), axes: [], rank: 0 };
  const logDet =
    dets.length === 0 ? none : dets.reduce((sum, term) => ({ ...sum, value: b.add(sum.value, term.value) }));
  if (found.size === 0) return { values, logDet, cells: null };
  const ends = (end: "low" | "high"): Value =>
    b.concat(
      block.sites.map((site) => found.get(site)?.[end] ?? b.fill([...leading, site.size], 0)),
      leading.length,
    );
  const mask = block.sites.flatMap((site) => new Array<number>(site.size).fill(found.has(site) ? 1 : 0));
  const counted = b.array([mask.length], mask);
  return { values, logDet, cells: { counted, low: ends("low"), high: ends("high") } };
}

/** Component locations in the model's coordinates, [plates..., K, event...] by site: where no bound moves with another block. */
export function locationsOf(context: Context, mixture: Mixture): ReadonlyMap<string, Named> {
  const { component } = axesOf(mixture.block);
  const u = { value: mixture.gaussian.loc, axes: [...mixture.plates, component], rank: 1 };
  return sitesOf(context, mixture.block, u).values;
}

/** Standard normal noise [axes..., D]; [axes..., D + R] for components of a low rank. */
function noise({ b, order }: Context, mixture: Mixture, axes: readonly Axis[]): Value {
  const shape = [...axes.map(order.size), noiseWidth(b, mixture.gaussian)];
  return b.input(`noise.${mixture.block.id}`, shape, "noise", "normal");
}

function inOrder({ order }: Context, axes: readonly Axis[]): Axis[] {
  return order.axes.filter((axis) => axes.includes(axis));
}

/** The Gaussians with exactly these leading axes, their components along one of them. */
function placed({ b }: Context, { gaussian, plates }: Mixture, axis: Axis, axes: readonly Axis[]): Gaussian {
  const own = [...plates, axis];
  const place = (value: Value, rank: number): Value => spread(b, { value, axes: own, rank }, axes);
  const { loc, diagonal, factor, low } = gaussian;
  return {
    loc: place(loc, 1),
    diagonal: place(diagonal, 1),
    factor: factor === null ? null : place(factor, 2),
    low: low === null ? null : place(low, 2),
  };
}
