import { assert, present } from "../base/assert.ts";
import { Builder } from "../program/builder.ts";
import type { Axis, Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Context } from "./context.ts";
import { lowerExpr } from "./expression.ts";
import type { EnumeratedSite, Link } from "../graph/elimination.ts";
import { inputName } from "../program/names.ts";

// Sequences of discrete states, z[0], z[1], ..., summed out step by step: the forward algorithm. T steps of S states cost
// T S^2. Rabiner (1989), A tutorial on hidden Markov models, section III.

/** A sequence that was summed out. */
export interface SummedChain {
  /** log of the sum over all sequences. */
  readonly total: Named;
  /** log p(terms of z[0] ... z[t], z[t] = s): own axes [T, S]. */
  readonly forward: Named;
  /** log p(z[t] = s' given z[t - 1] = s): own axes [S, S]. */
  readonly transition: Named;
  /** The plates whose elements look at its entries. */
  readonly links: readonly Link[];
}

/**
 * Sums a sequence out of its terms. Each stands in the plate of its link, whose elements look at one entry each; `probe`,
 * zeros along the steps, is added to them.
 */
export function sumChain(
  context: Context,
  site: EnumeratedSite,
  terms: readonly { readonly value: Named; readonly link: Link | null }[],
  probe: Named | null,
): SummedChain {
  const { b, n } = context;
  const { steps, length: T } = present(site.chain, "a sequence");
  const { dist } = site.node;
  assert(dist?.kind === "family", "a family of sequences");
  const logs = (name: string): Named => n.log(lowerExpr(context, present(dist.args[name], name)));
  const transition = logs("transition");
  const initial = logs("initial");
  const weights = terms.flatMap(({ value, link }) => (link ? [alongSteps(context, site, value, link)] : []));
  if (probe) weights.push(probe);
  const potential = n.ownAxes(n.add(n.number(0), ...weights), [steps, site.axis]);

  const S = site.count;
  const axes = n.unionAxes(initial, transition, potential);
  const outer = n.sizes(axes);
  const put = (term: Named): Value => n.spread(term, axes);
  const e = stepsFirst(b, put(potential));
  const row = (from: number, count: number): Value => b.narrow(e, 0, from, count);
  const first = b.add(put(initial), b.reshape(row(0, 1), b.shapeOf(e).slice(1)));
  const start = b.broadcast(first, [...outer, S]);
  let forward = b.expand(start, 0);
  let last = start;
  if (T > 1) {
    const move = put(transition);
    const body = forwardBody([...outer, S], b.shapeOf(e).slice(1), b.shapeOf(move));
    const args = new Map([
      ["alpha", start],
      ["potential", row(1, T - 1)],
      ["move", move],
    ]);
    const results = b.scan(body, T - 1, args);
    last = present(results.get("alpha"), "alpha");
    forward = b.concat([forward, present(results.get("states"), "states")], 0);
  }
  return {
    total: { value: b.logSumExp(last, [-1]), axes, rank: 0 },
    forward: { value: stepsLast(b, forward), axes, rank: 2 },
    transition,
    links: terms.flatMap(({ link }) => (link ? [link] : [])),
  };
}

/** One step: alpha'[s'] = log sum_s exp(alpha[s] + move[s, s']) + potential[s']. */
function forwardBody(state: Shape, potential: Shape, move: Shape) {
  const b = new Builder();
  const alpha = b.input("alpha", state, "state");
  const e = b.input("potential", potential, "feed");
  const m = b.input("move", move, "data");
  const next = b.add(b.logSumExp(b.add(b.expand(alpha, -1), m), [-2]), e);
  b.output("alpha", next, "alpha");
  b.output("states", next);
  return b.finish();
}

/** A term that stands in the plate of its link, laid along the steps: 0 for those that the plate does not look at. */
function alongSteps(context: Context, site: EnumeratedSite, term: Named, link: Link): Named {
  const { b, n, order, numbers } = context;
  const { steps, length: T } = present(site.chain, "a sequence");
  const own = n.ownAxes(term, [link.plate]);
  const at = own.axes.length;
  const from = numbers.size(link.offset);
  const after = T - from - order.size(link.plate);
  assert(from >= 0 && after >= 0, "a plate within the sequence");
  const zeros = b.shapeOf(own.value).map(() => 0);
  const value = from + after === 0 ? own.value : b.pad(own.value, zeros.with(at, from), zeros.with(at, after));
  return n.nameAxis({ ...own, value }, 0, steps);
}

