import { assert, present } from "../base/assert.ts";
import { latentsOf } from "../graph/instance.ts";
import { noClasses, noLatentPlane } from "../diagnostics/catalogue/plots.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "../execute/executor.ts";
import type { Block } from "../guide/guide.ts";
import type { Numbers } from "../bind/numbers.ts";
import type { Dist, Expr, Model, Plate } from "../model/model.ts";
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
import { extentOf } from "./extents.ts";
import { coordinatesOf, neededData, plateOf, rowsOf, type Open, type PlotSettings } from "./plot.ts";
import { lowerRows, type Rows } from "./rows.ts";
import { entryOf } from "../base/records.ts";

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
  const subject = await subjectOf(run, settings);
  if (!subject.ok) return subject;
  const { latent, one, some, many, block, datum, classes } = subject.value;
  const opened = await open(one.programs);
  if (!opened.ok) return opened;
  const executor = opened.value;
  const D = block.dimension;
  const posteriors = await posteriorsOf(subject.value, executor, settings);
  const box = await extent(many, executor, posteriors, D);
  const places = placesIn(box, D === 1 ? lines.line : lines.plane);
  const total = places.xs.length * places.ys.length;
  const values = { [latent]: hostTensor([total, 1, ...some.site.event], pointsOf(places, D)) };
  const { programs, parameters } = one;
  const probabilities = await classProbabilities(programs, executor, parameters, values, { datum, classes });
  return ok(
    latentPlot(posteriors, {
      title: `Latent space of ${run.record.model.name}`,
      coordinates: D === 1 ? [latent] : [`${latent}[0]`, `${latent}[1]`],
      ...places,
      probabilities: probabilities.values,
      classes,
      dots: subject.value.tempered ? "the guide" : "the implicit posterior",
    }),
    [...subject.warnings, ...opened.warnings],
  );
}

/** The latent whose space is drawn, and what is drawn in it. */
interface Subject {
  readonly latent: string;
  readonly block: Block;
  /** The datum that says of what class each is, and how many classes there are. */
  readonly datum: string;
  readonly classes: number;
  /** The classes of the data that are shown are known. */
  readonly known: boolean;
  /** The prior counts for less, or more, than it is: weights would lead away from what the guide is fitted to. */
  readonly tempered: boolean;
  /** A guide for one datum, for those that are shown, and for those that tell the extent of the space. */
  readonly one: Rows;
  readonly some: Rows & { readonly rows: readonly number[]; readonly site: GuideSite };
  readonly many: Rows;
}

type GuideSite = Block["sites"][number];

async function subjectOf(run: LoadedRun, settings: PlotSettings): Promise<Outcome<Subject>> {
  const checked = checkRun(run);
  if (!checked.ok) return checked;
  const { model } = checked.value;
  const latent = latentsOf({ model }).find(({ discrete }) => !discrete);
  const plate = latent ? plateOf(model, latent.name) : null;
  if (!latent || !plate)
    return failed(
      noLatentPlane({
        found: latent ? "the latents stand outside plates" : "the model has no latents of real numbers",
      }),
    );
  const data = neededData("latent", settings);
  if (!data.ok) return data;
  const count = lengthAlong(model, plate, data.value);
  const upTo = (most: number): number[] => Array.from({ length: Math.min(most, count) }, (_, i) => i);
  const shown = settings.rows ?? upTo(usualRows);
  const found = observedClass(model, plate);
  const known = found !== null && Object.hasOwn(data.value, found.datum);
  const filled = found && !known ? { ...data.value, [found.datum]: new Array<number>(count).fill(0) } : data.value;
  const one = await lowerRows(run, filled, plate, shown.slice(0, 1));
  if (!one.ok) return one;
  const some = await lowerRows(run, filled, plate, shown);
  if (!some.ok) return some;
  const many = await lowerRows(run, filled, plate, upTo(judged));
  if (!many.ok) return many;
  const { guide, numbers } = one.value.programs;
  const plane = planeOf(guide.blocks);
  if ("because" in plane) return failed(noLatentPlane({ found: plane.because }));
  const classes = found && found.of(found.dist, numbers);
  if (!found || !classes) return failed(noClasses({ site: latent.name }));
  const { block, site } = plane;
  const rows = { one: one.value, some: { ...some.value, rows: shown, site }, many: many.value };
  const tempered = run.record.settings.fit.beta.to !== 1;
  return ok({ latent: latent.name, block, datum: found.datum, classes, known, tempered, ...rows }, one.warnings);
}

function lengthAlong(model: Model, plate: Plate, raw: Readonly<Record<string, unknown>>): number {
  const lengths = model.data.flatMap(({ name, type }) => {
    const given = entryOf(raw, name) as { readonly length?: number; readonly shape?: readonly number[] } | undefined;
    const length = given?.shape?.[0] ?? given?.length;
    return type.shape[0] === plate.size && length !== undefined ? [length] : [];
  });
  return lengths[0] ?? 1;
}

/** The block and the site whose space is a line or a plane; or why there is none, in words. */
function planeOf(
  blocks: readonly Block[],
): { readonly block: Block; readonly site: GuideSite } | { readonly because: string } {
  const sites = blocks.flatMap((block) => block.sites);
  if (sites.length > 1)
    return { because: `there are ${sites.length} latents: ${sites.map(({ name }) => `\`${name}\``).join(", ")}` };
  const [block] = blocks;
  const [site] = sites;
  if (!block || !site) return { because: "nothing is left to be learned by a guide" };
  const name = `\`${site.name}\``;
  if (block.plates.length !== 1) return { because: `${name} stands in ${block.plates.length} plates` };
  if (site.integer) return { because: `${name} is a whole number` };
  if (block.dimension > 2) return { because: `${name} has ${block.dimension} coordinates for each datum` };
  if (site.unconstrained.join() !== site.event.join()) return { because: `the entries of ${name} hang together` };
  return { block, site };
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

