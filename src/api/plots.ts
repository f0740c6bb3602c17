import * as v from "valibot";
import { drawsPlot as plotDraws, type DrawsPlotOptions, type Sample } from "../report/plot/draws.ts";
import { latentPlot as plotLatent } from "../report/plot/latent.ts";
import type { LatentPlotOptions, LatentPosterior } from "../report/plot/latent/data.ts";
import { metricPlot as plotMetric, type MetricPlotOptions, type MetricPoint } from "../report/plot/metric.ts";
import {
  calibrationError as errorOf,
  reliabilityPlot as plotReliability,
  type ReliabilityBin,
} from "../report/plot/reliability.ts";
import type { Spec, Titled } from "../report/plot/spec.ts";
import { tracePlot as plotTrace } from "../report/plot/trace.ts";
import { optionValue } from "../diagnostics/catalogue/usage.ts";
import { isRecord, shownValue } from "../base/shown.ts";
import { StratumError } from "./error.ts";
import { renderSvg as render } from "./render.ts";
import { anyText, given, is, list, number, numbers, object, whole, yesOrNo, type Schema } from "./given.ts";

/** The plots of `report/plot`, whose arguments are looked at first. */

const titled = {
  title: anyText,
  subtitle: v.optional(v.union([anyText, list(anyText, "lines", 100)], "a text, or lines")),
};
const row = list(number, "a list of numbers");
const mostNumbers = 1e7;
/** Lists of numbers that are not too many together: one list may stand in another again and again. */
const rows = v.pipe(
  is<readonly unknown[]>(
    (value) =>
      Array.isArray(value) &&
      value.length <= mostNumbers &&
      value.reduce((sum: number, one: unknown) => sum + (Array.isArray(one) ? one.length : 0), 0) <= mostNumbers,
    "lists of numbers",
  ),
  list(row, "lists of numbers"),
);
const coordinates = v.pipe(list(anyText, "names of coordinates", 1000), v.minLength(1, "names of coordinates"));
const grid = object({ xs: row, ys: row, values: numbers }, "`{ xs, ys, values }`");

const extent = object(
  { lower: v.nullable(number), upper: v.nullable(number), integer: yesOrNo },
  "`{ lower, upper, integer }`",
);
const extents = list(extent, "a list of `{ lower, upper, integer }`", 1000);

/** An entry for every option that there is: what has none would be lost. */
type EntriesOf<Options> = { readonly [K in keyof Required<Options>]: v.GenericSchema };

const samples = list(object({ label: anyText, rows }, "`{ label, rows }`"), "a list of `{ label, rows }`");
const drawsOptions = object(
  {
    ...titled,
    coordinates,
    exact: v.nullish(grid),
    extents: v.optional(extents),
  } satisfies EntriesOf<DrawsPlotOptions>,
  "an object with `title` and `coordinates`",
);

/** Draws of several samples, beside each other, over the true density where that is known. */
export function drawsPlot(drawn: readonly Sample[], options: DrawsPlotOptions): Spec {
  return plotDraws(
    given<readonly Sample[]>(samples, drawn, "samples", "drawsPlot"),
    given(drawsOptions as Schema<DrawsPlotOptions>, options, "options", "drawsPlot"),
  );
}

const pair = v.pipe(
  list(number, "two numbers", 2),
  v.length(2, "two numbers"),
  v.transform(([x = 0, y = 0]): readonly [number, number] => [x, y]),
);
const component = object(
  {
    weight: number,
    outlines: list(list(pair, "points"), "closed outlines"),
    curve: list(object({ z: number, density: number }, "`{ z, density }`"), "places and densities"),
  },
  "`{ weight, outlines, curve }`",
);
const latents = list(
  object(
    { label: anyText, observed: v.nullable(number), components: list(component, "a list of components"), draws: rows },
    "`{ label, observed, components, draws }`",
  ),
  "a list of `{ label, observed, components, draws }`",
);
const latentOptions = object(
  {
    ...titled,
    coordinates,
    xs: row,
    ys: row,
    probabilities: numbers,
    classes: whole(1, 1e6),
    dots: v.optional(anyText),
  } satisfies EntriesOf<LatentPlotOptions>,
  "an object with `title`, `coordinates`, `xs`, `ys`, `probabilities` and `classes`",
);

