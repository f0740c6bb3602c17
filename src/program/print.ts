import { showShape } from "../tensor/shape.ts";
import { attributeKinds } from "./attributes.ts";
import type { Equation, Output, Program } from "./program.ts";

/**
 * The text form of a program, one equation per line and then the outputs; `readProgram` reads it back.
 *
 *     %0: [2] = input(name = "x", role = "state")  ; 12..20 prior of `tau`
 *     %1: [] = constant(values = [0.5])
 *     %2: [2] = mul(%0, %1)
 *     output "loss" = %2
 *     output "x'" = %2 -> "x"
 *
 * The body of a scan stands on lines of its own, indented:
 *
 *     %3: [9] = scan(%0, %1, count = 8, reverse = false) {
 *       %0: [] = input(name = "x", role = "state")
 *       ...
 *     }  ; 30..60 let x
 *
 * After the semicolon: the half-open range of offsets in the model source that the equation comes from, and its term.
 */
export function printProgram(program: Program): string {
  const lines = [...program.equations.map(printEquation), ...program.outputs.map(printOutput)];
  return lines.map((line) => `${line}\n`).join("");
}

export function printEquation(equation: Equation): string {
  const { op, args, out, shape, origin } = equation;
  const attributes = equation.attributes as Readonly<Record<string, unknown>>;
  const parts = [
    ...args.map((arg) => `%${arg}`),
    ...Object.keys(attributeKinds[op])
      .filter((name) => name !== "shape" && name !== "body" && attributes[name] !== undefined)
      .map((name) => `${name} = ${printAttribute(attributes[name])}`),
  ];
  const comment = origin
    ? `  ; ${origin.span.start}..${origin.span.end} ${JSON.stringify(origin.term).slice(1, -1)}`
    : "";
  const body = op === "scan" ? ` {\n${indented(printProgram(equation.attributes.body))}}` : "";
  return `%${out}: ${showShape(shape)} = ${op}(${parts.join(", ")})${body}${comment}`;
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, "  ");

function printOutput({ name, value, carry }: Output): string {
  const carried = carry === null ? "" : ` -> ${JSON.stringify(carry)}`;
  return `output ${JSON.stringify(name)} = %${value}${carried}`;
}

function printAttribute(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(printAttribute).join(", ")}]`;
  return Object.is(value, -0) ? "-0" : String(value);
}
