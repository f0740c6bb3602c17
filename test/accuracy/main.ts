/**
 * How near the answers of default options are to long-run references: `npm run accuracy`.
 *
 *     --data FOLDER   holds posteriordb/ and sbibm/ (default: ../shared/data)
 *     --seed N        (default: 0)
 *     --only NAME     rows whose name contains it
 *     --guide NAME    the guide to fit (default: what is chosen without being told)
 *     --json          the rows as JSON instead of a table
 *
 * A row is within when every mean is within 0.1 standard deviations of the reference and every standard deviation
 * within 10 % (and masses of modes within 0.05, or 0.03 where they are halves), flagged when the answer's own verdict
 * says not to trust it, and off otherwise. Exit status 1 when a row is off or could not be fitted.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { infer, StratumError, type InferOptions } from "../../src/index.ts";
import { mean, standardDeviation } from "../../src/numeric/statistics.ts";
import { flatten } from "../../src/posterior/summary.ts";
import { posteriors, readJson, readRows, referenceOf, type PosteriorCase } from "./cases.ts";

const argument = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise);
};
const data = argument("data", "../shared/data");
const seed = Number(argument("seed", "0"));
const only = argument("only", "");
const guide = argument("guide", "");
const options: InferOptions = { seed, ...(guide ? { guide: guide as "full_rank" } : {}) };

const json = process.argv.includes("--json");

/** Largest differences to the reference that are within. */
const tolerance = { mean: 0.1, sd: 0.1, quadrant: 0.05, half: 0.03 };

interface Row {
  readonly name: string;
  readonly outcome: "within" | "flagged" | "off" | "failed";
  /** Of the means, in standard deviations of the reference; null where only masses are compared. */
  readonly mean: number | null;
  /** Least and most ratio of a standard deviation to the reference's. */
  readonly sd: readonly [number, number] | null;
  /** Largest difference of a mode's mass to the reference's. */
  readonly mass: number | null;
  readonly kHat: number | null;
  readonly trusted: boolean;
  readonly components: number;
  readonly polished: boolean;
  /** Wall clock, and the time that the process was computing. */
  readonly seconds: number;
  readonly cpu: number;
  /** Why it could not be fitted. */
  readonly failure: string | null;
}
type Distance = Pick<Row, "mean" | "sd" | "mass">;
type Answer = Awaited<ReturnType<typeof infer>>;

const modelText = (folder: string): string => readFileSync(join("models", folder, "model.ppl"), "utf8");
const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Fits with default options, and asks how far the answer is from what is known. */
async function measure(
  name: string,
  model: string,
  values: Readonly<Record<string, unknown>>,
  mostMass: number,
  compare: (answer: Answer) => Distance,
): Promise<Row> {
  const wall = performance.now();
  const before = process.cpuUsage();
  const took = () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - wall) / 1000, cpu: (user + system) / 1e6 };
  };
  try {
    const answer = await infer({ path: name, text: modelText(model) }, { ...options, data: values });
    const time = took();
    const distance = compare(answer);
    const { trusted } = answer.verdict;
    const outcome = isWithin(distance, mostMass) ? "within" : trusted ? "off" : "flagged";
    const { kHat, components } = answer.report();
    const polished = answer.posterior.search?.polished ?? false;
    return {
      name,
      outcome,
      ...distance,
      kHat,
      trusted,
      components: components.length,
      polished,
      ...time,
      failure: null,
    };
  } catch (error) {
    if (!(error instanceof StratumError)) throw error;
    const [{ code, message }] = error.diagnostics;
    return {
      name,
      outcome: "failed",
      mean: null,
      sd: null,
      mass: null,
      kHat: null,
      trusted: false,
      components: 0,
      polished: false,
      ...took(),
      failure: `${code}: ${message}`,
    };
  }
}

/** A number that is not finite is within nothing. */
function isWithin({ mean, sd, mass }: Distance, mostMass: number): boolean {
  return (
    (mean === null || mean <= tolerance.mean) &&
    (sd === null || (sd[0] >= 1 - tolerance.sd && sd[1] <= 1 + tolerance.sd)) &&
    (mass === null || mass <= mostMass)
  );
}

/** Means and standard deviations of ours against those of the reference. */
function distances(ours: readonly Moments[], theirs: readonly Moments[]): Distance {
  const shifts = ours.map(({ mean }, i) => Math.abs(mean - theirs[i]!.mean) / theirs[i]!.sd);
  const ratios = ours.map(({ sd }, i) => sd / theirs[i]!.sd);
  return { mean: Math.max(...shifts), sd: [Math.min(...ratios), Math.max(...ratios)], mass: null };
}
interface Moments {
  readonly mean: number;
  readonly sd: number;
}

