import { mean, standardDeviation } from "../../numeric/statistics.ts";
import { cyclic, faint, looks, palette, titleOf, type Axis, type Layer, type Spec, type Titled } from "./spec.ts";

/** One measurement: of a method, at a setting. Repeats (seeds) are points that share both. */
export interface MetricPoint {
  readonly series: string;
  readonly x: number | string;
  readonly y: number;
}

export interface MetricPlotOptions extends Titled {
  /** Names of the axes. */
  readonly x: string;
  readonly y: string;
  readonly logX?: boolean;
  /** What the band shows: from the smallest repeat to the largest, or one standard deviation on either side of the mean. */
  readonly spread?: "range" | "sd";
  /** Horizontal lines to compare with. */
  readonly references?: readonly Reference[];
  /** Of the axes, pixels. */
  readonly width?: number;
  readonly height?: number;
}

interface Reference {
  readonly y: number;
  readonly label: string;
}

/** The repeats of one method at one setting. */
interface Group {
  readonly series: string;
  readonly x: number | string;
  readonly n: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Beyond so many values, numbers stand where they belong on a line. */
const mostCategories = 8;
/** Between two names beside the plot, pixels. */
const lineHeight = 16;

/**
 * A measure against a setting, for several methods: a line through the means over repeats, a band of their spread, and
 * every repeat as a ring; the name of each method at the right end of its line. Words along x are categories in the
 * order in which they come, and so are up to eight whole numbers, in their own order: K = 1, 2, 5, 10, 20 are then
 * equally far apart. What is not finite is left out.
 */
export function metricPlot(points: readonly MetricPoint[], options: MetricPlotOptions): Spec {
  const { spread = "range", references = [], width = 440, height = 300 } = options;
  const finite = points.filter(({ y }) => Number.isFinite(y));
  const series = [...new Set(points.map((point) => point.series))];
  const { order, x } = horizontal(points, options);
  const groups = series.flatMap((name) =>
    order.flatMap((at): Group[] => {
      const same = finite.filter((point) => point.series === name && point.x === at);
      const ys = same.map(({ y }) => y);
      return ys.length === 0 ? [] : [{ series: name, x: at, n: ys.length, ...spreadOf(ys, spread) }];
    }),
  );
  const domain = domainOf([
    ...groups.flatMap(({ low, high }) => [low, high]),
    ...finite.map(({ y }) => y),
    ...references.map(({ y }) => y),
  ]);
  const y: Axis = {
    field: "y",
    type: "quantitative",
    title: options.y,
    scale: { domain, nice: false, zero: false },
  };
  const range = series.map((_, i) => cyclic(palette, i));
  const color = {
    field: "series",
    type: "nominal" as const,
    scale: { domain: series, range },
    legend: null,
  };
  const repeated = groups.some(({ n }) => n > 1);
  const layer: readonly (Layer | false)[] = [
    repeated && {
      mark: { type: "area", opacity: 0.16 },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
    },
    ...references.map((reference) => rule(reference, groups, order, options.y)),
    {
      mark: { type: "line", strokeWidth: 2.2, point: { size: 46, filled: true } },
      encoding: { x, y: { ...y, field: "mean" }, color },
    },
    repeated && {
      data: { values: finite.map((point) => ({ ...point })) },
      mark: { type: "point", size: 20, strokeWidth: 1, opacity: 0.75 },
      encoding: { x, y, color },
    },
    ...(series.length > 1 ? names(groups, series, domain, width, height) : []),
  ];
  return {
    title: titleOf(options, width, ...(repeated ? [caption(groups, spread)] : [])),
    width,
    height,
    config: looks,
    data: { values: groups },
    layer: layer.filter((part) => part !== false),
  };
}

/** The values along x, in order, and how they are laid out. */
function horizontal(points: readonly MetricPoint[], { x: title, logX = false }: MetricPlotOptions) {
  const at = [...new Set(points.map(({ x }) => x))];
  const numbers = at.every((x) => typeof x === "number");
  const order = numbers ? at.toSorted((a, b) => a - b) : at;
  const few = at.length <= mostCategories;
  if (!numbers || (!logX && few && at.every((x) => Number.isInteger(x)))) {
    const axis = { labelAngle: 0, grid: false };
    return { order, x: { field: "x", title, type: "ordinal" as const, sort: order, axis } };
  }
  const type = logX ? { type: "log" as const } : { type: "linear" as const, zero: false };
  const scale = { ...type, nice: false, padding: 14 };
  const axis = { grid: false, ...(few ? { values: order as number[] } : {}) };
  return { order, x: { field: "x", title, type: "quantitative" as const, scale, axis } };
}

/** A twentieth wider than what is to be seen, at both ends. */
function domainOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) / 20 || Math.abs(high) / 20 || 1;
  return [low - margin, high + margin];
}

