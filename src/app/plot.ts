import { present } from "../base/assert.ts";
import { noSuchDatum, noSuchSite, noTrace, nothingDrawn, plotNeedsData } from "../diagnostics/catalogue/plots.ts";
import { notARun } from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "../execute/executor.ts";
import type { Plate } from "../model/model.ts";
import type { Programs } from "../lower/programs.ts";
import { densitiesAt } from "../posterior/density.ts";
import { perDatum, type Draws, type SiteDraws } from "../posterior/draws.ts";
import { drawGuide } from "../posterior/evaluate.ts";
import { boxOf, gridded, type Box, type GriddedDensity } from "../posterior/grid.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { learnedOf } from "../posterior/predict.ts";
import { resample, subsample } from "../posterior/resample.ts";
import { simulator } from "../posterior/simulate.ts";
import { drawsPlot, type Sample } from "../report/plot/draws.ts";
import type { Spec } from "../report/plot/spec.ts";
import { tracePlot } from "../report/plot/trace.ts";
import { hostTensor, sizeOf, unravel, type Shape } from "../tensor/shape.ts";
import { checkRun } from "./apply.ts";
import { extentOf } from "./extents.ts";
import { lowerRows, type Rows } from "./rows.ts";

type Raw = Readonly<Record<string, unknown>>;
export type Open = (programs: Programs) => Promise<Outcome<Executor>>;

export interface PlotSettings {
  /** Data that the run folder does not hold; null when none are given. */
  readonly data: Raw | null;
  /** Rows of the data, counted from 0; null for those that the plot shows by itself. */
  readonly rows: readonly number[] | null;
  /** Latents to look at; null for the first ones. */
  readonly sites: readonly string[] | null;
  /** Draws that are shown. */
  readonly draws: number;
  readonly seed: number | string;
}

/** The bound at each step of a run's training. */
export function plotTrace({ record, checkpoint, posterior }: LoadedRun): Outcome<Spec> {
  const { bound } = checkpoint.trace;
  if (!bound.some(Number.isFinite)) return failed(noTrace({ steps: bound.length, why: untrained(record, posterior) }));
  const y = record.perData > 1 ? "bound, nats for each datum" : "bound, nats";
  return ok(tracePlot(bound, { title: `Training of ${record.model.name}`, y }));
}

/** Why a run has no steps. */
function untrained(
  { paramSpecs }: LoadedRun["record"],
  posterior: LoadedRun["posterior"],
): Parameters<typeof noTrace>[0]["why"] {
  if (paramSpecs.every(({ shape }) => sizeOf(shape) === 0)) return "nothing to learn";
  if (posterior === null) return "unfinished";
  return posterior.search === null ? "no steps" : "search";
}

/** Most coordinates whose pairs are drawn. */
const mostCoordinates = 3;
/** The guide's draws that those of the implicit posterior are chosen from. */
const drawnFrom = 4000;

/**
 * Draws of the guide beside those of the implicit posterior, for one datum. With data, and where the latent of a datum
 * is one or two numbers and all that is hidden, over the exact posterior: the model's log joint density on a grid.
 */
