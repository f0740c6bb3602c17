/**
 * `npm run bench -- [--quick] [--json] [--markdown] [--only WORDS]`: every workload on every engine that is quick
 * enough for it, beside the same step written by hand; how long compiling takes, cold and warm; how fast the matrix
 * products are. Prints tables, with `--markdown` as docs/benchmarks.md has them, and writes bench.json; with `--json`
 * prints the JSON instead. `--quick` measures less, for continuous integration; `--only` takes the workloads whose
 * names hold the words.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { timeCompile, timePasses, type CompileTimes } from "./compile.ts";
import { timeProducts, type ProductTimes } from "./products.ts";
import { timeSteps, type StepTimes } from "./steps.ts";
import { productTable, stageTable, stepTable, written } from "./tables.ts";
import { workloads } from "./workloads.ts";

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    markdown: { type: "boolean", default: false },
    only: { type: "string", default: "" },
  },
});
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const effort = flags.quick ? { stretch: 20, repeats: 5, budget: 500 } : { stretch: 100, repeats: 25, budget: 8000 };
// a step and all of its products are many contestants
const often = { ...effort, stretch: effort.stretch / 5 };
const engineRuns = {
  fused: flags.quick ? { cold: 0, warm: 2 } : { cold: 5, warm: 9 },
  "tfjs-wasm": flags.quick ? { cold: 0, warm: 1 } : { cold: 3, warm: 3 },
};
/** Milliseconds that a step may take to be measured: slower ones are told, not timed. */
const slowest = flags.quick
  ? { "by hand": 100, fused: 200, "tfjs-wasm": 50 }
  : { "by hand": 1000, fused: Infinity, "tfjs-wasm": 1000, "tfjs-cpu": 50, reference: 50 };
const chosen = workloads.filter(({ name }) => name.includes(flags.only) && !(flags.quick && /[24]00/.test(name)));

const steps: StepTimes[] = [];
for (const workload of chosen) steps.push(...(await timeSteps(workload, slowest, effort)));
const compile: CompileTimes[] = [];
for (const engine of ["fused", "tfjs-wasm"] as const)
  for (const workload of chosen) {
    const step = steps.find((one) => one.workload === workload.name && one.engine === engine);
    if (typeof step?.step === "string") continue;
    compile.push(await timeCompile(workload, engine, engineRuns[engine]));
  }
const passes = chosen.map(timePasses);
const products: ProductTimes[] = [];
for (const workload of chosen) {
  const times = await timeProducts(workload, often);
  if (times) products.push(times);
}

const result = {
  schemaVersion: 2,
  commit: commit(),
  node: process.version,
  machine: { processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, load: loadavg()[0] },
  quick: flags.quick,
  workloads: chosen.map(({ name, what }) => ({ name, what })),
  steps,
  compile,
  passes,
  products,
};
writeFileSync(join(root, "bench.json"), `${JSON.stringify(result, null, 2)}\n`);
console.log(flags.json ? JSON.stringify(result) : tables());

function tables(): string {
  const { machine, node } = result;
  const head = `${machine.processor}, ${machine.cores} cores, load ${machine.load?.toFixed(1)}; node ${node}; ${result.commit}`;
  const legend = chosen.map(({ name, what }) => `${name}: ${what}`).join("\n");
  const sheets = [stepTable(steps, compile), productTable(products), stageTable(compile, passes)];
  return [head, legend, ...sheets.map((sheet) => written(sheet, flags.markdown))].join("\n\n");
}

/** The commit that was measured, marked when the files are not those of it. */
function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  try {
    const changed = git("status", "--porcelain", "--", "src", "grammar", "test/bench") !== "";
    return git("rev-parse", "--short", "HEAD").trim() + (changed ? " with changes" : "");
  } catch {
    return "unknown";
  }
}
