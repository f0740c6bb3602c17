import { axis, endsOf, looks, titleOf, type Axis, type Layer, type Panel, type Spec } from "../spec.ts";
import { colourOf, colourOfObservation, type LatentPlotOptions, type LatentPosterior } from "./data.ts";
import { named, written } from "./words.ts";

const width = 520;

/** One coordinate: the probabilities of the classes stacked along it, and below the densities of the components. */
export function alongLine(data: readonly LatentPosterior[], options: LatentPlotOptions): Spec {
  const { coordinates, xs } = options;
  const x = axis("x", coordinates[0] ?? "", endsOf(xs), 6);
  return {
    title: titleOf(
      options,
      width,
      "Above: the probability of each class along the latent. Below: the guide's components for some data, each times its weight.",
    ),
    config: looks,
    spacing: 10,
    vconcat: data.length > 0 ? [classes(options, x), densities(data, x)] : [classes(options, x)],
  };
}

/** The probability of each class at each place, one on the other. */
function classes({ xs, probabilities, classes: count }: LatentPlotOptions, x: Axis): Panel {
  const all = Array.from({ length: count }, (_, label) => label);
  return {
    width,
    height: 200,
    data: {
      values: xs.flatMap((at, i) => all.map((label) => ({ x: at, class: label, p: probabilities[i * count + label] }))),
    },
    mark: { type: "area", opacity: 0.75, aria: false },
    encoding: {
      x: { ...x, title: null, axis: { ...x.axis, labels: false } },
      y: { field: "p", type: "quantitative", stack: "zero", title: "probability", scale: { domain: [0, 1] } },
      color: {
        field: "class",
        type: "nominal",
        scale: { domain: all, range: all.map(colourOf) },
        legend: { title: "class", orient: "right" },
      },
    },
  };
}

/** The components of each datum, and its name above the highest. */
function densities(data: readonly LatentPosterior[], x: Axis): Panel {
  const tops = data.flatMap(({ label, components }) =>
    named(
      label,
      components.flatMap(({ weight, curve }) => curve.map(({ z, density }) => ({ x: z, y: weight * density }))),
    ),
  );
  const most = tops.reduce((max, top) => Math.max(max, top.y), 0);
  const scale = { domain: [0, 1.18 * most || 1], nice: false };
  const y: Axis = { field: "y", type: "quantitative", title: "density", scale, axis: { tickCount: 4 } };
  const curves = data.flatMap((observation) =>
    observation.components.map(({ weight, curve }): Layer => ({
      data: { values: curve.map(({ z, density }, at) => ({ x: z, y: weight * density, at })) },
      mark: { type: "line", color: colourOfObservation(observation), strokeWidth: 1.8, clip: true, aria: false },
      encoding: { x, y, order: { field: "at" } },
    })),
  );
  return { width, height: 160, layer: [...curves, written(tops, x, y, "normal")] };
}