export async function plotDraws(run: LoadedRun, open: Open, settings: PlotSettings): Promise<Outcome<Spec>> {
  const { posterior, record } = run;
  if (posterior === null)
    return failed(notARun({ path: run.source.path, problem: "it was saved before it was finished" }));
  const sites = posterior.draws.sites.filter(({ kind, block }) => kind !== "probability" && block !== null);
  const latents = sites.filter(({ kind }) => kind === "sample");
  const chosen = choose(sites, settings.sites ?? latents.map(({ name }) => name));
  if (!chosen.ok) return chosen;
  if (chosen.value.length === 0) return failed(nothingDrawn({ model: record.model.name }));
  const checked = checkRun(run);
  if (!checked.ok) return checked;
  const row = settings.rows?.[0] ?? 0;
  const found = await drawsOf({ ...run, posterior }, open, { names: chosen.value, latents: sites, row }, settings);
  if (!found.ok) return found;
  const { draws, datum, exact, local } = found.value;
  const coordinates = shownOf(draws, coordinatesOf(draws, chosen.value, datum));
  const of = (some: Draws): number[][] => rowsOf(some, coordinates);
  const { seed } = settings;
  // a histogram takes no more room for more of them
  const shown = coordinates.length === 1 ? draws.count : settings.draws;
  const samples: Sample[] = [
    { label: "the guide", rows: of(subsample(draws, Math.min(shown, draws.count), seed)) },
    { label: "the implicit posterior", rows: of(resample(draws, shown, seed)) },
  ];
  const what = local ? `Posterior of datum ${row}` : "Posterior";
  const title = `${what}, ${record.model.name}`;
  const { model } = checked.value;
  const extents = coordinates.map(({ site, shape, at }) => extentOf(model, site, shape, at));
  const names = coordinates.map(({ name }) => name);
  return ok(drawsPlot(samples, { title, coordinates: names, exact, extents }), found.warnings);
}

function choose(latents: readonly SiteDraws[], asked: readonly string[]): Outcome<readonly string[]> {
  const known = latents.map(({ name }) => name);
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) return failed(noSuchSite({ name: unknown, known }));
  return ok(asked);
}

/** Which latents of which datum, among all that were drawn. */
interface Wanted {
  readonly names: readonly string[];
  readonly latents: readonly SiteDraws[];
  readonly row: number;
}

interface Found {
  readonly draws: Draws;
  /** The place of the datum among those drawn. */
  readonly datum: number;
  readonly exact: GriddedDensity | null;
  readonly local: boolean;
}

/** Draws for a datum: saved ones, or fresh ones where data are given and nothing but latents of data is drawn. */
async function drawsOf(
  run: LoadedRun & { readonly posterior: NonNullable<LoadedRun["posterior"]> },
  open: Open,
  { names, latents, row }: Wanted,
  { data, seed }: PlotSettings,
): Promise<Outcome<Found>> {
  const saved = run.posterior.draws;
  const [first, ...others] = names;
  const local = latents.some(({ name, block }) => names.includes(name) && lengthOf(saved, block) > 1);
  const inPlate = latents.some(({ name, block }) => names.includes(name) && dataOf(saved, block).length > 0);
  const global = saved.blocks.some((block) => block.data.length === 0);
  if (data === null || (global && inPlate)) {
    const count = Math.max(
      1,
      ...latents.filter(({ name }) => names.includes(name)).map(({ block }) => lengthOf(saved, block)),
    );
    if (row >= count) return failed(noSuchDatum({ datum: row, count }));
    return ok({ draws: saved, datum: row, exact: null, local });
  }
  const checked = checkRun(run);
  if (!checked.ok) return checked;
  const plate = inPlate && first !== undefined ? plateOf(checked.value.model, first) : null;
  const rows = await lowerRows(run, data, plate, [row]);
  if (!rows.ok) return rows;
  const opened = await open(rows.value.programs);
  if (!opened.ok) return opened;
  const executor = opened.value;
  const { programs, parameters } = rows.value;
  const draws =
    plate === null
      ? saved
      : await drawGuide(programs, executor, parameters, { seed: `${seed}/plot`, count: drawnFrom });
  const alone = first !== undefined && others.length === 0;
  const exact = alone ? await exactPosterior(rows.value, executor, draws, first, seed) : null;
  return ok({ draws, datum: 0, exact, local: plate !== null }, [...rows.warnings, ...opened.warnings]);
}

function dataOf({ blocks }: Draws, id: string | null): readonly number[] {
  return blocks.find((block) => block.id === id)?.data ?? [];
}

const lengthOf = (draws: Draws, id: string | null): number => sizeOf(dataOf(draws, id));

