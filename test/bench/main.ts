/**
 * `npm run bench [-- --quick] [-- --json]`: how long compiling takes stage by stage, and a training step on every
 * executor beside the same step written by hand. Prints tables and writes bench.json; with `--json` prints the JSON
 * instead. `--quick` measures less, for continuous integration.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { cases } from "./cases.ts";
import { timeCompile, type CompileTimes } from "./compile.ts";
import { stageNames } from "./stages.ts";
import { timeSteps, type StepTimes } from "./steps.ts";
import type { Spread } from "./timing.ts";
import { timeWorkloads } from "./workloads.ts";

const { values: flags } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
}); // prettier-ignore
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const effort = flags.quick ? { stretch: 40, repeats: 5 } : { stretch: 200, repeats: 25 };
const runs = flags.quick ? { cold: 1, warm: 3 } : { cold: 7, warm: 15 };

const compile: CompileTimes[] = [];
for (const one of cases.filter(({ name }) => name !== "schools_mean_field"))
  compile.push(await timeCompile(one, runs));
const steps: StepTimes[] = [];
for (const backend of ["fused", "wasm", "cpu", "reference"] as const)
  for (const one of cases) steps.push(await timeSteps(one, backend, effort));
const workloads = await timeWorkloads(effort);

const result = {
  schemaVersion: 1,
  commit: commit(),
  node: process.version,
  machine: { processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, load: loadavg()[0] },
  quick: flags.quick,
  compile,
  steps,
  workloads,
};
writeFileSync(join(root, "bench.json"), `${JSON.stringify(result, null, 2)}\n`);
console.log(flags.json ? JSON.stringify(result) : tables());

function tables(): string {
  const { machine, node } = result;
  const head = `${machine.processor}, ${machine.cores} cores, load ${machine.load?.toFixed(1)}; node ${node}; ${result.commit}`;
  return [head, ...compile.map(compileTable), stepTable(), workloadTable()].join("\n\n");
}

function compileTable({ case: name, cold, warm, start, passes }: CompileTimes): string {
  const table = plain(["milliseconds", "cold", "", "warm", ""]);
  for (const stage of [...stageNames, "total"] as const)
    table.push([stage, ...shown(cold[stage], 1), ...shown(warm[stage], 1)]);
  table.push(["(process start)", ...shown(start, 0), "", ""]);
  table.push(["(passes alone)", "", "", ...shown(passes.optimise, 1)]);
  const title = `${name}: source to the first step on wasm; ${passes.before} equations, ${passes.after} after the passes`;
  return `${title}\n${table.toString()}`;
}

function stepTable(): string {
  const table = plain(["microseconds a step", "executor", "ours", "", "by hand", "", "ratio", ""]);
  for (const { case: name, executor, ours, handwritten, ratio } of steps)
    table.push([name, executor, ...shown(ours, 0), ...shown(handwritten, 0), ...shown(ratio, 2)]);
  const legend = cases.map(({ name, what }) => `${name}: ${what}`).join("\n");
  const note =
    "medians and middle halves; ratio: how many times as long the hand-written step takes";
  return `${table.toString()}\n\n${legend}\n${note}`;
}

/** The fused engine on models without a hand-written counterpart. */
function workloadTable(): string {
  const table = plain([
    "fused engine",
    "precision",
    "microseconds a step",
    "",
    "compile ms",
    "memory MB",
    "GFLOP/s",
  ]);
  for (const { name, precision, step, compile: ms, megabytes, gigaflops } of workloads)
    table.push([
      name,
      precision,
      ...shown(step, 1),
      ms.toFixed(0),
      megabytes.toFixed(1),
      gigaflops?.toFixed(1) ?? "",
    ]);
  return `${table.toString()}\n\n${workloads.map(({ name, what }) => `${name}: ${what}`).join("\n")}`;
}

function shown(spread: Spread | null, digits: number): string[] {
  if (spread === null) return ["", ""];
  const text = (value: number): string =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return [text(spread.median), `${text(spread.lower)} to ${text(spread.upper)}`];
}

function plain(head: string[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, i) => (i === 0 || head[i] === "executor" ? "left" : "right")),
    chars: {
      top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "",
      "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: " ",
    },
  }); // prettier-ignore
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
