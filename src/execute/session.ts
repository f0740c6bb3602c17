import { inputsOf, type EquationOf, type Program } from "../program/program.ts";
import type { Trace } from "./executor.ts";

/** A program's inputs by how an executor treats them. */
export interface InputKinds {
  readonly state: ReadonlySet<string>;
  /** State and data: set by `write`. */
  readonly written: ReadonlyMap<string, EquationOf<"input">>;
  readonly noise: readonly EquationOf<"input">[];
  readonly feed: readonly EquationOf<"input">[];
}

export function inputKinds(program: Program): InputKinds {
  const inputs = inputsOf(program);
  const withRole = (role: string) => inputs.filter(({ attributes }) => attributes.role === role);
  const written = [...withRole("state"), ...withRole("data")];
  return {
    state: new Set(withRole("state").map(({ attributes }) => attributes.name)),
    written: new Map(written.map((input) => [input.attributes.name, input])),
    noise: withRole("noise"),
    feed: withRole("feed"),
  };
}

/** The outputs whose values a run records step by step: those of rank 0. */
export function tracedNames(program: Program): readonly string[] {
  const shapes = new Map(program.equations.map(({ out, shape }) => [out, shape]));
  return program.outputs.filter(({ value }) => shapes.get(value)?.length === 0).map(({ name }) => name);
}

/** One column per traced output, and the trace of the first `done` steps. */
export function record(
  names: readonly string[],
  steps: number,
): { readonly columns: readonly Float64Array[]; trace(done: number): Trace } {
  const columns = names.map(() => new Float64Array(steps));
  return {
    columns,
    trace: (done) => Object.fromEntries(names.map((name, i) => [name, columns[i]!.subarray(0, done)])),
  };
}
