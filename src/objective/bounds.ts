import type { Axis, AxisOrder, Named } from "../program/named.ts";
import { elementwise, reduceAxes } from "../program/named.ts";
import type { Builder } from "../program/builder.ts";
import type { Baseline, BoundName } from "./options.ts";

/** How a bound averages the matrix of log weights log w[t, k], nats. */
export interface BoundRule {
  /** Who draws: every component T times, or the mixture T times. */
  readonly draws: "each component" | "mixture";
  /** Over draws: the mean of log w, or the log of the mean of w. */
  readonly overDraws: "mean of logs" | "log of mean";
  /** Over components, by their weights: outside the logarithm or inside it; none when the mixture draws. */
  readonly overComponents: "none" | "outside" | "inside";
  readonly source: string;
}

// prettier-ignore
/** Reading down a column is reading the literature. */
export const bounds: { readonly [K in BoundName]: BoundRule } = {
  elbo:  { draws: "mixture",        overDraws: "mean of logs", overComponents: "none",    source: "Jordan et al. (1999); Kingma & Welling (2014)" },
  selbo: { draws: "each component", overDraws: "mean of logs", overComponents: "outside", source: "Morningstar et al. (2021), section 3" },
  iwae:  { draws: "mixture",        overDraws: "log of mean",  overComponents: "none",    source: "Burda et al. (2016)" },
  siwae: { draws: "each component", overDraws: "log of mean",  overComponents: "inside",  source: "Morningstar et al. (2021), section 3" },
};

/** The log weights of a block's draws and what averages them. */
export interface Weights {
  /** log w: axes outer..., draw, plates..., and component when every component draws. */
  readonly logW: Named;
  /** log alpha along the component axis; null when the mixture draws or K = 1. */
  readonly logAlpha: Named | null;
  readonly draw: Axis;
  readonly component: Axis;
  readonly T: number;
}

/** The bound: draw and component axes are averaged away. */
export function boundValue(
  b: Builder,
  order: AxisOrder,
  rule: BoundRule,
  { logW, logAlpha, draw, component, T }: Weights,
): Named {
  if (rule.overDraws === "mean of logs") {
    const overDraws = reduceAxes(logW, [draw], b.mean.bind(b));
    return averageOutside(b, order, overDraws, logAlpha, component);
  }
  const weighted = logAlpha === null ? logW : elementwise(b, order, [logW, logAlpha], b.add);
  const total = reduceAxes(weighted, [draw, component], b.logSumExp);
  return T === 1 ? total : { ...total, value: b.shift(total.value, -Math.log(T)) };
}

/**
 * The same for the draws of a local block below a global one. The bound is a function of the global draws' log weights,
 * each of which holds a local bound for every datum: `local` is what the local draws' own signal would be, were that
 * bound alone, and `factor` how often it counts. Axes of both blocks.
 */
export function signalBelow(
  b: Builder,
  order: AxisOrder,
  rule: BoundRule,
  { logW, logAlpha, draw, component, T }: Weights,
  local: Named,
  factor: number,
  baseline: Baseline,
): Named {
  const alpha = logAlpha === null ? null : { ...logAlpha, value: b.stop(logAlpha.value) };
  const held = { ...logW, value: b.stop(logW.value) };
  if (rule.overDraws === "mean of logs") {
    // the bound is linear in the log weights
    const each = { ...local, value: b.scale(factor / T, local.value) };
    if (alpha === null) return each;
    return elementwise(b, order, [each, alpha], (s, log) => b.mul(b.exp(log), s));
  }
  const weighted = alpha === null ? held : elementwise(b, order, [held, alpha], b.add);
  const total = reduceAxes(weighted, [draw, component], b.logSumExp);
  if (baseline === "none")
    return elementwise(b, order, [local, total], (s, all) => b.add(b.scale(0, s), b.shift(all, -Math.log(T))));
  // how far the whole bound lies above what it would be without this draw: its global draw then weighs e^-signal as much
  const others = logOthers(b, order, weighted, [draw, component]);
  return elementwise(b, order, [weighted, others, total, local], (own, rest, all, signal) => {
    const less = b.sub(own, b.scale(factor, signal));
    const larger = b.max(rest, less);
    return b.sub(all, b.add(larger, b.log1p(b.exp(b.sub(b.min(rest, less), larger)))));
  });
}

/** The log of the sum of all weights but one, for each of them: of the largest by itself, see `logWithout`. */
export function logOthers(b: Builder, order: AxisOrder, logs: Named, axes: readonly Axis[]): Named {
  const largest = reduceAxes(logs, axes, b.reduceMax);
  const relative = elementwise(b, order, [logs, largest], (w, m) => b.exp(b.sub(w, m)));
  const total = reduceAxes(relative, axes, b.sum);
  const leads = elementwise(b, order, [logs, largest], b.equal);
  const leaders = reduceAxes(leads, axes, b.sum);
  const below = elementwise(b, order, [leads, logs, largest], (lead, w, m) => b.where(lead, b.shift(m, -vanishing), w));
  const rest = reduceAxes(below, axes, b.logSumExp);
  return elementwise(b, order, [leads, leaders, rest, relative, total, largest], (lead, n, without, one, all, m) => {
    const alone = b.mul(lead, b.equal(n, b.constant(1)));
    const left = b.log(b.max(b.sub(all, one), b.constant(1e-30)));
    return b.where(alone, without, b.add(m, left));
  });
}