function spreadOf(ys: readonly number[], spread: "range" | "sd") {
  const centre = mean(ys);
  if (spread === "range") return { mean: centre, low: Math.min(...ys), high: Math.max(...ys) };
  const sd = ys.length > 1 ? standardDeviation(ys) : 0;
  return { mean: centre, low: centre - sd, high: centre + sd };
}

/** What line, band and rings are. */
function caption(groups: readonly Group[], spread: "range" | "sd"): string {
  const counts = groups.map(({ n }) => n);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const repeats = least === most ? `${most}` : `${least} to ${most}`;
  const band = spread === "range" ? "from the smallest to the largest" : "one standard deviation on either side";
  return `Lines: means of ${repeats} repeats. Bands: ${band}. Rings: each repeat.`;
}

/** A dashed line across the plot, with its name at the end where there is more room. */
function rule(
  { y, label }: Reference,
  groups: readonly Group[],
  order: readonly (number | string)[],
  title: string,
): Layer {
  const room = (at: number | string | undefined): number =>
    Math.min(...groups.filter(({ x }) => x === at).map((group) => Math.abs(group.mean - y)));
  const left = room(order[0]) > room(order.at(-1));
  return {
    data: { values: [{ y, label }] },
    encoding: { y: { field: "y", type: "quantitative", title } },
    layer: [
      { mark: { type: "rule", strokeDash: [5, 4], color: faint, strokeWidth: 1.2 } },
      {
        mark: {
          type: "text",
          align: left ? "left" : "right",
          baseline: "bottom",
          dx: left ? 4 : 0,
          dy: -3,
          fontSize: 12,
          color: faint,
        },
        encoding: {
          x: { value: left ? 0 : "width" },
          text: { field: "label", type: "nominal" },
        },
      },
    ],
  };
}

/** The name of each series right of the plot, level with the end of its line, or as near as its neighbours leave room. */
function names(
  groups: readonly Group[],
  series: readonly string[],
  [low, high]: readonly [number, number],
  width: number,
  height: number,
): Layer[] {
  const ends = series
    .map((name, i) => {
      const end = groups.findLast((group) => group.series === name)?.mean ?? low;
      return { name, colour: cyclic(palette, i), at: (1 - (end - low) / (high - low)) * height };
    })
    .sort((a, b) => a.at - b.at);
  return apart(ends, lineHeight).map(({ name, colour, place }): Layer => ({
    data: { values: [{ name }] },
    mark: {
      type: "text",
      align: "left",
      baseline: "middle",
      fontSize: 12,
      fontWeight: "bold",
      color: colour,
      dx: 8,
    },
    encoding: {
      x: { value: width },
      y: { value: place },
      text: { field: "name", type: "nominal" },
    },
  }));
}

/** Gives things in the order of their places others at least `gap` apart: neighbours too close share their middle. */
function apart<T extends { readonly at: number }>(sorted: readonly T[], gap: number): (T & { place: number })[] {
  const clusters: { middle: number; things: readonly T[] }[] = [];
  const half = ({ things }: { things: readonly T[] }): number => ((things.length - 1) * gap) / 2;
  for (const thing of sorted) {
    let next = { middle: thing.at, things: [thing] };
    for (let last = clusters.at(-1); last; last = clusters.at(-1)) {
      if (last.middle + half(last) + gap <= next.middle - half(next)) break;
      clusters.pop();
      const things = [...last.things, ...next.things];
      const sum = last.middle * last.things.length + next.middle * next.things.length;
      next = { middle: sum / things.length, things };
    }
    clusters.push(next);
  }
  return clusters.flatMap((cluster) =>
    cluster.things.map((thing, i) => ({ ...thing, place: cluster.middle - half(cluster) + i * gap })),
  );
}
