import { elementwise, reduceAxes, type Axis, type AxisOrder, type Named } from "../program/named.ts";
import type { Builder } from "../program/builder.ts";
import { boundValue, logOthers, vanishing, type BoundRule, type Weights } from "./bounds.ts";

/**
 * The weights of a block whose log q holds q's parameters still, and what the score of q takes in addition for a
 * mixture that draws from every component.
 */
export interface DoublyWeights extends Weights {
  /**
   * log of each component's share of q at each draw, log alpha_k + log q_k(z) - log q(z), parameters held still: axes
   * of log w and `member`. Null where there is one component.
   */
  readonly logShare: Named | null;
  readonly member: Axis;
  /** Of draws that are left out, each in turn. */
  readonly left: Axis;
}

/** A bound, and the scalars whose gradients are taken in the parameters of the guide and in those of the model. */
export interface DoublyBound {
  readonly bound: Named;
  readonly guide: Named;
}

/**
 * The doubly reparameterized gradient of a log of means (Tucker et al. 2019), for one component and for mixtures:
 * docs/decisions/0017-dreg.md derives both. The score of q inside log w is moved onto the draws, so that it
 * cancels against the path through them instead of standing there as noise. Unbiased.
 *
 * The gradient in the model's parameters is that of `bound`.
 *
 * @param weigh  what beta makes of a term: the score of q counts beta times in log w
 */
export function doublyReparameterized(
  b: Builder,
  order: AxisOrder,
  rule: BoundRule,
  weights: DoublyWeights,
  weigh: (term: Named) => Named,
): DoublyBound {
  const { logShare } = weights;
  const { bound, score } =
    logShare === null ? single(b, order, rule, weights) : leaveOneOut(b, order, { ...weights, logShare });
  return { bound, guide: elementwise(b, order, [bound, weigh(score)], b.sub) };
}

interface Parts {
  readonly bound: Named;
  /** What the score of q adds to the gradient, as a function of the draws; its value means nothing. */
  readonly score: Named;
}

/** E[W score] = E[W (1 - W) d log w / dz dz]: each draw is compared with the others. */
function single(b: Builder, order: AxisOrder, rule: BoundRule, weights: DoublyWeights): Parts {
  const { logW, draw, component, T } = weights;
  const bound = boundValue(b, order, rule, weights);
  const share = elementwise(b, order, [logW, bound], (w, whole) =>
    b.exp(b.shift(b.sub(b.stop(w), b.stop(whole)), -Math.log(T))),
  );
  const each = elementwise(b, order, [share, logW], (W, w) => b.mul(b.sub(W, b.square(W)), w));
  return { bound, score: reduceAxes(each, [draw, component], b.sum) };
}

/**
 * One draw of each component more than the bound has: each in turn is left out of the bound, and stands in for any
 * draw of that bound whose score is wanted. Bounds and scores are averaged over which one is left out.
 */
function leaveOneOut(b: Builder, order: AxisOrder, weights: DoublyWeights & { readonly logShare: Named }): Parts {
  const { draw, component, member, left, logShare } = weights;
  const logAlpha = weights.logAlpha!;
  const N = order.size(draw);
  const count = (axis: Axis): Named => ({ value: b.iota(N), axes: [axis], rank: 0 });
  const same = elementwise(b, order, [count(left), count(draw)], b.equal);
  const without = (logs: Named): Named =>
    elementwise(b, order, [same, logs], (out, log) => b.where(out, b.constant(-(vanishing ** 2)), log));

  const weighted = without(elementwise(b, order, [weights.logW, logAlpha], b.add));
  const totals = reduceAxes(weighted, [draw, component], b.logSumExp);
  const mean = reduceAxes(totals, [left], b.mean.bind(b));
  const bound = { ...mean, value: b.shift(mean.value, -Math.log(N - 1)) };

  // the draw that is left out, in place of draw (t, k) of the bound: what it weighs, and all the others of that bound
  const rest = logOthers(b, order, stop(b, weighted), [draw, component]);
  const others = rename(rest, component, member);
  const alpha = rename(stop(b, logAlpha), component, member);
  const logW = rename(weights.logW, draw, left);
  const share = rename(logShare, draw, left);
  const weight = elementwise(b, order, [alpha, logW, others, same], (a, w, rest, out) =>
    b.where(out, b.constant(0), b.sigmoid(b.sub(b.add(a, w), rest))),
  );
  const swapped = elementwise(b, order, [share, logAlpha, alpha], (r, live, a) => b.exp(b.add(r, b.sub(live, a))));
  const each = elementwise(b, order, [swapped, reduceAxes(weight, [draw], b.sum)], b.mul);
  const total = reduceAxes(each, [component, member], b.sum);
  return { bound, score: reduceAxes(total, [left], b.mean.bind(b)) };
}

const stop = (b: Builder, term: Named): Named => ({ ...term, value: b.stop(term.value) });

/** The same values along another axis, which stands next to the first in the order of axes. */
function rename(term: Named, from: Axis, to: Axis): Named {
  return { ...term, axes: term.axes.map((axis) => (axis === from ? to : axis)) };
}
