import Table from "cli-table3";
import type { CompileTimes, PassTimes } from "./compile.ts";
import type { ProductTimes } from "./products.ts";
import { stageLegend, stageNames } from "./stages.ts";
import type { StepTimes } from "./steps.ts";
import type { Spread } from "./timing.ts";

/** Every workload on every engine beside the same step by hand: time, ratio, compiling, memory. */
export function stepTable(steps: readonly StepTimes[], compile: readonly CompileTimes[]): string {
  const table = plain([
    "workload", "engine", "bits", "us a step", "middle half", "ratio", "middle half", "compile ms, cold", "warm", "memory kB",
  ]); // prettier-ignore
  for (const { workload, engine, precision, step, ratio, bytes } of steps) {
    const own = compile.find((one) => one.workload === workload && one.engine === engine);
    const bits = precision === "float32" ? "32" : "64";
    const time = typeof step === "string" ? ["-", ""] : shown(step);
    const compiling = [own?.cold?.total, own?.warm.total].map((s) => (s ? s.median.toFixed(0) : "-")); // prettier-ignore
    table.push([workload, engine, bits, ...time, ...(ratio ? shown(ratio) : ["-", ""]), ...compiling, kilobytes(bytes)]); // prettier-ignore
  }
  const skipped = steps.flatMap(({ workload, engine, step }) =>
    typeof step === "string" ? [`  ${workload}, ${engine}: ${step}`] : [],
  );
  const notes = [
    "ratio: how many times as long the step written by hand takes, on wasm, in turns with the others",
    "compile: from source text to the first step taken; cold: in a fresh process whose modules are loaded",
    "memory: the fused engine's whole; of TensorFlow.js the tensors at their most; the reference's are the garbage collector's",
    ...(skipped.length > 0 ? ["not measured:", ...skipped] : []),
  ];
  return `${table.toString()}\n${notes.join("\n")}`;
}

/** The fused engine's compiling, stage by stage. */
export function stageTable(compile: readonly CompileTimes[], passes: readonly PassTimes[]): string {
  const table = plain(["milliseconds", "", ...stageNames, "total", "passes", "equations"]);
  for (const { workload, engine, cold, warm } of compile) {
    if (engine !== "fused") continue;
    const row = (times: typeof warm): string[] =>
      [...stageNames, "total" as const].map((name) => times[name].median.toFixed(1));
    const pass = passes.find((one) => one.workload === workload);
    const equations = pass ? `${pass.before} to ${pass.after}` : "";
    if (cold) table.push([workload, "cold", ...row(cold), "", ""]);
    table.push([cold ? "" : workload, "warm", ...row(warm), pass?.milliseconds.toFixed(1) ?? "", equations]); // prettier-ignore
  }
  const start = compile.flatMap(({ process }) => (process ? [process.median] : []));
  const median = start.sort((a, b) => a - b)[Math.floor(start.length / 2)];
  const notes = [
    stageLegend,
    ...(median ? [`a fresh process takes another ${median.toFixed(0)} ms to load its modules, types stripped by tsx`] : []),
  ]; // prettier-ignore
  return `${table.toString()}\n${notes.join("\n")}`;
}

/** Matrix products: the step's rate, the kernel's own, and the one by the other. */
export function productTable(products: readonly ProductTimes[]): string {
  const table = plain([
    "workload", "products", "MFLOP", "GFLOP/s of the step", "middle half", "products alone", "middle half", "fraction", "middle half",
  ]); // prettier-ignore
  for (const { workload, products: count, flops, step, alone, fraction } of products) {
    const percent = { median: 100 * fraction.median, lower: 100 * fraction.lower, upper: 100 * fraction.upper, repeats: fraction.repeats }; // prettier-ignore
    const [middle, half] = shown(percent);
    table.push([workload, count, (flops / 1e6).toFixed(1), ...shown(step), ...shown(alone), `${middle} %`, half]); // prettier-ignore
  }
  return table.toString();
}

/** Three digits, or all of those before the point. */
function number(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }); // prettier-ignore
}

function shown({ median, lower, upper }: Spread): [string, string] {
  return [number(median), `${number(lower)} to ${number(upper)}`];
}

const kilobytes = (bytes: number | null): string => (bytes === null ? "-" : Math.ceil(bytes / 1024).toLocaleString("en")); // prettier-ignore

function plain(head: string[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: head.map((name, i) => (i === 0 || name === "engine" ? "left" : "right")),
    chars: {
      top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "",
      "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: " ",
    },
  }); // prettier-ignore
}
