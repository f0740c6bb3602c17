import { outlined } from "../draws.ts";
import { axis, endsOf, looks, titleOf, type Axis, type Layer, type Spec } from "../spec.ts";
import { colourOf, colourOfObservation, type LatentPlotOptions, type LatentPosterior } from "./data.ts";
import { classPlaces, classesOf, surest } from "./classes.ts";
import { named, written, type Word } from "./words.ts";

/** Levels of certainty that the background tells apart. */
const levels = [0, 0.5, 0.8, 0.95];
const size = 440;

/** Two coordinates: what is predicted at each place, and before it the components and draws of some data. */
export function inPlane(data: readonly LatentPosterior[], options: LatentPlotOptions): Spec {
  const { coordinates, xs, ys } = options;
  const [across = "", up = ""] = coordinates;
  const x = axis("x", across, endsOf(xs), 6);
  const y = axis("y", up, endsOf(ys), 6);
  const classes = classesOf(options);
  const names = namesOf(data);
  const background = classes.flatMap((each) => {
    const regions = levels.map((level) => outlined(surest(each, level)));
    return regions.filter((region) => region.length > 0).map((region) => filled(region, colourOf(each.label), x, y));
  });
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
      ...background,
      ...data.flatMap((observation) => ovals(observation, x, y)),
      ...data.map((observation) => dots(observation, x, y)),
      written(classPlaces(classes, names), x, y, "bold"),
      written(names, x, y, "normal"),
    ],
  };
}

function filled(region: ReturnType<typeof outlined>, fill: string, x: Axis, y: Axis): Layer {
  return {
    data: { values: region },
    mark: { type: "line", fill, fillOpacity: 0.13, strokeWidth: 0, clip: true, aria: false },
    encoding: { x, y, detail: { field: "ring" }, order: { field: "at" } },
  };
}

/** The components of a datum at one and at two standard deviations. */
function ovals(observation: LatentPosterior, x: Axis, y: Axis): readonly Layer[] {
  return observation.components.flatMap(({ weight, outlines }) =>
    outlines.map((outline, deviation): Layer => ({
      data: { values: outline.map(([at, up], i) => ({ x: at, y: up, at: i })) },
      mark: {
        type: "line",
        stroke: colourOfObservation(observation),
        strokeWidth: deviation === 0 ? 1.8 : 1.1,
        strokeOpacity: 0.1 + 0.9 * Math.min(1, weight * 2),
        clip: true,
        aria: false,
      },
      encoding: { x, y, order: { field: "at" } },
    })),
  );
}

function dots(observation: LatentPosterior, x: Axis, y: Axis): Layer {
  return {
    data: { values: observation.draws.map(([at, up]) => ({ x: at, y: up })) },
    mark: { type: "circle", size: 9, color: colourOfObservation(observation), opacity: 0.7, clip: true, aria: false },
    encoding: { x, y },
  };
}

/** The name of each datum, at the top of its heaviest component, or of its draws. */
function namesOf(data: readonly LatentPosterior[]): readonly Word[] {
  return data.flatMap(({ label, components, draws }) => {
    const heaviest = components.toSorted((a, b) => b.weight - a.weight)[0]?.outlines.at(-1) ?? [];
    const places: readonly (readonly number[])[] = heaviest.length > 0 ? heaviest : draws;
    return named(
      label,
      places.map(([at = NaN, up = NaN]) => ({ x: at, y: up })),
    );
  });
}
