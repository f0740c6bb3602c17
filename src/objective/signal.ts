import type { Axis, Named } from "../program/named.ts";
import type { NamedBuilder } from "../program/named-builder.ts";
import { boundValue, byAlpha, logMean, logOthers, vanishing, type Weights } from "./average.ts";
import type { BoundRule } from "./bounds/bound.ts";
import type { Baseline } from "./baselines.ts";

// What multiplies grad log q(z) of each draw in the score-function estimator: how much better that draw made the bound.

/** The weights as constants: a signal is held constant, and so is all that it is made of. */
function held(n: NamedBuilder, { logW, logAlpha, ...rest }: Weights): Weights {
  return { ...rest, logW: n.stopGradient(logW), logAlpha: logAlpha === null ? null : n.stopGradient(logAlpha) };
}

/** The axes that stand inside a logarithm of means, and their log weights; alpha is outside where components are. */
function insideLog(n: NamedBuilder, rule: BoundRule, { logW, logAlpha, draw, component }: Weights) {
  if (rule.overComponents === "outside") return { weighted: logW, axes: [draw], outside: logAlpha };
  const weighted = logAlpha === null ? logW : n.add(logW, logAlpha);
  return { weighted, axes: [draw, component], outside: null };
}

/**
 * The signal of each draw, held constant. Same axes as log w. `loo` subtracts what the other draws of the same stratum
 * lead one to expect (for logs of means as in VIMCO, Mnih & Rezende 2016, with the arithmetic mean): no bias, less
 * noise.
 */
export function learningSignal(n: NamedBuilder, rule: BoundRule, weights: Weights, baseline: Baseline): Named {
  const { draw, T } = weights;
  const constant = held(n, weights);
  const { logW, logAlpha } = constant;
  const others = (x: Named): Named => {
    const total = n.sum(x, [draw]);
    return n.map([x, total], (one, all) => n.b.scale(1 / (T - 1), n.b.sub(all, one)));
  };
  if (rule.overDraws === "mean of logs") {
    const signal = baseline === "none" ? logW : n.sub(logW, others(logW));
    const each = n.scale(1 / T, signal);
    return logAlpha === null ? each : byAlpha(n, logAlpha, each);
  }
  const { weighted, axes, outside } = insideLog(n, rule, constant);
  const whole = outside === null ? boundValue(n, rule, constant) : logMean(n, weighted, axes, T);
  const signal =
    baseline === "none"
      ? n.map([logW, whole], (w, all) => n.b.add(n.b.scale(0, w), all))
      : n.map([whole, logWithout(n, { weighted, axes }, { draw, T }, others)], (all, log) =>
          n.b.sub(n.b.shift(all, Math.log(T)), log),
        );
  return outside === null ? signal : byAlpha(n, outside, signal);
}

/**
 * The same for the draws of a local block below a global one. The bound is a function of the global draws' log weights,
 * each of which holds a local bound for every datum: `local` is what the local draws' own signal would be, were that
 * bound alone, and `factor` how often it counts. Axes of both blocks.
 */
export function signalBelow(
  n: NamedBuilder,
  rule: BoundRule,
  weights: Weights,
  { local, factor, baseline }: { readonly local: Named; readonly factor: number; readonly baseline: Baseline },
): Named {
  const { b } = n;
  const { T } = weights;
  const constant = held(n, weights);
  if (rule.overDraws === "mean of logs") {
    // the bound is linear in the log weights
    const each = n.scale(factor / T, local);
    return constant.logAlpha === null ? each : byAlpha(n, constant.logAlpha, each);
  }
  const { weighted, axes, outside } = insideLog(n, rule, constant);
  const total = n.logSumExp(weighted, axes);
  const signal = (): Named => {
    if (baseline === "none") return n.map([local, total], (s, all) => b.add(b.scale(0, s), b.shift(all, -Math.log(T))));
    // how far the whole bound lies above what it would be without this draw: its global draw then weighs e^-signal as much
    return n.map([weighted, logOthers(n, weighted, axes), total, local], (own, rest, all, one) => {
      const less = b.sub(own, b.scale(factor, one));
      const larger = b.max(rest, less);
      return b.sub(all, b.add(larger, b.log1p(b.exp(b.sub(b.min(rest, less), larger)))));
    });
  };
  return outside === null ? signal() : byAlpha(n, outside, signal());
}

/**
 * The log of the sum of all weights with one of them replaced by the mean of the others of its stratum, for each of
 * them; `others` is that mean. A weight that outweighs all others together cannot be taken off their sum, of which
 * rounding would be left, and what is left would depend on that very draw, which biases the estimator: the others are
 * then added up by themselves.
 */
function logWithout(
  n: NamedBuilder,
  { weighted, axes }: { readonly weighted: Named; readonly axes: readonly Axis[] },
  { draw, T }: Pick<Weights, "draw" | "T">,
  others: (x: Named) => Named,
): Named {
  const { b } = n;
  const largest = n.reduceMax(weighted, axes);
  const relative = n.map([weighted, largest], (w, m) => b.exp(b.sub(w, m)));
  const total = n.sum(relative, axes);
  const tiny = b.constant(1e-30);
  const common = n.map([relative, total, others(relative), largest], (one, all, rest, m) =>
    b.add(m, b.log(b.max(b.add(b.sub(all, one), rest), tiny))),
  );

  const leads = n.equal(weighted, largest);
  const leaders = n.sum(leads, axes);
  const alone = n.map([leads, leaders], (lead, count) => b.mul(lead, b.equal(count, b.constant(1))));
  const below = n.map([alone, weighted, largest], (first, w, m) => b.where(first, b.shift(m, -vanishing), w));
  const second = n.map([n.reduceMax(below, axes), largest], (w, m) => b.max(w, b.shift(m, -vanishing)));
  const rest = n.map([alone, weighted, second], (first, w, m) => b.where(first, b.constant(0), b.exp(b.sub(w, m))));
  const both = n.map([n.sum(rest, axes), n.sum(rest, [draw]), second], (all, stratum, m) =>
    b.add(m, b.log(b.max(b.add(all, b.scale(1 / (T - 1), stratum)), tiny))),
  );
  return n.where(alone, both, common);
}
