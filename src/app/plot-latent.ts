import { noClasses, noLatentPlane } from "../diagnostics/catalogue/plots.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "../execute/executor.ts";
import type { Block } from "../guide/guide.ts";
import type { Numbers } from "../bind/numbers.ts";
import type { Dist, Model, Plate } from "../model/model.ts";
import { everyExpr } from "../model/walk.ts";
import { drawGuide } from "../posterior/evaluate.ts";
import { boxOf, placesIn, pointsOf, widened, type Box } from "../posterior/grid.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { resample, subsample } from "../posterior/resample.ts";
import { classProbabilities, shapesOf } from "../posterior/shapes.ts";
import { latentPlot } from "../report/plot/latent.ts";
import type { LatentComponent, LatentPosterior } from "../report/plot/latent/data.ts";
import type { Spec } from "../report/plot/spec.ts";
import { hostTensor } from "../tensor/shape.ts";
import { checkRun } from "./apply.ts";
import { coordinatesOf, neededData, plateOf, type Open, type PlotSettings } from "./plot.ts";
import { lowerRows, type Rows } from "./rows.ts";

/** Data whose components are drawn where nobody chose. */
const usualRows = 4;
/** Data by which the extent of the latent space is judged. */
const judged = 500;
const drawsShown = 60;
const lines = { line: 161, plane: 81 };
/** Components lighter than this are not drawn. */
const lightest = 0.01;

/** The latent space of a classifier: see `latentPlot`. */
export async function plotLatent(run: LoadedRun, open: Open, settings: PlotSettings): Promise<Outcome<Spec>> {
  const checked = checkRun(run);
  if (!checked.ok) return checked;
  const { model } = checked.value;
  const latent = model.nodes.find((node) => node.kind === "latent" && !node.discrete);
  const plate = latent?.kind === "latent" ? plateOf(model, latent.name) : null;
  if (latent?.kind !== "latent" || !plate)
    return failed(
      noLatentPlane({
        found: latent ? "the latents stand outside plates" : "the model has no latents of real numbers",
      }),
    );

  const data = neededData("latent", settings);
  if (!data.ok) return data;
  const count = lengthAlong(model, plate, data.value);
  const shown = settings.rows ?? Array.from({ length: Math.min(usualRows, count) }, (_, i) => i);
  const classes = classOf(model, plate);
  const filled =
    classes && !Object.hasOwn(data.value, classes)
      ? { ...data.value, [classes]: new Array<number>(count).fill(0) }
      : data.value;
  const known = Object.hasOwn(data.value, classes ?? "");
  const all = Array.from({ length: Math.min(judged, count) }, (_, i) => i);
  const one = await lowerRows(run, filled, plate, shown.slice(0, 1));
  if (!one.ok) return one;
  const some = await lowerRows(run, filled, plate, shown);
  if (!some.ok) return some;
  const many = await lowerRows(run, filled, plate, all);
  if (!many.ok) return many;
  const { guide, numbers } = one.value.lowered;
  const block = guide.blocks[0]!;
  const refused = unsuitable(guide.blocks);
  if (refused !== null) return failed(noLatentPlane({ found: refused }));
  const number = classes && classCount(model, numbers, plate);
  if (!classes || !number) return failed(noClasses({ site: latent.name }));

  const opened = await open(one.value.lowered);
  if (!opened.ok) return opened;
  const executor = opened.value;
  const D = block.dimension;
  // weights would lead away from what a guide is fitted to when the prior counts for less, or more, than it is
  const tempered = run.record.settings.fit.beta.to !== 1;
  const posteriors = await posteriorsOf(some.value, executor, block, shown, settings, {
    classes: known ? classes : null,
    tempered,
  });
  const box = await extent(many.value, executor, posteriors, D);
  const places = placesIn(box, D === 1 ? lines.line : lines.plane);
  const points = pointsOf(places, D);
  const total = places.xs.length * places.ys.length;
  const values = { [latent.name]: hostTensor([total, 1, ...block.sites[0]!.event], points) };
  const { lowered, parameters } = one.value;
  const probabilities = await classProbabilities(lowered, executor, parameters, values, {
    datum: classes,
    classes: number,
  });
  return ok(
    latentPlot(posteriors, {
      title: `Latent space of ${run.record.model.name}`,
      coordinates: D === 1 ? [latent.name] : [`${latent.name}[0]`, `${latent.name}[1]`],
      ...places,
      probabilities: probabilities.values,
      classes: number,
      dots: tempered ? "the guide" : "the implicit posterior",
    }),
    [...one.warnings, ...opened.warnings],
  );
}

function lengthAlong(model: Model, plate: Plate, raw: Readonly<Record<string, unknown>>): number {
  const lengths = model.data.flatMap(({ name, type }) => {
    const given = raw[name] as { readonly length?: number; readonly shape?: readonly number[] } | undefined;
    const length = given?.shape?.[0] ?? given?.length;
    return type.shape[0] === plate.size && length !== undefined ? [length] : [];
  });
  return lengths[0] ?? 1;
}

