import { assert, present } from "../base/assert.ts";
import type { Expr, PlateId } from "../model/model.ts";
import { pullback } from "../program/differentiate.ts";
import type { Axis, Named } from "../program/named.ts";
import { sizeOf } from "../tensor/shape.ts";
import { alongPlate, drawChain, oneOf, sumChain, type SummedChain } from "./chain.ts";
import type { Context } from "./context.ts";
import { logDensityOf } from "./density.ts";
import { lowerExpr } from "./expression.ts";
import { overPlates } from "./plates.ts";
import type { EnumeratedSite, Group, Link } from "../graph/elimination.ts";
import { inputName } from "../program/names.ts";

/** A discrete site that was summed out, and what its values weighed. */
export interface SummedOut {
  readonly site: EnumeratedSite;
  /**
   * The log weight of each of its values, given those of the sites summed out after it, with what was summed out before
   * already gone: named axes, `site.axis` among them.
   */
  readonly factor: Named;
  /** Of a sequence: what its recurrence knows of each step. */
  readonly chain: SummedChain | null;
  /** What probabilities are read off, where they were asked for (see `marginalOf`). */
  readonly probe: { readonly zero: Named; readonly total: Named } | null;
}

/** The values of a site, laid along its axis: the joint values of all entries of one element, the last one fastest. */
export function valuesOf(context: Context, site: EnumeratedSite): Named {
  const { b, numbers } = context;
  // one entry of a sequence stands for all
  const shape = site.chain ? [] : site.node.type.shape.map(numbers.size);
  const entries = sizeOf(shape);
  const each = site.upper - site.lower + 1;
  const table = Array.from({ length: site.count * entries }, (_, at) => {
    const joint = Math.floor(at / entries);
    const place = entries - 1 - (at % entries);
    return site.lower + (Math.floor(joint / each ** place) % each);
  });
  return { value: b.array([site.count, ...shape], table), axes: [site.axis], rank: shape.length };
}

/** log of the prior probability of each of a site's values; -Infinity for those its bounds rule out. */
export function enumeratedPrior(context: Context, site: EnumeratedSite, x: Named): Named {
  const { b, n } = context;
  const { node, axis } = site;
  const { type, truncated } = node;
  const dist = present(node.dist, "a distribution");
  // a sequence's own probabilities are in its recurrence
  if (site.chain) return n.number(0);
  if (dist.kind === "family" && dist.family === "categorical" && !truncated && x.rank === 0) {
    // the table of probabilities is the answer: no entry of it needs to be looked up
    const { p, logits } = dist.args;
    const table = lowerExpr(context, present(p ?? logits, "p or logits"));
    return n.nameAxis(p ? n.log(table) : n.logSoftmax(table), 0, axis);
  }
  if (site.fixed && !truncated) return logDensityOf(context, dist, x);
  const bounds = [type.lower, type.upper].map((end) => lowerExpr(context, end as Expr));
  const [lower, upper] = bounds as [Named, Named];
  const inside = n.map([x, lower, upper], (v, l, u) => b.mul(b.lessEqual(l, v), b.lessEqual(v, u)));
  const safe = n.map([x, lower, upper], (v, l, u) => b.min(b.max(v, l), u));
  const missed = n.sumOwn(n.each(inside, (value) => b.sub(b.constant(1), value)));
  const density = logDensityOf(context, dist, safe);
  const masked = n.map([missed, density], (off, log) => b.where(off, b.constant(-Infinity), log));
  return truncated ? n.sub(masked, n.logSumExp(masked, [axis])) : masked;
}

/** A term, or what is left of some, and the plates it stands in. */
interface Factor {
  readonly value: Named;
  readonly plates: readonly PlateId[];
}

/** Sums a group's sites out of its terms, which stand in the order of the group's nodes. */
export function sumOut(
  context: Context,
  { steps, nodes, sites }: Group,
  terms: readonly Named[],
  marginals: boolean,
): { readonly value: Named; readonly sites: readonly SummedOut[] } {
  const { n } = context;
  const probes = new Map<string, Named>();
  const factors = terms.map((value, at): Factor => {
    const node = present(nodes[at], "the node of a term");
    const { plates } = node;
    const site = sites.find((each) => each.node === node);
    if (!marginals || !site) return { value, plates };
    const zero = zerosFor(context, site, sites, terms);
    probes.set(site.name, zero);
    return site.chain ? { value, plates } : { value: n.add(value, zero), plates };
  });
  const factor = (id: number): Factor => present(factors[id], "a factor");
  const summed: Omit<SummedOut, "probe">[] = [];
  for (const step of steps) {
    if (step.kind === "sum out") {
      const { site } = step;
      const from = step.from.map(factor);
      const joined = n.add(...from.map(({ value }) => value));
      summed.push({ site, factor: joined, chain: null });
      const [{ plates } = { plates: [] }] = from;
      factors.push({ value: n.logSumExp(joined, [site.axis]), plates });
    } else if (step.kind === "sum chain") {
      const { site } = step;
      const given = step.from.map((id, i) => ({ value: factor(id).value, link: step.links[i] ?? null }));
      const chain = sumChain(context, site, given, probes.get(site.name) ?? null);
      summed.push({ site, factor: chain.total, chain });
      factors.push({ value: chain.total, plates: site.node.plates });
    } else {
      const from = factor(step.from);
      const kept = from.plates.filter((plate) => !step.plates.includes(plate));
      factors.push({ value: overPlates(context, from, kept), plates: kept });
    }
  }
  const { value } = present(factors.at(-1), "a factor");
  assert(
    sites.every(({ axis }) => !value.axes.includes(axis)),
    "every site is summed out",
  );
  return {
    value,
    sites: summed.map(({ site, factor, chain }) => {
      const zero = probes.get(site.name);
      return { site, factor, chain, probe: zero ? { zero, total: value } : null };
    }),
  };
}