/** sum_k alpha_k x_k */
function averageOutside(b: Builder, order: AxisOrder, x: Named, logAlpha: Named | null, component: Axis): Named {
  if (logAlpha === null) return reduceAxes(x, [component], b.sum);
  const weighted = elementwise(b, order, [x, logAlpha], (value, log) => b.mul(b.exp(log), value));
  return reduceAxes(weighted, [component], b.sum);
}

/**
 * What multiplies grad log q(z) of each draw in the score-function estimator: how much better that draw made the
 * bound, held constant. Same axes as log w. `loo` subtracts what the other draws of the same stratum lead one to
 * expect (for the log-of-mean bounds as in VIMCO, Mnih & Rezende 2016, with the arithmetic mean): no bias, less noise.
 */
export function learningSignal(
  b: Builder,
  order: AxisOrder,
  rule: BoundRule,
  weights: Weights,
  baseline: Baseline,
): Named {
  const { draw, T, logAlpha } = weights;
  const logW = { ...weights.logW, value: b.stop(weights.logW.value) };
  const others = (x: Named): Named => {
    const total = reduceAxes(x, [draw], b.sum);
    return elementwise(b, order, [x, total], (one, all) => b.scale(1 / (T - 1), b.sub(all, one)));
  };
  if (rule.overDraws === "mean of logs") {
    const signal = baseline === "none" ? logW : elementwise(b, order, [logW, others(logW)], b.sub);
    const each = { ...signal, value: b.scale(1 / T, signal.value) };
    if (logAlpha === null) return each;
    return elementwise(b, order, [each, logAlpha], (s, log) => b.mul(b.exp(b.stop(log)), s));
  }
  const alpha = logAlpha === null ? null : { ...logAlpha, value: b.stop(logAlpha.value) };
  const whole = boundValue(b, order, rule, { ...weights, logW, logAlpha: alpha });
  if (baseline === "none") return elementwise(b, order, [logW, whole], (w, all) => b.add(b.scale(0, w), all));
  return elementwise(b, order, [whole, logWithout(b, order, weights, alpha, others)], (all, log) =>
    b.sub(b.shift(all, Math.log(T)), log),
  );
}

/** Log weights this far below the largest are as good as none. */
export const vanishing = 1e6;

/**
 * The log of the sum of all weights with one of them replaced by the mean of the others of its stratum, for each of
 * them; `others` is that mean. A weight that outweighs all others together cannot be taken off their sum, of which
 * rounding would be left, and what is left would depend on that very draw, which biases the estimator: the others are
 * then added up by themselves.
 */
function logWithout(
  b: Builder,
  order: AxisOrder,
  { logW, draw, component, T }: Weights,
  logAlpha: Named | null,
  others: (x: Named) => Named,
): Named {
  const axes = [draw, component];
  const stopped = { ...logW, value: b.stop(logW.value) };
  const weighted = logAlpha === null ? stopped : elementwise(b, order, [stopped, logAlpha], b.add);
  const largest = reduceAxes(weighted, axes, b.reduceMax);
  const relative = elementwise(b, order, [weighted, largest], (w, m) => b.exp(b.sub(w, m)));
  const total = reduceAxes(relative, axes, b.sum);
  const tiny = b.constant(1e-30);
  const common = elementwise(b, order, [relative, total, others(relative), largest], (one, all, rest, m) =>
    b.add(m, b.log(b.max(b.add(b.sub(all, one), rest), tiny))),
  );

  const leads = elementwise(b, order, [weighted, largest], b.equal);
  const leaders = reduceAxes(leads, axes, b.sum);
  const alone = elementwise(b, order, [leads, leaders], (lead, n) => b.mul(lead, b.equal(n, b.constant(1))));
  const below = elementwise(b, order, [alone, weighted, largest], (first, w, m) =>
    b.where(first, b.shift(m, -vanishing), w),
  );
  const second = elementwise(b, order, [reduceAxes(below, axes, b.reduceMax), largest], (w, m) =>
    b.max(w, b.shift(m, -vanishing)),
  );
  const rest = elementwise(b, order, [alone, weighted, second], (first, w, m) =>
    b.where(first, b.constant(0), b.exp(b.sub(w, m))),
  );
  const both = elementwise(
    b,
    order,
    [reduceAxes(rest, axes, b.sum), reduceAxes(rest, [draw], b.sum), second],
    (all, stratum, m) => b.add(m, b.log(b.max(b.add(all, b.scale(1 / (T - 1), stratum)), tiny))),
  );
  return elementwise(b, order, [alone, both, common], b.where);
}