/**
 * Where latents of two coordinates, or of one, are taken for what: regions by the class that is predicted there, and
 * over them the posterior of each datum.
 */
export function latentPlot(data: readonly LatentPosterior[], options: LatentPlotOptions): Spec {
  return plotLatent(
    given(latents as Schema<readonly LatentPosterior[]>, data, "data", "latentPlot"),
    given(latentOptions as Schema<LatentPlotOptions>, options, "options", "latentPlot"),
  );
}

const points = list(
  object({ series: anyText, x: v.union([number, anyText], "a number or a text"), y: number }, "`{ series, x, y }`"),
  "a list of `{ series, x, y }`",
);
const metricOptions = object(
  {
    ...titled,
    x: anyText,
    y: anyText,
    logX: v.optional(yesOrNo),
    spread: v.optional(v.picklist(["range", "sd"], "`range` or `sd`")),
    references: v.optional(list(object({ y: number, label: anyText }, "`{ y, label }`"), "a list of `{ y, label }`")),
    width: v.optional(whole(1, 10_000)),
    height: v.optional(whole(1, 10_000)),
  } satisfies EntriesOf<MetricPlotOptions>,
  "an object with `title`, `x` and `y`",
);

/** Metrics of several methods over a setting, repeats drawn as a band. */
export function metricPlot(measured: readonly MetricPoint[], options: MetricPlotOptions): Spec {
  return plotMetric(
    given<readonly MetricPoint[]>(points, measured, "points", "metricPlot"),
    given(metricOptions as Schema<MetricPlotOptions>, options, "options", "metricPlot"),
  );
}

const bins = list(
  object(
    { from: number, to: number, count: number, confidence: number, accuracy: number },
    "`{ from, to, count, confidence, accuracy }`",
  ),
  "a list of `{ from, to, count, confidence, accuracy }`",
);

/** The expected calibration error: |accuracy - confidence| averaged over predictions (Guo et al. 2017). */
export function calibrationError(counted: readonly ReliabilityBin[]): number {
  return errorOf(given(bins, counted, "bins", "calibrationError"));
}

/** How often predictions were right, by how sure they were. */
export function reliabilityPlot(counted: readonly ReliabilityBin[], options: Partial<Titled> = {}): Spec {
  return plotReliability(
    given(bins, counted, "bins", "reliabilityPlot"),
    given(
      object({ ...titled, title: v.optional(anyText) }, "an object with `title`") as Schema<Partial<Titled>>,
      options,
      "options",
      "reliabilityPlot",
    ),
  );
}

/** A bound, or any number, over the steps of training, with its running mean. */
export function tracePlot(trace: ArrayLike<number>, options: Titled & { readonly y?: string }): Spec {
  const schema = object({ ...titled, y: v.optional(anyText) }, "an object with `title`");
  return plotTrace(
    given(numbers, trace, "trace", "tracePlot"),
    given(schema as Schema<Titled & { readonly y?: string }>, options, "options", "tracePlot"),
  );
}

/**
 * A plot as an SVG document, which ends with a newline. The same specification gives the same bytes, in a browser as
 * elsewhere. Vega draws it, which is loaded when it is first asked for.
 *
 * @throws StratumError  when `vega` and `vega-lite` are not installed: the message has the command; or when they cannot
 *                       draw it
 */
export async function renderSvg(spec: Spec): Promise<string> {
  const refused = (cause?: unknown): StratumError => {
    const expected = "what one of the plots gives, or another Vega-Lite specification";
    const found = shownValue(spec);
    const told = optionValue({ option: "spec", found, expected, choices: [], where: "renderSvg" });
    return new StratumError([told], { path: "renderSvg", text: "" }, { cause });
  };
  if (!isRecord(spec)) throw refused();
  try {
    return await render(spec);
  } catch (error) {
    // that Vega is not installed is said as it is
    throw error instanceof StratumError ? error : refused(error);
  }
}
