import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { broadcastShapes, type Shape } from "../tensor/shape.ts";
import { present } from "../base/assert.ts";
import type { LibraryFunction, Misfit, Operand } from "./function.ts";
import type { Dim, Range, ValueType } from "../model/model.ts";
import { sameDims } from "../model/sizes.ts";

export type Typing = ValueType | { readonly misfit: Misfit };

export function misfit(argument: number | null, expected: string): { readonly misfit: Misfit } {
  return { misfit: { argument, expected } };
}

export function real(shape: readonly Dim[], range: Range): ValueType {
  return { shape, integer: false, range };
}

export function showDims(shape: readonly Dim[]): string {
  return shape.length === 0 ? "a single number" : `shape [${shape.join(", ")}]`;
}

/** The shape scalars stretch to and arrays must have; a misfit at the first argument that differs. */
export function commonShape(args: readonly ValueType[]): readonly Dim[] | { readonly misfit: Misfit } {
  const arrays = args.filter((arg) => arg.shape.length > 0);
  const shape = arrays[0]?.shape ?? [];
  const odd = args.findIndex((arg) => arg.shape.length > 0 && !sameDims(arg.shape, shape));
  return odd < 0 ? shape : misfit(odd, `${showDims(shape)}, as the argument before it has`);
}

/** Number of entries, or null while a size is not a number. */
export function countOf(shape: readonly Dim[]): number | null {
  let count = 1;
  for (const dim of shape) {
    if (typeof dim !== "number") return null;
    count *= dim;
  }
  return count;
}

/** Own shape of an operand once sizes are numbers. */
export function ownShape(b: Builder, { value, rank }: Operand): Shape {
  const shape = b.shapeOf(value);
  return shape.slice(shape.length - rank);
}

export function leadingShape(b: Builder, { value, rank }: Operand): Shape {
  const shape = b.shapeOf(value);
  return shape.slice(0, shape.length - rank);
}

/** Leading axes that all operands broadcast to. */
export function commonLeading(b: Builder, args: readonly Operand[]): Shape {
  return args.reduce<Shape>(
    (shape, arg) => present(broadcastShapes(shape, leadingShape(b, arg)), "a common leading shape"),
    [],
  );
}

/** Gives scalars trailing axes of size 1, so that leading axes line up with those of the arrays. */
export function aligned(b: Builder, args: readonly Operand[]): Value[] {
  const rank = Math.max(...args.map((arg) => arg.rank));
  return args.map((arg) => {
    const missing = rank - arg.rank;
    const ones = new Array<number>(missing).fill(1);
    const shape = b.shapeOf(arg.value);
    // A value without leading axes broadcasts as it is.
    return missing === 0 || shape.length === 0
      ? arg.value
      : b.reshape(arg.value, [...leadingShape(b, arg), ...ones, ...ownShape(b, arg)]);
  });
}

/** Axes of the operand's own, counted from the end. */
export function ownAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => i - rank);
}

type Details = Partial<Pick<LibraryFunction, "discontinuous">> & { readonly integer?: boolean };

/** A function of one argument, entry by entry. */
export function unary(
  name: string,
  doc: string,
  range: (x: Range) => Range,
  lower: (b: Builder, x: Value) => Value,
  details: Details & { readonly domain?: (x: Range) => string | null } = {},
): LibraryFunction {
  return {
    name,
    signature: `${name}(x)`,
    doc,
    arity: { min: 1, max: 1 },
    type: ([x]) => {
      const wrong = details.domain?.(x!.range) ?? null;
      if (wrong !== null) return misfit(0, wrong);
      return { shape: x!.shape, integer: details.integer ?? false, range: range(x!.range) };
    },
    lower: (b, [x]) => lower(b, x!.value),
    discontinuous: details.discontinuous ?? false,
  };
}

/** A function of two arguments, entry by entry; a single number stretches. */
export function binary(
  name: string,
  signature: string,
  doc: string,
  range: (x: Range, y: Range) => Range,
  lower: (b: Builder, x: Value, y: Value, args: readonly Operand[]) => Value,
  details: Details & { readonly integerIfBoth?: boolean } = {},
): LibraryFunction {
  return {
    name,
    signature,
    doc,
    arity: { min: 2, max: 2 },
    type: (args) => {
      const shape = commonShape(args);
      if ("misfit" in shape) return shape;
      const [x, y] = args;
      const integer = details.integer ?? (details.integerIfBoth === true && x!.integer && y!.integer);
      return { shape, integer, range: range(x!.range, y!.range) };
    },
    lower: (b, args) => {
      const [x, y] = aligned(b, args);
      return lower(b, x!, y!, args);
    },
    discontinuous: details.discontinuous ?? false,
  };
}
