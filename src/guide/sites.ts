import { latentsIn } from "../graph/graph.ts";
import { latentOf } from "../graph/instance.ts";
import type { Context } from "../joint/context.ts";
import { constrain, lowerExpr, placeBound, withLets } from "../joint/expression.ts";
import { nameAxis, type Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";
import { leastOf, binned, type Bins } from "./bins.ts";
import { axesOf, type Block, type BlockSite } from "./guide.ts";
import type { Mixture } from "./mixture.ts";

/**
 * A block's sites in the model's coordinates, plates as axes, and the sum of their log |det J|. Bounds may move with
 * sites before them, of this block or in `context.values`; a site whose bound needs one that is not there is left out.
 * `bins` says which entries of `u` are whole numbers, and where they lie; null where none is.
 */
export function sitesOf(
  context: Context,
  block: Block,
  u: Named,
): {
  readonly values: ReadonlyMap<string, Named>;
  readonly logDet: Named;
  readonly bins: Bins | null;
} {
  const { b, order, reach } = context;
  const leading = b.shapeOf(u.value).slice(0, -1);
  const values = new Map<string, Named>();
  const sofar = new Map(context.values);
  const dets: Named[] = [];
  const found = new Map<BlockSite, { readonly low: Value; readonly high: Value }>();
  for (const site of block.sites) {
    const node = latentOf(context, site.name);
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
      if (site.integer) {
        const lower = leastOf(inside, node, site.integer.least);
        const upper = node.type.upper && place(lowerExpr(inside, node.type.upper));
        const bin = binned(b, shaped, { lower: lower && place(lower), upper });
        const flat = (ends: Value): Value => b.reshape(ends, [...leading, site.size]);
        found.set(site, { low: flat(bin.low), high: flat(bin.high) });
        ({ value } = bin);
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
  if (found.size === 0) return { values, logDet, bins: null };
  const ends = (end: "low" | "high"): Value =>
    b.concat(
      block.sites.map((site) => found.get(site)?.[end] ?? b.fill([...leading, site.size], 0)),
      leading.length,
    );
  const mask = block.sites.flatMap((site) => new Array<number>(site.size).fill(found.has(site) ? 1 : 0));
  const counted = b.array([mask.length], mask);
  return { values, logDet, bins: { counted, low: ends("low"), high: ends("high") } };
}

/** Component locations in the model's coordinates, [plates..., K, event...] by site: where no bound moves with another block. */
export function locationsOf(context: Context, mixture: Mixture): ReadonlyMap<string, Named> {
  const { component } = axesOf(mixture.block);
  const u = { value: mixture.components.location, axes: [...mixture.plates, component], rank: 1 };
  return sitesOf(context, mixture.block, u).values;
}