/** Why there is no line or plane, in words; null when there is one. */
function unsuitable(blocks: readonly Block[]): string | null {
  const sites = blocks.flatMap((block) => block.sites);
  if (sites.length > 1)
    return `there are ${sites.length} latents: ${sites.map(({ name }) => `\`${name}\``).join(", ")}`;
  const [block] = blocks;
  const [site] = sites;
  if (!block || !site) return "nothing is left to be learned by a guide";
  if (block.plates.length !== 1) return `\`${site.name}\` stands in ${block.plates.length} plates`;
  if (site.counted) return `\`${site.name}\` is a whole number`;
  if (block.dimension > 2) return `\`${site.name}\` has ${block.dimension} coordinates for each datum`;
  return site.unconstrained.join() === site.event.join() ? null : `the entries of \`${site.name}\` hang together`;
}

function observedClass(model: Model, plate: Plate) {
  for (const node of model.nodes) {
    if (node.kind !== "observed" || !node.plates.includes(plate.id)) continue;
    if (node.dist.kind !== "family" || node.value.type.shape.length > 0) continue;
    const of = sizes[node.dist.family];
    const datum = [...everyExpr(node.value)].find((expr) => expr.kind === "data");
    if (of && datum) return { datum: datum.name, dist: node.dist, of };
  }
  return null;
}

const classOf = (model: Model, plate: Plate): string | null => observedClass(model, plate)?.datum ?? null;

type Family = Extract<Dist, { readonly kind: "family" }>;

/** How many classes a distribution tells apart. */
const sizes: Readonly<Record<string, (dist: Family, numbers: Numbers) => number>> = {
  bernoulli: () => 2,
  categorical: ({ args }, numbers) => numbers.size((args["logits"] ?? args["p"])!.type.shape.at(-1)!),
  ordered_logistic: ({ args }, numbers) => numbers.size(args["cutpoints"]!.type.shape.at(-1)!) + 1,
};

function classCount(model: Model, numbers: Numbers, plate: Plate): number | null {
  const found = observedClass(model, plate);
  return found && found.of(found.dist, numbers);
}

const circle = (radius: number): number[][] =>
  Array.from({ length: 49 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 48;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
const line = Array.from({ length: 97 }, (_, i) => [-4 + i / 12]);

/** Components and draws of the chosen data. */
async function posteriorsOf(
  { lowered, parameters }: Rows,
  executor: Executor,
  block: Block,
  rows: readonly number[],
  { seed, draws: asked }: PlotSettings,
  { classes, tempered }: { readonly classes: string | null; readonly tempered: boolean },
): Promise<LatentPosterior[]> {
  const { name } = block.sites[0]!;
  const D = block.dimension;
  const eps = D === 1 ? line : [...circle(1), ...circle(2)];
  const { weights, logDensity, points } = await shapesOf(lowered, executor, parameters, block, eps);
  const at = points.get(name)!.values;
  const K = weights.shape.at(-1)!;
  const labels = classes === null ? null : lowered.numbers.data.get(classes)!.values;
  const drawn = await drawGuide(lowered, executor, parameters, { seed: `${seed}/plot`, count: 4000 });
  const few = Math.min(asked, drawsShown);
  const implicit = tempered ? subsample(drawn, few, seed) : resample(drawn, few, seed);
  return rows.map((row, datum): LatentPosterior => {
    const components = Array.from({ length: K }, (_, k): LatentComponent => {
      const cell = (point: number): number => (point * rows.length + datum) * K + k;
      const coordinates = eps.map((_, point) => Array.from({ length: D }, (_, d) => at[cell(point) * D + d]!));
      const pairs = coordinates as unknown as (readonly [number, number])[];
      return {
        weight: weights.values[datum * K + k]!,
        outlines: D === 1 ? [] : [pairs.slice(0, 49), pairs.slice(49)],
        curve:
          D === 2
            ? []
            : coordinates.map(([z], point) => ({ z: z!, density: Math.exp(logDensity.values[cell(point)]!) })),
      };
    });
    const label = labels?.[datum];
    const observed = label === undefined || Number.isNaN(label) ? null : label;
    return {
      label: observed === null ? `datum ${row}` : `datum ${row}: a ${observed}`,
      observed,
      components: components.filter(({ weight }) => weight >= lightest),
      draws: coordinatesOf(implicit, [name], datum).rows,
    };
  });
}

/** The part of the latent space that data are found in: their components, but for the outermost, and all that is shown. */
async function extent(
  { lowered, parameters }: Rows,
  executor: Executor,
  shown: readonly LatentPosterior[],
  D: number,
): Promise<Box> {
  const block = lowered.guide.blocks[0]!;
  const eps =
    D === 1
      ? [[-2], [2]]
      : [
          [-1, -1],
          [-1, 1],
          [1, -1],
          [1, 1],
        ];
  const { weights, points } = await shapesOf(lowered, executor, parameters, block, eps);
  const { values } = points.get(block.sites[0]!.name)!;
  const rows: number[][] = [];
  for (let at = 0; at * D < values.length; at++)
    if (weights.values[at % weights.values.length]! >= 0.05) rows.push([...values.subarray(at * D, (at + 1) * D)]);
  const common = boxOf(rows, D, 0.02);
  const own = shown.flatMap(({ components, draws }) => [
    ...draws,
    ...components
      .filter(({ weight }) => weight >= 0.05)
      .flatMap(({ outlines, curve }) => [...outlines.flat().map((point) => [...point]), ...curve.map(({ z }) => [z])]),
  ]);
  const seen = own.length > 0 ? boxOf(own, D, 0.01) : common;
  const both = common.map(([low, high], at): [number, number] => [
    Math.min(low, seen[at]![0]),
    Math.max(high, seen[at]![1]),
  ]);
  return widened(both, 0.05);
}
