import type { Axis, Named } from "../program/named.ts";
import type { NamedBuilder } from "../program/named-builder.ts";
import type { BoundRule } from "./bounds/bound.ts";

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
export function boundValue(n: NamedBuilder, rule: BoundRule, weights: Weights): Named {
  const { logW, logAlpha, draw, component, T } = weights;
  if (rule.overDraws === "mean of logs") return overComponents(n, n.mean(logW, [draw]), weights);
  if (rule.overComponents === "outside") return overComponents(n, logMean(n, logW, [draw], T), weights);
  return logMean(n, logAlpha === null ? logW : n.add(logW, logAlpha), [draw, component], T);
}

/** log (1 / T) sum exp x */
export function logMean(n: NamedBuilder, x: Named, axes: readonly Axis[], T: number): Named {
  const total = n.logSumExp(x, axes);
  return T === 1 ? total : n.shift(total, -Math.log(T));
}

/** sum_k alpha_k x_k */
function overComponents(n: NamedBuilder, x: Named, { logAlpha, component }: Weights): Named {
  return n.sum(logAlpha === null ? x : byAlpha(n, logAlpha, x), [component]);
}

/** alpha x */
export function byAlpha(n: NamedBuilder, logAlpha: Named, x: Named): Named {
  return n.map([x, logAlpha], (value, log) => n.b.mul(n.b.exp(log), value));
}

/** Log weights this far below the largest are as good as none. */
export const vanishing = 1e6;

/** The log of the sum of all weights but one, for each of them: of the largest by itself, see `logWithout`. */
export function logOthers(n: NamedBuilder, logs: Named, axes: readonly Axis[]): Named {
  const { b } = n;
  const largest = n.reduceMax(logs, axes);
  const relative = n.map([logs, largest], (w, m) => b.exp(b.sub(w, m)));
  const total = n.sum(relative, axes);
  const leads = n.equal(logs, largest);
  const leaders = n.sum(leads, axes);
  const below = n.map([leads, logs, largest], (lead, w, m) => b.where(lead, b.shift(m, -vanishing), w));
  const rest = n.logSumExp(below, axes);
  return n.map([leads, leaders, rest, relative, total, largest], (lead, count, without, one, all, m) => {
    const alone = b.mul(lead, b.equal(count, b.constant(1)));
    const left = b.log(b.max(b.sub(all, one), b.constant(1e-30)));
    return b.where(alone, without, b.add(m, left));
  });
}
