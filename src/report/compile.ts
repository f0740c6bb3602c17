import type { Plan } from "../plan/plan.ts";
import { inputsOf, type Program } from "../program/program.ts";
import { showShape } from "../tensor/shape.ts";
import { count, duration } from "./numbers.ts";

/** What was compiled, and how large it came out. */
export interface CompileReport {
  readonly model: string;
  readonly files: readonly string[];
  readonly seconds: number;
  readonly equations: number;
  readonly parameters: number;
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly role: string;
  }[];
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export function compileReport(
  { model, parameterCount }: Plan,
  program: Program,
  seconds: number,
  files: readonly string[],
): CompileReport {
  return {
    model: model.name,
    files,
    seconds,
    equations: program.equations.length,
    parameters: parameterCount,
    inputs: inputsOf(program).map(({ attributes: { name, shape, role } }) => ({
      name,
      shape,
      role,
    })),
    outputs: program.outputs.map(({ name, value }) => ({
      name,
      shape: program.equations[value]!.shape,
    })),
  };
}

/** The report as a person reads it. Ends with a newline. */
export function compileText(report: CompileReport): string {
  const { model, files, seconds, equations, parameters, inputs, outputs } = report;
  const roles = ["state", "data", "feed", "noise"].flatMap((role) => {
    const some = inputs.filter((input) => input.role === role);
    const listed = some.map(({ name, shape }) => `${name} ${showShape(shape)}`);
    return some.length === 0 ? [] : [`  ${role.padEnd(8)}${listed.join(", ")}`];
  });
  const shown = outputs.map(({ name, shape }) => `${name} ${showShape(shape)}`);
  return [
    `${model}: ${count(equations)} equations over ${count(parameters)} learned numbers, compiled in ${duration(seconds)}`,
    ...roles,
    `  ${"outputs".padEnd(8)}${shown.join(", ")}`,
    ...(files.length > 0 ? [`wrote ${files.join(" and ")}`] : []),
    "",
  ].join("\n");
}