/** The outermost plate that a latent stands in. */
export function plateOf(model: Programs["model"], site: string): Plate | null {
  const node = model.nodes.find((each) => each.kind === "latent" && each.name === site);
  return model.plates.find(({ id }) => id === node?.plates[0]) ?? null;
}

/** One number of a site at one datum. */
interface Coordinate {
  readonly name: string;
  readonly site: string;
  /** Of what the site is at a datum, and the place in it. */
  readonly shape: Shape;
  readonly at: number;
  /** Its place among all numbers of the site. */
  readonly column: number;
}

/** The coordinates of sites at one datum. */
export function coordinatesOf(draws: Draws, sites: readonly string[], datum: number): readonly Coordinate[] {
  const named = sites.flatMap((name) => draws.sites.filter((site) => site.name === name));
  return named.flatMap((site) => {
    const data = dataOf(draws, site.block);
    const shape = site.shape.slice(data.length);
    const own = perDatum(site, data);
    return Array.from({ length: own }, (_, at) => {
      const name = own === 1 ? site.name : `${site.name}[${unravel(shape, at).join(", ")}]`;
      return { name, site: site.name, shape, at, column: datum * own + at };
    });
  });
}

/** The first coordinates; those that are the same in every draw, such as above a triangle, only where all are. */
function shownOf(draws: Draws, all: readonly Coordinate[]): readonly Coordinate[] {
  const moves = (coordinate: Coordinate): boolean => {
    const [first, ...others] = rowsOf(draws, [coordinate]).flat();
    return others.some((value) => value !== first);
  };
  const moving: Coordinate[] = [];
  for (const coordinate of all) if (moving.length < mostCoordinates && moves(coordinate)) moving.push(coordinate);
  return moving.length > 0 ? moving : all.slice(0, 1);
}

/** Coordinates of every draw, [draw][coordinate]. */
export function rowsOf(draws: Draws, coordinates: readonly Coordinate[]): number[][] {
  const columns = coordinates.map(({ site, column }) => {
    const { values, shape } = present(
      draws.sites.find(({ name }) => name === site),
      site,
    );
    return (draw: number): number => values[draw * sizeOf(shape) + column] ?? NaN;
  });
  return Array.from({ length: draws.count }, (_, draw) => columns.map((of) => of(draw)));
}

/** The posterior of a latent of one or two real numbers, on a grid; null for others. */
async function exactPosterior(
  { programs, parameters }: Rows,
  executor: Executor,
  draws: Draws,
  name: string,
  seed: number | string,
): Promise<GriddedDensity | null> {
  const { guide, numbers, paramSpecs, model } = programs;
  const [site, ...others] = guide.blocks.flatMap(({ sites }) => sites);
  const D = site?.size ?? 0;
  if (site?.name !== name || others.length > 0 || site.integer || (D !== 1 && D !== 2)) return null;
  if (site.unconstrained.join() !== site.event.join()) return null;
  const rows = rowsOf(draws, coordinatesOf(draws, [name], 0));
  const prior: number[][] = [];
  const draw = simulator(model, numbers, learnedOf(paramSpecs, parameters));
  for (let i = 0; i < 200; i++) {
    const drawn = draw(`${seed}/prior/${i}`);
    // a prior that cannot be drawn from leaves the reach of the guide's draws
    if (!drawn.ok) break;
    prior.push([...present(drawn.value.latents.get(name), name).values]);
  }
  const { shape: lead } = present(
    draws.sites.find((each) => each.name === name),
    name,
  );
  const reach: Box = boxOf([...rows, ...prior], D);
  return gridded(
    async (points, count) => {
      const values = { [name]: hostTensor([count, ...lead], points) };
      return (await densitiesAt(programs, executor, parameters, values)).logJoint;
    },
    reach,
    boxOf(rows, D, 0.005),
  );
}

/** The data that a plot cannot do without. */
export function neededData(kind: string, { data }: PlotSettings): Outcome<Raw> {
  return data === null ? failed(plotNeedsData({ kind })) : ok(data);
}
