import { regionsAbove, type Grid } from "./regions.ts";
import { outlined } from "./draws.ts";
import { ink, looks, palette, titleOf, type Spec, type Titled } from "./spec.ts";

/** The posterior of one datum's latent, as the guide has it. */
export interface LatentPosterior {
  readonly label: string;
  /** What the datum was seen to be, 0, 1, ...; null where that is not known. */
  readonly observed: number | null;
  readonly components: readonly LatentComponent[];
  /** Draws of it, [draw][coordinate]. */
  readonly draws: readonly (readonly number[])[];
}

export interface LatentComponent {
  readonly weight: number;
  /** Of two coordinates: closed outlines at one and at two standard deviations. */
  readonly outlines: readonly (readonly (readonly [number, number])[])[];
  /** Of one coordinate: the density, not yet weighed, at places that rise or fall. */
  readonly curve: readonly { readonly z: number; readonly density: number }[];
}

export interface LatentPlotOptions extends Titled {
  readonly coordinates: readonly string[];
  /** Rising places along each coordinate; of one coordinate `ys` is [0]. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Probability of each class at each place: [ys][xs][classes], row-major. */
  readonly probabilities: ArrayLike<number>;
  readonly classes: number;
  /** What the dots are draws of: "the implicit posterior", unless told. */
  readonly dots?: string;
}

/** More colours than the palette has, the pale ones last: every class also bears its number. */
const colours = [...palette.slice(0, 6), "#882255", "#999933", "#44aa99", "#f0e442"];
const colourOf = (label: number): string => colours[label % colours.length]!;

/** Levels of certainty that the background tells apart. */
const levels = [0, 0.5, 0.8, 0.95];

/**
 * The latent space of a classifier. Behind: what the model predicts at each place, the colour that of the likeliest
 * class, stronger the surer. Before it: the guide's components for some data, and draws of their posteriors.
 */
export function latentPlot(data: readonly LatentPosterior[], options: LatentPlotOptions): Spec {
  return options.coordinates.length === 1 ? alongLine(data, options) : inPlane(data, options);
}

function inPlane(data: readonly LatentPosterior[], options: LatentPlotOptions): Spec {
  const { coordinates, xs, ys } = options;
  const size = 440;
  const x = scaled("x", coordinates[0]!, xs);
  const y = scaled("y", coordinates[1]!, ys);
  const grids = gridsOf(options);
  const behind = grids.flatMap((grid, label) =>
    levels.map((level) => ({
      data: { values: outlined(surest(grid, grids, level)) },
      mark: {
        type: "line" as const,
        fill: colourOf(label),
        fillOpacity: 0.13,
        strokeWidth: 0,
        clip: true,
        aria: false,
      },
      encoding: { x, y, detail: { field: "ring" }, order: { field: "at" } },
    })),
  );
  const visible = behind.filter((layer) => layer.data.values.length > 0);
  const ovals = data.flatMap(({ components }, nth) =>
    components.flatMap(({ weight, outlines }) =>
      outlines.map((outline, deviation) => ({
        data: { values: outline.map(([at, up], i) => ({ x: at, y: up, at: i })) },
        mark: {
          type: "line" as const,
          stroke: colourOfDatum(data, nth),
          strokeWidth: deviation === 0 ? 1.8 : 1.1,
          strokeOpacity: 0.1 + 0.9 * Math.min(1, weight * 2),
          clip: true,
          aria: false,
        },
        encoding: { x, y, order: { field: "at" } },
      })),
    ),
  );
  const dots = data.map(({ draws }, nth) => ({
    data: { values: draws.map(([at, up]) => ({ x: at, y: up })) },
    mark: { type: "circle" as const, size: 9, color: colourOfDatum(data, nth), opacity: 0.7, clip: true, aria: false },
    encoding: { x, y },
  }));
  const named = names(data);
  return {
    title: titleOf(
      options,
      size,
      "Behind: the likeliest class at each place, stronger from 50, 80 and 95 % on. Ovals: components of the guide, at one and two standard deviations, fainter the less they weigh.",
      `Dots: draws of ${options.dots ?? "the implicit posterior"}.`,
    ),
    width: size,
    height: size,
    config: looks,
    layer: [
      ...visible,
      ...ovals,
      ...dots,
      words(places(options, grids, named), x, y, "bold"),
      words(named, x, y, "normal"),
    ],
  } as Spec;
}