/** Zeros along every axis that a site's probabilities may vary over: d log Z / d zeros are the probabilities. */
function zerosFor(
  { b, order, model }: Context,
  site: EnumeratedSite,
  sites: readonly EnumeratedSite[],
  terms: readonly Named[],
): Named {
  const plate = (axis: Axis): boolean => model.plates.some(({ id }) => id === axis);
  const other = (axis: Axis): boolean => sites.some((each) => each !== site && each.axis === axis);
  const steps = site.chain ? [site.chain.steps] : [];
  const varies = new Set([...terms.flatMap((term) => term.axes), ...site.node.plates, site.axis, ...steps]);
  const axes = order.axes.filter(
    (axis) => varies.has(axis) && !other(axis) && (!plate(axis) || site.node.plates.includes(axis)),
  );
  return { value: b.fill(axes.map(order.size), 0), axes, rank: 0 };
}

/**
 * The probability of each value of every entry of a site, given the data and whatever the terms were computed from:
 * own axes [shape..., upper - lower + 1], named axes those of the draws and of the site's plates.
 */
export function marginalOf(context: Context, { site, probe }: SummedOut): Named {
  const { b, n } = context;
  const { zero, total } = present(probe, "marginals were asked for");
  const [gradient] = pullback(b, total.value, [zero.value]);
  const joint = { ...zero, value: present(gradient, "a derivative") };
  if (site.chain) return n.ownAxes(joint, [site.chain.steps, site.axis]);
  if (site.node.type.shape.length === 0) return n.ownAxes(joint, [site.axis]);
  const x = valuesOf(context, site);
  const each = site.upper - site.lower + 1;
  const numbers = b.shift(b.iota(each), site.lower);
  const wide = { ...x, value: b.expand(x.value, -1), rank: x.rank + 1 };
  return n.sum(
    n.map([joint, wide], (p, v) => b.mul(p, b.equal(v, numbers))),
    [site.axis],
  );
}

/**
 * One draw of every site that was summed out, given all the rest: backwards through the order in which they were summed
 * out, each given those that were summed out after it. Replaces the sites' values in the context. `draws` are axes
 * along which the draws of a site must differ even where their probabilities do not.
 */
export function drawSummedOut(
  context: Context,
  summedOut: readonly SummedOut[],
  draws: (site: EnumeratedSite) => readonly Axis[],
): void {
  const { b, n, values } = context;
  const chosen = new Map<EnumeratedSite, { readonly mask: Named; readonly links: readonly Link[] }>();
  for (const { site, factor, chain } of [...summedOut].reverse()) {
    const { name, axis, node } = site;
    const given = (term: Named): Named => {
      let sofar = term;
      for (const [other, { mask, links }] of chosen) {
        if (!sofar.axes.includes(other.axis)) continue;
        const here = other.chain ? alongPlate(context, other, mask, links, site) : mask;
        sofar = select(context, here, sofar, other.axis);
      }
      return sofar;
    };
    const vary = [...draws(site), ...node.plates];
    b.from(node.span, `draws of ${name}`, () => {
      if (chain) {
        const mask = drawChain(context, site, given(chain.forward), given(chain.transition), vary);
        chosen.set(site, { mask, links: chain.links });
        const entry = select(context, mask, valuesOf(context, site), axis);
        values.set(name, site.chain ? n.ownAxes(entry, [site.chain.steps]) : entry);
        return;
      }
      const mask = choose(context, site, given(factor), vary);
      chosen.set(site, { mask, links: [] });
      values.set(name, select(context, mask, valuesOf(context, site), axis));
    });
  }
}

/** The entries of a term at the place along an axis where the mask is 1; nothing else leaks, infinities included. */
function select({ b, n }: Context, mask: Named, term: Named, axis: Axis): Named {
  const own = {
    ...mask,
    value: b.reshape(mask.value, [...b.shapeOf(mask.value), ...ones(term.rank)]),
    rank: term.rank,
  };
  const kept = n.map([own, term], (m, v) => b.where(m, v, b.constant(0)));
  return n.sum(kept, [axis]);
}

const ones = (count: number): number[] => new Array<number>(count).fill(1);

/** 1 at one place along the site's axis, 0 elsewhere, in proportion to exp(factor). */
function choose(context: Context, site: EnumeratedSite, factor: Named, vary: readonly Axis[]): Named {
  const { b, n, order } = context;
  const outer = order.axes.filter((axis) => axis !== site.axis && (vary.includes(axis) || factor.axes.includes(axis)));
  const logs = n.broadcast(n.ownAxes(factor, [site.axis]), outer);
  const uniform = b.input(inputName.values(site.name), [...n.sizes(outer), 1], "noise", "uniform");
  return n.nameAxis(n.named(oneOf(b, logs, uniform), outer), 0, site.axis);
}