/** A mask along the steps as another site sees it, along the plate that it stands in. */
export function alongPlate(
  context: Context,
  chain: EnumeratedSite,
  mask: Named,
  links: readonly Link[],
  { node }: EnumeratedSite,
): Named {
  const { b, n, order, numbers } = context;
  const { steps } = present(chain.chain, "a sequence");
  const link = present(
    links.find(({ plate }) => node.plates.includes(plate)),
    "a link",
  );
  const own = n.ownAxes(mask, [steps]);
  const rows = n.each(own, (value) =>
    b.narrow(value, own.axes.length, numbers.size(link.offset), order.size(link.plate)),
  );
  return n.nameAxis(rows, 0, link.plate);
}

/**
 * One draw of a whole sequence given all the rest, from its last step backwards: a mask along the site's steps and
 * values.
 */
export function drawChain(
  { b, n, order }: Context,
  site: EnumeratedSite,
  forward: Named,
  transition: Named,
  vary: readonly Axis[],
): Named {
  const { steps, length: T } = present(site.chain, "a sequence");
  const S = site.count;
  const axes = order.axes.filter(
    (axis) => vary.includes(axis) || forward.axes.includes(axis) || transition.axes.includes(axis),
  );
  const shape = n.sizes(axes);
  const alphas = stepsFirst(b, n.broadcast(forward, axes));
  const uniform = b.input(inputName.values(site.name), [T, ...shape, 1], "noise", "uniform");
  const only = (value: Value, at: number): Value => b.reshape(b.narrow(value, 0, at, 1), b.shapeOf(value).slice(1));
  const last = oneOf(b, only(alphas, T - 1), only(uniform, T - 1));
  let masks = b.expand(last, 0);
  if (T > 1) {
    const move = n.spread(transition, axes);
    const body = backwardBody([...shape, S], b.shapeOf(move));
    const args = new Map([
      ["next", last],
      ["alpha", b.narrow(alphas, 0, 0, T - 1)],
      ["uniform", b.narrow(uniform, 0, 0, T - 1)],
      ["move", move],
    ]);
    const results = b.scan(body, T - 1, args, true);
    masks = b.concat([present(results.get("masks"), "masks"), masks], 0);
  }
  const own: Named = { value: stepsLast(b, masks), axes, rank: 2 };
  return n.nameAxis(n.nameAxis(own, 0, steps), 0, site.axis);
}

/** One step back: z[t] given z[t + 1], in proportion to exp(alpha[s] + move[s, z[t + 1]]). */
function backwardBody(state: Shape, move: Shape) {
  const b = new Builder();
  const next = b.input("next", state, "state");
  const alpha = b.input("alpha", state, "feed");
  const uniform = b.input("uniform", [...state.slice(0, -1), 1], "feed");
  const m = b.input("move", move, "data");
  const into = b.sum(b.where(b.expand(next, -2), m, b.constant(0)), [-1]);
  const mask = oneOf(b, b.add(alpha, into), uniform);
  b.output("next", mask, "next");
  b.output("masks", mask);
  return b.finish();
}

/**
 * 1 at one place along the last axis, 0 elsewhere, in proportion to exp(logs): the last place whose predecessors weigh
 * no more than a uniform share [..., 1] of the whole.
 */
export function oneOf(b: Builder, logs: Value, uniform: Value): Value {
  const shape = b.shapeOf(logs);
  const [lead, S] = [shape.slice(0, -1), shape.at(-1)!];
  if (S === 1) return b.fill(shape, 1);
  const zero = b.fill([...lead, 1], 0);
  const upTo = b.cumsum(b.exp(b.logSoftmax(logs)), -1);
  const before = b.concat([zero, b.narrow(upTo, -1, 0, S - 1)], lead.length);
  const reached = b.lessEqual(before, b.mul(uniform, b.narrow(upTo, -1, S - 1, 1)));
  return b.sub(reached, b.concat([b.narrow(reached, -1, 1, S - 1), zero], lead.length));
}

/** [..., T, S] to [T, ..., S], and back. */
function stepsFirst(b: Builder, value: Value): Value {
  const rank = b.shapeOf(value).length;
  const lead = Array.from({ length: rank - 2 }, (_, i) => i);
  return b.transpose(value, [rank - 2, ...lead, rank - 1]);
}
function stepsLast(b: Builder, value: Value): Value {
  const rank = b.shapeOf(value).length;
  const lead = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  return b.transpose(value, [...lead, 0, rank - 1]);
}
