import { quantile } from "../../numeric/statistics.ts";
import { count } from "../numbers.ts";
import { looks, palette, titleOf, type Spec, type Titled } from "./spec.ts";

/** Points that a line is drawn through. */
const mostPoints = 300;
/** The share of a run that the moving average looks at. */
const windowShare = 1 / 50;

/** The bound at each step of training, thinned, and its moving average. What is not finite is left out. */
export function tracePlot(trace: ArrayLike<number>, titled: Titled & { readonly y?: string }): Spec {
  const width = 520;
  const all = Array.from(trace);
  const window = Math.max(1, Math.round(all.length * windowShare));
  const finite = all.flatMap((bound, step) => (Number.isFinite(bound) ? [{ step, bound }] : []));
  const every = Math.max(1, Math.ceil(finite.length / mostPoints));
  const raw = finite.filter((_, nth) => nth % every === 0);
  const smooth = averages(all, window).filter(({ step }) => step % every === 0 || step === all.length - 1);
  const { domain, cut } = visible(
    raw.map(({ bound }) => bound),
    smooth.map(({ bound }) => bound),
  );
  const x = {
    field: "step",
    type: "quantitative" as const,
    title: "step",
    scale: { nice: false },
    axis: { grid: false, format: ",.0f" },
  };
  const y = {
    field: "bound",
    type: "quantitative" as const,
    title: titled.y ?? "bound, nats",
    scale: { domain, nice: false, zero: false },
  };
  // a line through a single place is not to be seen
  const point = raw.length === 1;
  const told = [
    every === 1 ? "Faint: each step." : `Faint: one step in ${count(every)}.`,
    ...(window > 1 ? [`Line: the mean of ${count(window)} steps.`] : []),
    ...(finite.length < all.length ? ["Steps whose bound is not finite are left out."] : []),
    ...(cut > 0 ? ["What lies below the plot is cut off."] : []),
  ];
  return {
    title: titleOf(titled, width, told.join(" ")),
    width,
    height: 280,
    config: looks,
    layer: [
      {
        data: { values: raw },
        mark: { type: "line", color: palette[0], opacity: 0.3, strokeWidth: 1, clip: true, point },
        encoding: { x, y },
      },
      {
        data: { values: smooth },
        mark: { type: "line", color: palette[0], strokeWidth: 2.2, clip: true },
        encoding: { x, y },
      },
    ],
  };
}

/** The mean of the last `window` steps at each step, of those that are finite. */
function averages(all: readonly number[], window: number): { step: number; bound: number }[] {
  const averaged: { step: number; bound: number }[] = [];
  let sum = 0;
  let counted = 0;
  all.forEach((bound, step) => {
    const gone = all[step - window];
    if (Number.isFinite(bound)) {
      sum += bound;
      counted += 1;
    }
    if (gone !== undefined && Number.isFinite(gone)) {
      sum -= gone;
      counted -= 1;
    }
    if (counted > 0) averaged.push({ step, bound: sum / counted });
  });
  return averaged;
}

/** All of it, unless the start lies so low that nothing else would be seen: then from a little below the later run. */
function visible(raw: readonly number[], smooth: readonly number[]) {
  if (raw.length === 0) return { domain: [0, 1], cut: 0 };
  const [low, high] = [Math.min(...raw), Math.max(...raw)];
  const later = smooth.slice(Math.floor(smooth.length / 10));
  const settled = Math.min(quantile(raw, 0.02), ...later);
  const room = high - settled || Math.abs(high) || 1;
  const from = low < settled - 2 * room ? settled - 0.3 * room : low - 0.04 * (high - low || 1);
  return { domain: [from, high + 0.04 * room], cut: raw.filter((bound) => bound < from).length };
}
