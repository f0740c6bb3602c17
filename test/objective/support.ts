import { compileSource, type Compiled, type PipelineOptions } from "../../src/pipeline.ts";
import { type ObjectiveOptions } from "../../src/objective/options.ts";
import type { GuideOptions } from "../../src/guide/options.ts";
import { noiseSource } from "../../src/execute/noise.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { inputName } from "../../src/program/names.ts";
import { inputsOf, type Program } from "../../src/program/program.ts";
import { hostTensor, sizeOf, type HostTensor } from "../../src/tensor/shape.ts";
import { defaultOptions } from "../../src/plan/options.ts";

export interface Settings {
  readonly guide?: Partial<GuideOptions>;
  readonly objective?: Partial<ObjectiveOptions>;
  readonly batch?: Readonly<Record<string, number>>;
}

export function settings({ guide, objective, batch = {} }: Settings): PipelineOptions {
  return {
    ...defaultOptions,
    guide: { ...defaultOptions.guide, ...guide },
    objective: { ...defaultOptions.objective, ...objective },
    batch,
  };
}

/** Compiles a model text that the test knows to be right. */
export function compiled(text: string, data: Record<string, unknown>, what: Settings = {}): Compiled {
  const result = compileSource({ path: "test.ppl", text }, data, settings(what));
  if (!result.ok) throw new Error(result.errors.map((error) => error.message).join("\n"));
  return result.value;
}

/** The messages a model is refused with, "CODE message". */
export function refusals(text: string, data: Record<string, unknown>, what: Settings = {}): string[] {
  const result = compileSource({ path: "test.ppl", text }, data, settings(what));
  return result.ok ? [] : result.errors.map(({ code, message }) => `${code} ${message}`);
}

/** Runs a program on the reference evaluator: parameters (one vector, or array by array) and feeds given, data and noise supplied. */
export function run(
  { numbers }: Compiled,
  program: Program,
  { parameters, ...named }: Readonly<Record<string, ArrayLike<number>>>,
  seed = 1,
  step = 0,
): ReadonlyMap<string, HostTensor> {
  const given: typeof named = { ...named, ...(parameters && { [inputName.parameters]: parameters }) };
  const inputs = new Map<string, HostTensor>();
  for (const { attributes } of inputsOf(program)) {
    const { name, shape, role, noise } = attributes;
    const values = new Float64Array(sizeOf(shape));
    if (role === "noise") noiseSource(seed, name, noise!).fill(step, values);
    else if (given[name]) values.set(Array.from(given[name]));
    else if (role === "data") values.set(numbers.data.get(name)!.values);
    inputs.set(name, hostTensor(shape, values));
  }
  return evaluate(program, inputs);
}

/** The flat parameter vector with the values of each array as given; others 0. */
export function parametersWith(
  { paramSpecs, parameterCount }: Compiled,
  values: Readonly<Record<string, ArrayLike<number>>>,
): Float64Array {
  const flat = new Float64Array(parameterCount);
  for (const spec of paramSpecs) if (values[spec.name]) flat.set(Array.from(values[spec.name]!), spec.offset);
  return flat;
}

export function scalar(outputs: ReadonlyMap<string, HostTensor>, name: string): number {
  return outputs.get(name)!.values[0]!;
}

/** The raw scale of a guide whose standard deviation is sd: the inverse of 1e-5 + softplus. */
export function rawScale(sd: number): number {
  return Math.log(Math.expm1(sd - 1e-5));
}

/** Averages of repeated runs with fresh noise, and their standard errors. */
export function average(runs: number, one: (step: number) => ArrayLike<number>): { mean: number[]; se: number[] } {
  const all = Array.from({ length: runs }, (_, step) => Array.from(one(step)));
  const mean = all[0]!.map((_, i) => all.reduce((sum, row) => sum + row[i]!, 0) / runs);
  const se = mean.map((m, i) => Math.sqrt(all.reduce((sum, row) => sum + (row[i]! - m) ** 2, 0) / (runs - 1) / runs));
  return { mean, se };
}
