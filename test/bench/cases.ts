import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceFile } from "../../src/diagnostics/span.ts";
import { compileSource, type Compiled, type PipelineOptions } from "../../src/pipeline.ts";
import { defaultOptions, type CompileOptions } from "../../src/objective/options.ts";

/** What is measured: models of `models/` with the options that make them one training step. */
export interface Case {
  readonly name: CaseName;
  /** In words, for the table. */
  readonly what: string;
  readonly model: string;
  readonly options: CompileOptions;
}
export type CaseName = "toy" | "schools_mean_field" | "schools_full_rank";

const { guide, objective } = defaultOptions;

export const cases: readonly Case[] = [
  {
    name: "toy",
    what: "toy: siwae, K = 4 mean-field components, T = 10, batch 32, encoder 2-100-100",
    model: "abs_normal",
    options: { ...defaultOptions, batch: { n: 32 } },
  },
  {
    name: "schools_mean_field",
    what: "eight schools: mean field, elbo, 1 draw",
    model: "eight_schools",
    options: {
      ...defaultOptions,
      guide: { ...guide, family: "mean_field", K: 1 },
      objective: { ...objective, bound: "elbo", T: 1 },
    },
  },
  {
    name: "schools_full_rank",
    what: "eight schools: full rank, elbo, 10 draws",
    model: "eight_schools",
    options: {
      ...defaultOptions,
      guide: { ...guide, family: "full_rank", component: "full_rank", K: 1 },
      objective: { ...objective, bound: "elbo", T: 10 },
    },
  },
];

export function caseOf(name: string): Case {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new Error(`no case ${name}; there are ${cases.map((one) => one.name).join(", ")}`); // prettier-ignore
  return found;
}

export type Raw = Readonly<Record<string, unknown>>;

/** A model of `models/` and its data. */
export function modelFiles(model: string): { readonly source: SourceFile; readonly data: Raw } {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "models", model);
  const text = readFileSync(join(folder, "model.ppl"), "utf8");
  const data = JSON.parse(readFileSync(join(folder, "data.json"), "utf8")) as Raw;
  return { source: { path: `models/${model}/model.ppl`, text }, data };
}

/** Compiles a model that is known to be right. */
export function compileModel(model: string, options: PipelineOptions): Compiled {
  const { source, data } = modelFiles(model);
  const compiled = compileSource(source, data, options);
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join("\n"));
  return compiled.value;
}
