import { massThresholds, regionsAbove, type Grid } from "./regions.ts";
import { looks, palette, titleOf, type Spec, type Titled } from "./spec.ts";

/** Draws of some coordinates: `rows[draw][coordinate]`. */
export interface Sample {
  readonly label: string;
  readonly rows: readonly (readonly number[])[];
}

export interface DrawsPlotOptions extends Titled {
  /** Names of the coordinates, one or more; of two at a time every pair is drawn. */
  readonly coordinates: readonly string[];
  /**
   * The true density, known up to a factor: of two coordinates on a grid, of one at places `xs` (`ys` is [0]).
   * What it is the density of is said by `exactly`.
   */
  readonly exact?: Grid | null;
}

/** Shares of the mass that the outlined regions hold. */
const shares = [0.99, 0.9, 0.5];
const size = 250;

/** Draws of several samples, beside each other, over the true density where that is known. */
export function drawsPlot(samples: readonly Sample[], options: DrawsPlotOptions): Spec {
  const { coordinates, exact = null } = options;
  if (coordinates.length === 1) return linePlot(samples, options);
  const pairs = coordinates.flatMap((_, i) => coordinates.slice(i + 1).map((_, j) => [i, i + 1 + j] as const));
  const known = pairs.length === 1 && exact !== null;
  const told = known ? ["Shaded: the smallest regions that hold 50, 90 and 99 % of the exact posterior."] : [];
  // many panels show fewer draws each: every dot counts in the size of the file
  const shown = ({ rows }: Sample): number => Math.ceil((2 * rows.length) / (pairs.length + 1));
  const rows = pairs.map(([i, j]) => {
    const domain = (at: number) => domainOf(samples, at, known ? (at === i ? exact.xs : exact.ys) : []);
    return {
      spacing: 28,
      hconcat: samples.map((sample, nth) => {
        const x = axis("x", coordinates[i]!, domain(i));
        const y = axis("y", coordinates[j]!, domain(j));
        const dots = {
          data: {
            values: sample.rows.slice(0, shown(sample)).map((row) => ({ x: row[i], y: row[j] })),
          },
          mark: { type: "circle" as const, size: 12, opacity: 0.55, color: palette[nth + 1]!, aria: false, clip: true },
          encoding: { x, y },
        };
        return {
          width: size,
          height: size,
          title: { text: sample.label, fontSize: 13, fontWeight: "normal", anchor: "middle", offset: 8 },
          layer: known ? [...regions(exact, x, y), dots] : [dots],
        };
      }),
    };
  });
  const width = samples.length * (size + 50);
  return {
    title: titleOf(options, width, ...told),
    config: looks,

    ...(rows.length === 1 ? rows[0]! : { vconcat: rows }),
  } as unknown as Spec;
}

function regions(exact: Grid, x: object, y: object) {
  return massThresholds(exact.values, shares).map((threshold, level) => ({
    data: { values: outlined(regionsAbove(exact, threshold)) },
    mark: {
      type: "line" as const,
      fill: palette[0]!,
      fillOpacity: 0.22,
      stroke: palette[0]!,
      strokeOpacity: level === 0 ? 0.5 : 0,
      strokeWidth: 0.8,
      aria: false,
    },
    encoding: { x, y, detail: { field: "ring" }, order: { field: "at" } },
  }));
}

/** Outlines as rows that a line is drawn through, one line for each ring. Rounded to what can be seen. */
export function outlined(rings: readonly (readonly { readonly x: number; readonly y: number }[])[]) {
  return rings.flatMap((ring, nth) => ring.map(({ x, y }, at) => ({ x, y, ring: nth, at })));
}

function axis(field: "x" | "y", title: string, domain: readonly [number, number]) {
  return {
    field,
    type: "quantitative" as const,
    title,
    scale: { domain: [...domain], nice: false, zero: false },
    axis: { grid: false, tickCount: 5 },
  };
}

/** All of the grid, else the draws but for one in two hundred at each end. */
function domainOf(samples: readonly Sample[], at: number, grid: readonly number[]): [number, number] {
  if (grid.length > 0) return [grid[0]!, grid.at(-1)!];
  const all = samples.flatMap(({ rows }) => rows.map((row) => row[at]!)).sort((p, q) => p - q);
  const [low, high] = [all[Math.floor(all.length * 0.005)] ?? 0, all[Math.ceil(all.length * 0.995) - 1] ?? 1];
  const margin = 0.06 * (high - low || 1);
  return [low - margin, high + margin];
}

/** One coordinate: histograms as steps, and the true density as an area. */
function linePlot(samples: readonly Sample[], options: DrawsPlotOptions): Spec {
  const { coordinates, exact = null } = options;
  const width = 460;
  const [low, high] = domainOf(samples, 0, exact?.xs ?? []);
  const x = axis("x", coordinates[0]!, [low, high]);
  const y = { field: "y", type: "quantitative" as const, title: "density", axis: { tickCount: 4 } };
  const series = samples.map(({ label }) => label);
  const color = {
    field: "sample",
    type: "nominal" as const,
    scale: { domain: series, range: series.map((_, i) => palette[i + 1]!) },
    legend: { title: null, orient: "right" as const, symbolType: "stroke" as const },
  };
  const step = exact ? exact.xs[1]! - exact.xs[0]! : 1;
  const mass = exact ? Array.from(exact.values).reduce((sum, value) => sum + value, 0) * step : 1;
  const area = {
    data: { values: exact?.xs.map((at, i) => ({ x: at, y: exact.values[i]! / mass })) ?? [] },
    mark: { type: "area" as const, color: palette[0]!, opacity: 0.25, line: { color: palette[0]!, strokeWidth: 1 } },
    encoding: { x, y },
  };
  const steps = {
    data: { values: samples.flatMap((sample) => histogram(sample, low, high)) },
    mark: { type: "line" as const, interpolate: "step-after" as const, strokeWidth: 2 },
    encoding: { x, y, color },
  };
  return {
    title: titleOf(options, width, ...(exact ? ["Shaded: the exact posterior."] : [])),
    width,
    height: 260,
    config: looks,
    layer: exact ? [area, steps] : [steps],
  } as Spec;
}

const bins = 50;

function histogram({ label, rows }: Sample, low: number, high: number) {
  const width = (high - low) / bins;
  const counts = new Array<number>(bins + 1).fill(0);
  for (const [value] of rows) {
    const bin = Math.floor((value! - low) / width);
    if (bin >= 0 && bin < bins) counts[bin]! += 1;
  }
  return counts.map((n, i) => ({
    x: low + i * width,
    y: n / (rows.length * width),
    sample: label,
  }));
}
