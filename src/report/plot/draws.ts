import { anywhere, spanOf, type Extent, type Span } from "./extent.ts";
import { massThresholds, regionsAbove, type Grid } from "./regions.ts";
import { axis, cyclic, looks, palette, titleOf } from "./spec.ts";
import type { Axis, Layer, Panel, Spec, Titled } from "./spec.ts";

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
  /** Where the values of each coordinate lie; anywhere, where that is left out. */
  readonly extents?: readonly Extent[];
}

/** Shares of the mass that the outlined regions hold. */
const shares = [0.99, 0.9, 0.5];
const size = 250;

/** Draws of several samples, beside each other, over the true density where that is known. */
export function drawsPlot(samples: readonly Sample[], options: DrawsPlotOptions): Spec {
  const { coordinates, exact = null, extents = [] } = options;
  if (coordinates.length === 1) return linePlot(samples, options);
  const pairs = coordinates.flatMap((across, i) =>
    coordinates.slice(i + 1).map(
      (up, j) =>
        [
          { name: across, at: i },
          { name: up, at: i + 1 + j },
        ] as const,
    ),
  );
  const known = pairs.length === 1 ? exact : null;
  const told = known ? ["Shaded: the smallest regions that hold 50, 90 and 99 % of the exact posterior."] : [];
  // many panels show fewer draws each: every dot counts in the size of the file
  const shown = ({ rows }: Sample): number => Math.ceil((2 * rows.length) / (pairs.length + 1));
  const rows = pairs.map(([across, up]) => {
    const x = axisOf("x", samples, across, known?.xs ?? [], extents[across.at]);
    const y = axisOf("y", samples, up, known?.ys ?? [], extents[up.at]);
    const hconcat = samples.map(({ label, rows: draws }, nth): Panel => {
      const seen = draws.filter((row) => Number.isFinite(row[across.at]) && Number.isFinite(row[up.at]));
      const some = seen.slice(0, shown({ label, rows: draws }));
      const dots: Layer = {
        data: { values: some.map((row) => ({ x: row[across.at], y: row[up.at] })) },
        mark: { type: "circle", size: 12, opacity: 0.55, color: cyclic(palette, nth + 1), aria: false, clip: true },
        encoding: { x, y },
      };
      return {
        width: size,
        height: size,
        title: { text: label, fontSize: 13, fontWeight: "normal", anchor: "middle", offset: 8 },
        layer: known ? [...regions(known, x, y), dots] : [dots],
      };
    });
    return { spacing: 28, hconcat };
  });
  const title = titleOf(options, samples.length * (size + 50), ...told);
  const [only, ...others] = rows;
  return only && others.length === 0 ? { title, config: looks, ...only } : { title, config: looks, vconcat: rows };
}

function regions(exact: Grid, x: Axis, y: Axis): Layer[] {
  return massThresholds(exact.values, shares).map((threshold, level) => ({
    data: { values: outlined(regionsAbove(exact, threshold)) },
    mark: {
      type: "line",
      fill: palette[0],
      fillOpacity: 0.22,
      clip: true,
      stroke: palette[0],
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

/** All of the grid, else the draws but for one in two hundred at each end. */
function spanAt(samples: readonly Sample[], at: number, grid: readonly number[], extent: Extent): Span {
  const all = samples.flatMap(({ rows }) => rows.flatMap((row) => row.slice(at, at + 1)));
  return spanOf(all, grid, extent);
}

function axisOf(
  field: "x" | "y",
  samples: readonly Sample[],
  { name, at }: { readonly name: string; readonly at: number },
  grid: readonly number[],
  extent: Extent = anywhere,
): Axis {
  return numbersAlong(field, name, spanAt(samples, at, grid, extent), extent);
}

/** An axis that has its numbers at whole ones where there are no others. */
function numbersAlong(field: "x" | "y", name: string, { ends }: Span, { integer }: Extent): Axis {
  const plain = axis(field, name, ends, 5);
  return integer ? { ...plain, axis: { ...plain.axis, tickMinStep: 1, format: ",d" } } : plain;
}

/** One coordinate: histograms as steps, and the true density as an area. */
function linePlot(samples: readonly Sample[], options: DrawsPlotOptions): Spec {
  const { coordinates, exact = null, extents: [extent = anywhere] = [] } = options;
  const width = 460;
  const span = spanAt(samples, 0, exact?.xs ?? [], extent);
  const x = numbersAlong("x", coordinates[0] ?? "", span, extent);
  const y: Axis = {
    field: "y",
    type: "quantitative",
    title: extent.integer && span.bin === 1 ? "probability" : "density",
    axis: { tickCount: 4 },
  };
  const series = samples.map(({ label }) => label);
  const steps: Layer = {
    data: { values: samples.flatMap((sample) => histogram(sample, span)) },
    mark: { type: "line", interpolate: "step-after", strokeWidth: 2, clip: true },
    encoding: {
      x,
      y,
      color: {
        field: "sample",
        type: "nominal",
        scale: { domain: series, range: series.map((_, i) => cyclic(palette, i + 1)) },
        legend: { title: null, orient: "right", symbolType: "stroke" },
      },
    },
  };
  return {
    title: titleOf(options, width, ...(exact ? ["Shaded: the exact posterior."] : [])),
    width,
    height: 260,
    config: looks,
    layer: exact ? [densityArea(exact, x, y), steps] : [steps],
  };
}

/** A density along a line, normalised. */
function densityArea({ xs, values }: Grid, x: Axis, y: Axis): Layer {
  const [first = 0, second = first + 1] = xs;
  const mass = Array.from(values).reduce((sum, value) => sum + value, 0) * (second - first);
  return {
    data: { values: Array.from(values, (density, i) => ({ x: xs[i], y: density / mass })) },
    mark: { type: "area", color: palette[0], opacity: 0.25, line: { color: palette[0], strokeWidth: 1 }, clip: true },
    encoding: { x, y },
  };
}

function histogram({ label, rows }: Sample, { ends: [low, high], bin: width }: Span) {
  const bins = Math.round((high - low) / width);
  const counts = new Array<number>(bins + 1).fill(0);
  for (const [value = NaN] of rows) {
    // a value at the upper end, which a closed support has, is in the last bin
    const bin = value === high ? bins - 1 : Math.floor((value - low) / width);
    if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((n, i) => ({
    x: low + i * width,
    y: n / (rows.length * width),
    sample: label,
  }));
}
