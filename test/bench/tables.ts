import Table from "cli-table3";
import type { CompileTimes, PassTimes } from "./compile.ts";
import type { ProductTimes } from "./products.ts";
import { stageLegend, stageNames } from "./stages.ts";
import type { StepTimes } from "./steps.ts";
import type { Spread } from "./timing.ts";

/** A table, and what to read under it. */
export interface Sheet {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** Every workload on every engine beside the same step by hand: time, ratio, compiling, memory. */
export function stepTable(steps: readonly StepTimes[], compile: readonly CompileTimes[]): Sheet {
  const head = [
    "workload",
    "engine",
    "bits",
    "us a step",
    "middle half",
    "ratio",
    "middle half",
    "compile ms, cold",
    "warm",
    "memory kB",
  ];
  const rows: string[][] = [];
  for (const { workload, engine, precision, step, ratio, bytes } of steps) {
    const own = compile.find((one) => one.workload === workload && one.engine === engine);
    const bits = precision === "float32" ? "32" : "64";
    const time = typeof step === "string" ? ["-", ""] : shown(step);
    const compiling = [own?.cold?.total, own?.warm.total].map((s) => (s ? s.median.toFixed(0) : "-"));
    rows.push([workload, engine, bits, ...time, ...(ratio ? shown(ratio) : ["-", ""]), ...compiling, kilobytes(bytes)]);
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
  return { head, rows, notes };
}

/** The fused engine's compiling, stage by stage. */
export function stageTable(compile: readonly CompileTimes[], passes: readonly PassTimes[]): Sheet {
  const head = ["milliseconds", "", ...stageNames, "total", "passes", "equations"];
  const rows: string[][] = [];
  for (const { workload, engine, cold, warm } of compile) {
    if (engine !== "fused") continue;
    const row = (times: typeof warm): string[] =>
      [...stageNames, "total" as const].map((name) => times[name].median.toFixed(1));
    const pass = passes.find((one) => one.workload === workload);
    const equations = pass ? `${pass.before} to ${pass.after}` : "";
    if (cold) rows.push([workload, "cold", ...row(cold), "", ""]);
    rows.push([cold ? "" : workload, "warm", ...row(warm), pass?.milliseconds.toFixed(1) ?? "", equations]);
  }
  const start = compile.flatMap(({ process }) => (process ? [process.median] : []));
  const median = start.sort((a, b) => a - b)[Math.floor(start.length / 2)];
  const notes = [
    stageLegend,
    ...(median
      ? [`a fresh process takes another ${median.toFixed(0)} ms to load its modules, types stripped by tsx`]
      : []),
  ];
  return { head, rows, notes };
}

/** Matrix products: the step's rate, the kernel's own, and the one by the other. */
export function productTable(products: readonly ProductTimes[]): Sheet {
  const head = [
    "workload",
    "products",
    "MFLOP",
    "GFLOP/s of the step",
    "middle half",
    "products alone",
    "middle half",
    "fraction",
    "middle half",
  ];
  const rows: string[][] = [];
  for (const { workload, products: count, flops, step, alone, fraction } of products) {
    const percent = {
      median: 100 * fraction.median,
      lower: 100 * fraction.lower,
      upper: 100 * fraction.upper,
      repeats: fraction.repeats,
    };
    const [middle, half] = shown(percent);
    rows.push([
      workload,
      String(count),
      (flops / 1e6).toFixed(1),
      ...shown(step),
      ...shown(alone),
      `${middle} %`,
      half,
    ]);
  }
  return { head, rows, notes: [] };
}

/** Three digits, or all of those before the point. */
function number(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function shown({ median, lower, upper }: Spread): [string, string] {
  return [number(median), `${number(lower)} to ${number(upper)}`];
}

const kilobytes = (bytes: number | null): string =>
  bytes === null ? "-" : Math.ceil(bytes / 1024).toLocaleString("en");

/** The sheet as aligned text, or as Markdown for docs/benchmarks.md. */
export function written({ head, rows, notes }: Sheet, markdown: boolean): string {
  const left = (column: number): boolean => column === 0 || (column === 1 && head[column] === "engine");
  if (markdown) {
    const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
    const rule = head.map((_, column) => (left(column) ? "---" : "---:"));
    return [...[head, rule, ...rows].map(line), "", ...notes].join("\n");
  }
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (left(column) ? "left" : "right")),
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: " ",
    },
  });
  table.push(...rows.map((row) => [...row]));
  return [table.toString(), ...notes].join("\n");
}