function posterior({ name, model, pairs }: PosteriorCase): Promise<Row> {
  const reference = referenceOf(data, name);
  const values = readJson(join(data, "posteriordb", name, "data.json")) as Record<string, unknown>;
  return measure(name, model, values, 0, (answer) => {
    const sites = answer.summary();
    const ours = pairs.map(({ site, at }) => ({
      mean: flatten(sites[site]!.mean)[at]!,
      sd: flatten(sites[site]!.sd)[at]!,
    }));
    return distances(
      ours,
      pairs.map((pair) => reference[pair.reference]!),
    );
  });
}

/** Draws of the implicit posterior that masses of modes are counted in. */
const counted = 10_000;

/** Masses of the four modes of SLCP, and moments of |theta|. */
function slcp(name: string): Promise<Row> {
  const folder = join(data, "sbibm", name);
  const [flat] = readRows(join(folder, "observation.csv"));
  const points = [0, 1, 2, 3].map((i) => flat!.slice(2 * i, 2 * i + 2));
  const theirs = readRows(join(folder, "reference_draws.csv"));
  const masses = (draws: readonly number[][]): number[] =>
    [0, 1, 2, 3].map((q) => draws.filter((t) => Number(t[2]! > 0) * 2 + Number(t[3]! > 0) === q).length / draws.length);
  const moments = (draws: readonly number[][]): Moments[] =>
    [0, 1, 2, 3, 4].map((i) => {
      const column = draws.map((t) => Math.abs(t[i]!));
      return { mean: mean(column), sd: standardDeviation(column) };
    });
  return measure(name, "slcp", { points }, tolerance.quadrant, (answer) => {
    const { values } = answer.resample(counted, 1)["theta"]!;
    const ours = Array.from({ length: counted }, (_, i) => [...values.subarray(5 * i, 5 * i + 5)]);
    const reference = masses(theirs);
    const mass = Math.max(...masses(ours).map((m, i) => Math.abs(m - reference[i]!)));
    return { ...distances(moments(ours), moments(theirs)), mass };
  });
}

/** The mixture with nothing to tell its components apart: two modes of equal mass. */
function labels(name: string): Promise<Row> {
  const path = join(data, "posteriordb", "low_dim_gauss_mix-low_dim_gauss_mix", "data.json");
  const values = readJson(path) as Record<string, unknown>;
  return measure(name, `posteriordb/${name}`, values, tolerance.half, (answer) => {
    const draws = answer.resample(counted, 1)["mu"]!.values;
    let first = 0;
    for (let i = 0; i < draws.length; i += 2) first += Number(draws[i]! < draws[i + 1]!) / counted;
    return { mean: null, sd: null, mass: Math.abs(first - 0.5) };
  });
}

const header = ["mean/sd", "sd least", "sd most", "mass", "k-hat", "seconds", "cpu", "guide", "outcome"];
const line = (name: string, columns: readonly string[]): boolean =>
  print(`${name.padEnd(42)}${columns.map((column) => column.padStart(9)).join("")}`);
function show(row: Row): void {
  if (row.failure !== null) return void print(`${row.name.padEnd(42)} ${row.failure}`);
  const digits = (x: number | null | undefined, count: number): string => x?.toFixed(count) ?? "";
  const guide = `K=${row.components}${row.polished ? "*" : ""}`;
  line(row.name, [
    digits(row.mean, 3),
    digits(row.sd?.[0], 3),
    digits(row.sd?.[1], 3),
    digits(row.mass, 3),
    digits(row.kHat, 2),
    digits(row.seconds, 2),
    digits(row.cpu, 2),
    guide,
    row.trusted || row.outcome === "flagged" ? row.outcome : `${row.outcome}!`,
  ]);
}

const free = "low_dim_gauss_mix-labels_free";
const cases: readonly (readonly [string, () => Promise<Row>])[] = [
  ...posteriors.map((one) => [one.name, () => posterior(one)] as const),
  ...["slcp_1", "slcp_2"].map((name) => [name, () => slcp(name)] as const),
  [free, () => labels(free)],
];
if (!json) {
  print(`seed ${seed}`);
  line("", header);
}
const rows: Row[] = [];
for (const [name, run] of cases) {
  if (!name.includes(only)) continue;
  const row = await run();
  rows.push(row);
  if (!json) show(row);
}
const count = (outcome: Row["outcome"]): number => rows.filter((row) => row.outcome === outcome).length;
const counts = {
  rows: rows.length,
  within: count("within"),
  flagged: count("flagged"),
  off: count("off"),
  failed: count("failed"),
};
if (json) print(JSON.stringify({ schemaVersion: 1, seed, counts, rows }, null, 2));
else
  print(
    `${counts.within} of ${counts.rows} within, ${counts.flagged} flagged by their own verdict, ${counts.off} off, ${counts.failed} not fitted`,
  );
process.exitCode = counts.off + counts.failed > 0 || counts.rows === 0 ? 1 : 0;
