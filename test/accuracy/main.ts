/**
 * How near the answers of default options are to long-run references: `npm run accuracy`.
 *
 *     --data FOLDER   holds posteriordb/ and sbibm/ (default: ../shared/data)
 *     --seed N        (default: 0)
 *     --only NAME     rows whose name contains it
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { infer, StratumError, type InferOptions } from "../../src/index.ts";
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

const modelText = (folder: string): string | null => {
  const path = join("models", folder, "model.ppl");
  return existsSync(path) ? readFileSync(path, "utf8") : null;
};
const print = (line: string): boolean => process.stdout.write(`${line}\n`);
type Answer = Awaited<ReturnType<typeof infer>>;
const row = (name: string, columns: readonly string[]): boolean =>
  print(`${name.padEnd(42)}${columns.map((column) => column.padStart(9)).join("")}`);
/** Wall clock, and the time that this process itself was computing. */
const clock = () => {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return [(performance.now() - wall) / 1000, (user + system) / 1e6] as const;
  };
};
const judged = (answer: Answer, [seconds, computing]: readonly [number, number]): string[] => {
  const { kHat } = answer.report();
  return [kHat === null ? "-" : kHat.toFixed(2), seconds.toFixed(2), computing.toFixed(2), answer.verdict.trusted ? "fine" : "flagged"]; // prettier-ignore
};

/** Fits one posterior and says how far it is from the reference; null where it cannot be fitted yet. */
async function measure({ name, model, pairs }: PosteriorCase): Promise<boolean | null> {
  const text = modelText(model);
  if (text === null) {
    row(name, ["(no model)"]);
    return null;
  }
  const reference = referenceOf(data, name);
  const took = clock();
  try {
    const values = readJson(join(data, "posteriordb", name, "data.json")) as Record<
      string,
      unknown
    >;
    const answer = await infer({ path: name, text }, { ...options, data: values });
    const seconds = took();
    const sites = answer.summary();
    let mean = 0;
    const ratios: number[] = [];
    for (const pair of pairs) {
      const truth = reference[pair.reference]!;
      const site = sites[pair.site]!;
      mean = Math.max(mean, Math.abs(flatten(site.mean)[pair.at]! - truth.mean) / truth.sd);
      ratios.push(flatten(site.sd)[pair.at]! / truth.sd);
    }
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
    const near = mean <= 0.1 && least >= 0.9 && most <= 1.1;
    const found = answer.report().components.length;
    row(name, [mean.toFixed(3), least.toFixed(3), most.toFixed(3), ...judged(answer, seconds), `K=${found}${answer.posterior.search?.polished ? " polished" : ""}`, near ? "" : "OFF"]); // prettier-ignore
    return near;
  } catch (error) {
    if (!(error instanceof StratumError)) throw error;
    row(name, [`(${error.diagnostics[0].code}: ${error.diagnostics[0].message})`]);
    return null;
  }
}

/** Masses of the four modes of SLCP, and moments of |theta|. */
async function slcp(name: string): Promise<void> {
  const folder = join(data, "sbibm", name);
  const [flat] = readRows(join(folder, "observation.csv"));
  const points = [0, 1, 2, 3].map((i) => flat!.slice(2 * i, 2 * i + 2));
  const took = clock();
  const answer = await infer(
    { path: name, text: modelText("slcp")! },
    { ...options, data: { points } },
  );
  const seconds = took();
  const { values } = answer.resample(10_000, 1)["theta"]!;
  const ours = Array.from({ length: 10_000 }, (_, i) =>
    Array.from(values.subarray(5 * i, 5 * i + 5)),
  );
  const theirs = readRows(join(folder, "reference_draws.csv"));
  const masses = (draws: number[][]) =>
    [0, 1, 2, 3].map((q) => draws.filter((t) => Number(t[2]! > 0) * 2 + Number(t[3]! > 0) === q).length / draws.length); // prettier-ignore
  const moments = (draws: number[][]) =>
    [0, 1, 2, 3, 4].map((i) => {
      const column = draws.map((t) => Math.abs(t[i]!));
      const mean = column.reduce((a, b) => a + b, 0) / column.length;
      return {
        mean,
        sd: Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / column.length),
      };
    });
  const [a, b] = [moments(ours), moments(theirs)];
  const shift = Math.max(...a.map(({ mean }, i) => Math.abs(mean - b[i]!.mean) / b[i]!.sd));
  const ratios = a.map(({ sd }, i) => sd / b[i]!.sd);
  const mass = Math.max(...masses(ours).map((m, i) => Math.abs(m - masses(theirs)[i]!)));
  row(name, [shift.toFixed(3), Math.min(...ratios).toFixed(3), Math.max(...ratios).toFixed(3), ...judged(answer, seconds), `mass ${mass.toFixed(3)}`]); // prettier-ignore
}

/** The mixture with nothing to tell its components apart: two modes of equal mass. */
async function labels(): Promise<void> {
  const name = "low_dim_gauss_mix-labels_free";
  const text = modelText(`posteriordb/${name}`)!;
  const values = readJson(join(data, "posteriordb", "low_dim_gauss_mix-low_dim_gauss_mix", "data.json")) as Record<string, unknown>; // prettier-ignore
  const took = clock();
  const answer = await infer({ path: name, text }, { ...options, data: values });
  const seconds = took();
  const draws = answer.resample(10_000, 1)["mu"]!.values;
  let first = 0;
  for (let i = 0; i < draws.length; i += 2) first += Number(draws[i]! < draws[i + 1]!) / 10_000;
  row(name, ["", "", "", ...judged(answer, seconds), `mass ${first.toFixed(3)}`]);
}

print(`seed ${seed}`);
row("", ["mean/sd", "sd least", "sd most", "k-hat", "seconds", "cpu", "verdict"]);
let near = 0;
let fitted = 0;
for (const one of posteriors.filter(({ name }) => name.includes(only))) {
  const found = await measure(one);
  if (found !== null) fitted++;
  if (found) near++;
}
for (const name of ["slcp_1", "slcp_2"]) if (name.includes(only)) await slcp(name);
if ("low_dim_gauss_mix-labels_free".includes(only)) await labels();
print(`${near} of ${fitted} within 0.1 sd and 10 % of the reference`);
