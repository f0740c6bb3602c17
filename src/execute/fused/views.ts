import { definition, type Equation, type EquationOf, type Program, type Value } from "../../program/program.ts";
import { present } from "../../base/assert.ts";
import type { Shape } from "../../tensor/shape.ts";
import { fillOf } from "../fill.ts";
import { isView, type ViewName } from "./clusters.ts";
import { reshaped, stretched } from "./strides.ts";

/** Where a value lies: `offset` and `strides` count elements of its buffer. */
export interface Place {
  readonly buffer: number;
  readonly offset: number;
  readonly strides: readonly number[];
}

type Places = ReadonlyMap<Value, Place>;

/** What a value is when all views are looked through. */
export function behind(program: Program, value: Value): Equation {
  const equation = definition(program, value);
  return isView(equation) ? behind(program, equation.args[0]) : equation;
}

/** The place of a view, "copy" where memory has to be moved, null for a view of a fill. */
export function viewOf(program: Program, equation: EquationOf<ViewName>, places: Places): Place | "copy" | null {
  const from = definition(program, equation.args[0]);
  const place = places.get(from.out);
  if (!place) return fillOf(from) === null ? "copy" : null;
  const { shape } = from;
  const { strides, buffer, offset } = place;
  switch (equation.op) {
    case "stop":
      return place;
    case "transpose":
      return { buffer, offset, strides: equation.attributes.permutation.map((axis) => strides[axis] ?? 0) };
    case "slice": {
      const { begin } = equation.attributes;
      const moved = strides.reduce((sum, stride, axis) => sum + (begin[axis] ?? 0) * stride, offset);
      return { buffer, offset: moved, strides };
    }
    case "broadcast":
      return { buffer, offset, strides: stretched(shape, strides, equation.shape) };
    case "reshape": {
      const next = reshaped(shape, strides, equation.shape);
      return next === null ? "copy" : { buffer, offset, strides: next };
    }
  }
}

/** What a copy goes through: the memory behind a view in an order in which the view lies together. */
export function copySource(
  program: Program,
  equation: EquationOf<ViewName>,
  places: Places,
): { readonly shape: Shape; readonly from: Place } {
  const viewed = viewOf(program, equation, places);
  if (viewed !== null && viewed !== "copy") return { shape: equation.shape, from: viewed };
  // a reshape keeps the order of entries: the copy goes through its argument
  const { out, shape } = definition(program, equation.args[0]);
  return { shape, from: present(places.get(out), `the place of %${out}`) };
}