function scaled(field: "x" | "y", title: string, along: readonly number[]) {
  return {
    field,
    type: "quantitative" as const,
    title,
    scale: { domain: [along[0]!, along.at(-1)!], nice: false, zero: false },
    axis: { grid: false, tickCount: 6 },
  };
}

function gridsOf({ xs, ys, probabilities, classes }: LatentPlotOptions): Grid[] {
  return Array.from({ length: classes }, (_, label) => ({
    xs,
    ys,
    values: Float64Array.from(
      xs.length * ys.length === 0 ? [] : { length: xs.length * ys.length },
      (_, at) => probabilities[at * classes + label]!,
    ),
  }));
}

/** Where a class is the likeliest, and its probability at least `level`. */
function surest(own: Grid, all: readonly Grid[], level: number) {
  const values = Float64Array.from({ length: own.values.length }, (_, at) => {
    const p = own.values[at]!;
    const best = Math.max(...all.map((other) => (other === own ? 0 : other.values[at]!)));
    return Math.min(p - best, p - level);
  });
  return regionsAbove({ ...own, values }, 0);
}

/** A class bears its number where it is surest: near the middle of that, and away from the names of data. */
function places(
  { xs, ys }: LatentPlotOptions,
  grids: readonly Grid[],
  taken: readonly { readonly x: number; readonly y: number }[],
) {
  const [width, height] = [xs.at(-1)! - xs[0]!, ys.at(-1)! - ys[0]!];
  return grids.flatMap((grid, label) => {
    const own = Array.from({ length: grid.values.length }, (_, at) => at).filter((at) =>
      grids.every((other) => other === grid || other.values[at]! <= grid.values[at]!),
    );
    if (own.length < grid.values.length / 500) return [];
    const most = own.reduce((max, at) => Math.max(max, grid.values[at]!), 0);
    const where = (at: number) => ({ x: xs[at % xs.length]!, y: ys[Math.floor(at / xs.length)]! });
    const free = (at: number): boolean =>
      taken.every(({ x, y }) => Math.abs(where(at).x - x) > 0.15 * width || Math.abs(where(at).y - y) > 0.06 * height);
    const [surest, sure] = [0.95, 0.6].map((share) => own.filter((at) => grid.values[at]! >= share * most));
    const spots = [surest!.filter(free), sure!.filter(free), surest!].find((some) => some.length > 0)!;
    const middle = { x: average(spots.map((at) => where(at).x)), y: average(spots.map((at) => where(at).y)) };
    const away = (at: number): number => (where(at).x - middle.x) ** 2 + (where(at).y - middle.y) ** 2;
    const nearest = spots.reduce((best, at) => (away(at) < away(best) ? at : best), spots[0]!);
    return [{ ...where(nearest), text: String(label), colour: colourOf(label) }];
  });
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The name of each datum, at the middle of its draws, or of its heaviest component. */
function names(data: readonly LatentPosterior[]) {
  return data.flatMap(({ label, components, draws }) => {
    const heaviest = components.toSorted((a, b) => b.weight - a.weight)[0]?.outlines.at(-1) ?? [];
    const top = (heaviest.length > 0 ? heaviest : draws).reduce<readonly number[] | null>(
      (best, at) => (best === null || at[1]! > best[1]! ? at : best),
      null,
    );
    return top === null ? [] : [{ x: top[0]!, y: top[1]!, text: label, colour: ink }];
  });
}

/** Words with a white edge, so that they can be read on anything. */
function words(
  values: readonly { readonly x: number; readonly y: number; readonly text: string; readonly colour: string }[],
  x: object,
  y: object,
  weight: "bold" | "normal",
) {
  const [fontSize, dy] = weight === "bold" ? [20, 0] : [12, -9];
  const text = { field: "text", type: "nominal" as const };
  const mark = { type: "text" as const, fontSize, fontWeight: weight, dy, clip: true };
  return {
    data: { values: [...values] },
    layer: [
      {
        mark: {
          ...mark,
          stroke: "#ffffff",
          strokeWidth: 3,
          strokeOpacity: 0.85,
          strokeJoin: "round" as const,
          aria: false,
        },
        encoding: { x, y, text },
      },
      { mark, encoding: { x, y, text, color: { field: "colour", type: "nominal" as const, scale: null } } },
    ],
  };
}

/** The colour of what a datum was seen to be; of a palette of its own where that is not known. */
function colourOfDatum(data: readonly LatentPosterior[], nth: number): string {
  const { observed } = data[nth]!;
  return observed === null ? "#222222" : darker(colourOf(observed));
}

function darker(colour: string): string {
  const parts = [1, 3, 5].map((at) => Math.round(parseInt(colour.slice(at, at + 2), 16) * 0.6));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** One coordinate: the probabilities of the classes stacked along it, and below the densities of the components. */
function alongLine(data: readonly LatentPosterior[], options: LatentPlotOptions): Spec {
  const { coordinates, xs, probabilities, classes } = options;
  const width = 520;
  const x = scaled("x", coordinates[0]!, xs);
  const all = Array.from({ length: classes }, (_, label) => label);
  const shares = xs.flatMap((at, i) =>
    all.map((label) => ({ x: at, class: label, p: probabilities[i * classes + label]! })),
  );
  const areas = {
    width,
    height: 200,
    data: { values: shares },
    mark: { type: "area" as const, opacity: 0.75, aria: false },
    encoding: {
      x: { ...x, title: null, axis: { ...x.axis, labels: false } },
      y: {
        field: "p",
        type: "quantitative" as const,
        stack: "zero" as const,
        title: "probability",
        scale: { domain: [0, 1] },
      },
      color: {
        field: "class",
        type: "nominal" as const,
        scale: { domain: all, range: all.map(colourOf) },
        legend: { title: "class", orient: "right" as const },
      },
    },
  };
  const tops = data.flatMap(({ label, components }) => {
    const peaks = components.flatMap(({ weight, curve }) =>
      curve.map(({ z, density }) => ({ x: z, y: weight * density })),
    );
    const top = peaks.reduce<{ x: number; y: number } | null>(
      (best, at) => (best === null || at.y > best.y ? at : best),
      null,
    );
    return top === null ? [] : [{ ...top, text: label, colour: ink }];
  });
  const most = tops.reduce((max, { y }) => Math.max(max, y), 0);
  const scale = { domain: [0, 1.18 * most || 1], nice: false };
  const height = { field: "y", type: "quantitative" as const, title: "density", scale, axis: { tickCount: 4 } };
  const curves = data.flatMap(({ components }, nth) =>
    components.map(({ weight, curve }) => ({
      data: { values: curve.map(({ z, density }, at) => ({ x: z, y: weight * density, at })) },
      mark: { type: "line" as const, color: colourOfDatum(data, nth), strokeWidth: 1.8, clip: true, aria: false },
      encoding: {
        x,
        y: height,
        order: { field: "at" },
      },
    })),
  );
  const below = { width, height: 160, layer: [...curves, words(tops, x, height, "normal")] };
  return {
    title: titleOf(
      options,
      width,
      "Above: the probability of each class along the latent. Below: the guide's components for some data, each times its weight.",
    ),
    config: looks,
    spacing: 10,
    vconcat: data.length > 0 ? [areas, below] : [areas],
  } as Spec;
}
