import { largest } from "../base/arrays.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { broadcastShapes, type Shape } from "../tensor/shape.ts";
import { present } from "../base/assert.ts";
import { row, type LibraryFunction, type Misfit, type Operand } from "./function.ts";
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
export function aligned<Args extends readonly Operand[]>(
  b: Builder,
  args: readonly [...Args],
): { readonly [I in keyof Args]: Value };
export function aligned(b: Builder, args: readonly Operand[]): readonly Value[] {
  const rank = largest(args.map((arg) => arg.rank));
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

/** What a function of each entry by itself is: its lowering sees arguments that broadcast. */
interface Entrywise<Ranges extends readonly Range[], Values extends readonly Value[]> {
  readonly doc: string;
  /** For other signatures than `name(x)` and `name(a, b)`. */
  readonly signature?: string;
  readonly range: (...args: Ranges) => Range;
  readonly each: (b: Builder, ...args: Values) => Value;
  /** Whole always, or when the arguments are; never, where it is not said. */
  readonly integer?: "always" | "kept";
  readonly discontinuous?: boolean;
}

interface Unary extends Entrywise<[x: Range], [x: Value]> {
  /** In words what an argument should be, when no number of this range will do. */
  readonly domain?: (x: Range) => string | null;
}

/** A function of one argument, entry by entry. */
export function unary(name: string, of: Unary): LibraryFunction {
  return row({
    name,
    signature: of.signature ?? `${name}(x)`,
    doc: of.doc,
    count: "one",
    type: ([x]) => {
      const wrong = of.domain?.(x.range) ?? null;
      return wrong === null ? { shape: x.shape, integer: whole(of, [x]), range: of.range(x.range) } : misfit(0, wrong);
    },
    lower: (b, [x]) => of.each(b, x.value),
    discontinuous: of.discontinuous ?? false,
    missing: "entrywise",
  });
}

/** A function of any real number that has a derivative there, kinks apart: a network may have it between its layers. */
export interface Smooth<Name extends string> extends LibraryFunction {
  readonly name: Name;
  /** The function of each entry of a value. */
  readonly each: (b: Builder, x: Value) => Value;
}

/** A smooth function of one argument, entry by entry. */
export function smooth<Name extends string>(
  name: Name,
  of: Omit<Unary, "domain" | "discontinuous" | "signature">,
): Smooth<Name> {
  return { ...unary(name, of), name, each: of.each };
}

interface Binary extends Entrywise<[x: Range, y: Range], [x: Value, y: Value]> {
  /** Another lowering for a second argument that is this number. */
  readonly constant?: (b: Builder, x: Value, y: number) => Value | null;
}

/** A function of two arguments, entry by entry; a single number stretches. */
export function binary(name: string, of: Binary): LibraryFunction {
  return row({
    name,
    signature: of.signature ?? `${name}(a, b)`,
    doc: of.doc,
    count: "two",
    type: ([x, y]) => {
      const shape = commonShape([x, y]);
      if ("misfit" in shape) return shape;
      return { shape, integer: whole(of, [x, y]), range: of.range(x.range, y.range) };
    },
    lower: (b, [x, y]) => {
      const [p, q] = aligned(b, [x, y]);
      const simple = y.constant === undefined ? null : (of.constant?.(b, p, y.constant) ?? null);
      return simple ?? of.each(b, p, q);
    },
    discontinuous: of.discontinuous ?? false,
    missing: "entrywise",
  });
}

function whole({ integer }: Pick<Unary, "integer">, args: readonly ValueType[]): boolean {
  return integer === "always" || (integer === "kept" && args.every((arg) => arg.integer));
}
