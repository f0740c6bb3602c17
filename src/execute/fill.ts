import type { Equation } from "../program/program.ts";

/** A constant that fills its shape with one number needs no memory. */
export function fillOf(equation: Equation): number | null {
  if (equation.op !== "constant" || equation.attributes.values.length !== 1) return null;
  return equation.attributes.values[0] ?? null;
}