type Family = Extract<Dist, { readonly kind: "family" }>;

/** How many classes a distribution tells apart. */
const sizes: Readonly<Record<string, (dist: Family, numbers: Numbers) => number>> = {
  bernoulli: () => 2,
  categorical: ({ args }, numbers) => lastSize(args["logits"] ?? args["p"], numbers),
  ordered_logistic: ({ args }, numbers) => lastSize(args["cutpoints"], numbers) + 1,
};

function lastSize(expr: Expr | undefined, numbers: Numbers): number {
  return numbers.size(present(expr?.type.shape.at(-1), "a size"));
}

const circle = (radius: number): number[][] =>
  Array.from({ length: 49 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 48;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
const line = Array.from({ length: 97 }, (_, i) => [-4 + i / 12]);

/** Components and draws of the chosen data. */
async function posteriorsOf(
  { some, block, datum: classes, known, tempered }: Subject,
  executor: Executor,
  { seed, draws: asked }: PlotSettings,
): Promise<LatentPosterior[]> {
  const { programs, parameters, rows, site } = some;
  const outlined = await outlinesOf(some, executor, block);
  const labels = known ? programs.numbers.data.get(classes)?.values : undefined;
  const drawn = await drawGuide(programs, executor, parameters, { seed: `${seed}/plot`, count: 4000 });
  const few = Math.min(asked, drawsShown);
  const implicit = tempered ? subsample(drawn, few, seed) : resample(drawn, few, seed);
  return rows.map((row, datum): LatentPosterior => {
    const label = labels?.[datum];
    const observed = label === undefined || Number.isNaN(label) ? null : label;
    return {
      label: observed === null ? `datum ${row}` : `datum ${row}: a ${observed}`,
      observed,
      components: outlined(datum).filter(({ weight }) => weight >= lightest),
      draws: rowsOf(implicit, coordinatesOf(implicit, [site.name], datum)),
    };
  });
}

/** The components of each datum's posterior: curves on a line, outlines at one and two standard deviations on a plane. */
async function outlinesOf(
  { programs, parameters, rows, site }: Subject["some"],
  executor: Executor,
  block: Block,
): Promise<(datum: number) => LatentComponent[]> {
  const D = block.dimension;
  const eps = D === 1 ? line : [...circle(1), ...circle(2)];
  const { weights, logDensity, points } = await shapesOf(programs, executor, parameters, block, eps);
  const places = present(points.get(site.name), site.name).values;
  const K = weights.shape.at(-1) ?? 1;
  return (datum) =>
    Array.from(weights.values.subarray(datum * K, (datum + 1) * K), (weight, k): LatentComponent => {
      const cells = eps.map((_, point) => (point * rows.length + datum) * K + k);
      if (D === 1) {
        const curve = cells.map((cell) => ({
          z: places[cell] ?? NaN,
          density: Math.exp(logDensity.values[cell] ?? NaN),
        }));
        return { weight, outlines: [], curve };
      }
      const pairs = cells.map((cell) => [places[2 * cell] ?? NaN, places[2 * cell + 1] ?? NaN] as const);
      return { weight, outlines: [pairs.slice(0, 49), pairs.slice(49)], curve: [] };
    });
}

/** The part of the latent space that data are found in: their components, but for the outermost, and all that is shown. */
async function extent(
  { programs, parameters }: Rows,
  executor: Executor,
  shown: readonly LatentPosterior[],
  D: number,
): Promise<Box> {
  const plane = planeOf(programs.guide.blocks);
  assert("block" in plane, "a line or a plane");
  const { block, site } = plane;
  const eps =
    D === 1
      ? [[-2], [2]]
      : [
          [-1, -1],
          [-1, 1],
          [1, -1],
          [1, 1],
        ];
  const { weights, points } = await shapesOf(programs, executor, parameters, block, eps);
  const { values } = present(points.get(site.name), site.name);
  const rows: number[][] = [];
  for (let at = 0; at * D < values.length; at++)
    if ((weights.values[at % weights.values.length] ?? 0) >= 0.05)
      rows.push([...values.subarray(at * D, (at + 1) * D)]);
  const common = boxOf(rows, D, 0.02);
  const own = shown.flatMap(({ components, draws }) => [
    ...draws,
    ...components
      .filter(({ weight }) => weight >= 0.05)
      .flatMap(({ outlines, curve }) => [...outlines.flat().map((point) => [...point]), ...curve.map(({ z }) => [z])]),
  ]);
  const seen = own.length > 0 ? boxOf(own, D, 0.01) : common;
  const both = common.map(([low, high], at): [number, number] => {
    const [least, most] = seen[at] ?? [low, high];
    return [Math.min(low, least), Math.max(high, most)];
  });
  const { model } = programs;
  return widened(both, 0.05).map(([low, high], at): [number, number] => {
    const { lower, upper } = extentOf(model, site.name, [D], at);
    return [Math.max(low, lower ?? -Infinity), Math.min(high, upper ?? Infinity)];
  });
}
