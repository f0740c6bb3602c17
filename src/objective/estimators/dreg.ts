import type { Named } from "../../program/named.ts";
import type { NamedBuilder } from "../../program/named-builder.ts";
import { boundValue, logOthers, vanishing } from "../average.ts";
import type { BoundRule } from "../bounds/bound.ts";
import type { BlockWeights, Estimator } from "./estimator.ts";

/**
 * The doubly reparameterized gradient of a log of means (Tucker et al. 2019), for one component and for mixtures:
 * docs/decisions/0017-dreg.md derives both. The score of q inside log w is moved onto the draws, so that it
 * cancels against the path through them instead of standing there as noise. Unbiased.
 */
export const dreg: Estimator = {
  doc: "doubly reparameterized, for logs of means",
  source: "Tucker et al. (2019)",
  reparameterized: true,
  liveQ: "never",
  shares: true,
  extraDraws: 1,
  baseline: "the others",
  baselines: ["none"],
  refuses: ["a choice of component", "no double reparameterization", "jumps"],
  unbiased: ({ overDraws }) => overDraws === "log of mean",
  exact: false,
  surrogates: (n, rule, weights, weigh) => {
    const { logShare } = weights;
    const { bound, score } = logShare === null ? single(n, rule, weights) : leaveOneOut(n, weights, logShare);
    return { bound, guide: n.sub(bound, weigh(score)) };
  },
};

interface Parts {
  readonly bound: Named;
  /** What the score of q adds to the gradient, as a function of the draws; its value means nothing. */
  readonly score: Named;
}

/** E[W score] = E[W (1 - W) d log w / dz dz]: each draw is compared with the others. */
function single(n: NamedBuilder, rule: BoundRule, weights: BlockWeights): Parts {
  const { b } = n;
  const { logW, draw, component, T } = weights;
  const bound = boundValue(n, rule, weights);
  const share = n.map([logW, bound], (w, whole) =>
    b.exp(b.shift(b.sub(b.stopGradient(w), b.stopGradient(whole)), -Math.log(T))),
  );
  const each = n.map([share, logW], (W, w) => b.mul(b.sub(W, b.square(W)), w));
  return { bound, score: n.sum(each, [draw, component]) };
}

/**
 * One draw of each component more than the bound has: each in turn is left out of the bound, and stands in for any
 * draw of that bound whose score is wanted. Bounds and scores are averaged over which one is left out.
 */
function leaveOneOut(n: NamedBuilder, weights: BlockWeights, logShare: Named): Parts {
  const { b, order } = n;
  const { draw, component, member, left } = weights;
  const logAlpha = weights.logAlpha ?? n.number(0);
  const same = n.equal({ ...n.iota(draw), axes: [left] }, n.iota(draw));
  const without = n.map([same, n.add(weights.logW, logAlpha)], (out, log) =>
    b.where(out, b.constant(-(vanishing ** 2)), log),
  );
  const totals = n.logSumExp(without, [draw, component]);
  const bound = n.shift(n.mean(totals, [left]), -Math.log(order.size(draw) - 1));

  // the draw that is left out, in place of draw (t, k) of the bound: what it weighs, and all the others of that bound
  const rest = logOthers(n, n.stopGradient(without), [draw, component]);
  const others = n.rename(rest, component, member);
  const alpha = n.rename(n.stopGradient(logAlpha), component, member);
  const logW = n.rename(weights.logW, draw, left);
  const share = n.rename(logShare, draw, left);
  const weight = n.map([alpha, logW, others, same], (a, w, all, out) =>
    b.where(out, b.constant(0), b.sigmoid(b.sub(b.add(a, w), all))),
  );
  const swapped = n.map([share, logAlpha, alpha], (r, live, a) => b.exp(b.add(r, b.sub(live, a))));
  const total = n.sum(n.mul(swapped, n.sum(weight, [draw])), [component, member]);
  return { bound, score: n.mean(total, [left]) };
}
