import { InternalError } from "../base/assert.ts";
import { bounds } from "../base/bounds.ts";
import { thrownText } from "../base/thrown.ts";
import { dataUnreadable, notANumber, raggedData, wrongRank } from "../diagnostics/catalogue/data.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { sizeOf, type HostTensor, unravel } from "../tensor/shape.ts";
import type { DataDecl } from "../model/model.ts";
import { exprText } from "../model/print.ts";
import { showType } from "../model/types.ts";

/** "y[3, 1]"; "y" for a single number. */
export function entryName(name: string, place: readonly number[]): string {
  return place.length === 0 ? name : `${name}[${place.join(", ")}]`;
}

/**
 * One data array as a tensor of the declared rank, NaN for what is missing (`null`); null after a report. It is a copy:
 * whatever becomes of `raw`, it stays. Code that looks like data, such as a getter, may throw: that is told too.
 */
export function readRaw(decl: DataDecl, raw: unknown, diagnostics: Diagnostic[]): HostTensor | null {
  try {
    return readValues(decl, raw, diagnostics);
  } catch (error) {
    if (error instanceof InternalError) throw error;
    diagnostics.push(dataUnreadable({ ...decl, why: thrownText(error) }));
    return null;
  }
}

function readValues(decl: DataDecl, raw: unknown, diagnostics: Diagnostic[]): HostTensor | null {
  const { name, span, type } = decl;
  const rank = type.shape.length;
  const given = isTensor(raw) ? raw.shape : shapeOfNested(raw);
  const why = excess(raw, given);
  if (why !== null) {
    diagnostics.push(dataUnreadable({ name, span, why }));
    return null;
  }
  if (given.length !== rank && !(given.length < rank && given.at(-1) === 0)) {
    const found = given.length;
    // Text where numbers belong is the more helpful thing to say about a single value.
    if (found === 0 && typeof raw !== "number" && raw !== null)
      diagnostics.push(notANumber({ name, span, entry: name, found: describe(raw) }));
    else {
      const declared = showType(type, exprText);
      diagnostics.push(wrongRank({ name, span, declared, expected: rank, found }));
    }
    return null;
  }
  // An empty list says nothing of the axes below it.
  const shape = [...given, ...new Array<number>(rank - given.length).fill(0)];
  if (isTensor(raw)) {
    const at = firstStrange(raw.values);
    if (at < 0) return { shape, values: floats(raw.values) };
    const entry = entryName(name, unravel(shape, at));
    diagnostics.push(notANumber({ name, span, entry, found: describe(raw.values[at]) }));
    return null;
  }
  // rows of other lengths are told by `fill`, for which there is no room to be made
  const values = new Float64Array(isRectangle(raw, shape, 0) ? sizeOf(shape) : 0);
  const problem = fill(values, shape, raw, decl);
  if (!problem) return { shape, values };
  diagnostics.push(problem);
  return null;
}

/** What keeps an array from being looked at, as it stands: null where nothing does. */
function excess(raw: unknown, shape: readonly number[]): string | null {
  if (shape.length > bounds.depth) return `more than ${bounds.depth} lists stand inside one another`;
  if (sizeOf(shape) > bounds.numbers) return `it has more than ${bounds.numbers} numbers`;
  const lying = shape.length === 0 && isShaped(raw) && !isTensor(raw);
  return lying ? "`shape` holds whole numbers, and `values` is a list of as many numbers as they ask for" : null;
}

/** The first entry that is neither a number nor missing; -1 where there is none. */
function firstStrange(values: ArrayLike<unknown>): number {
  const sound = (x: unknown): boolean => typeof x === "number" || x === null;
  // numbers are all that typed arrays hold, but for those of big ones
  if (ArrayBuffer.isView(values)) return values.length === 0 || sound(values[0]) ? -1 : 0;
  for (let at = 0; at < values.length; at++) if (!sound(values[at])) return at;
  return -1;
}

/** Whether every list has the length that the first ones have; its entries are not looked at. */
function isRectangle(raw: unknown, shape: readonly number[], depth: number): boolean {
  if (depth === shape.length) return true;
  if (!isList(raw) || raw.length !== shape[depth]) return false;
  if (depth + 1 === shape.length) return true;
  for (let at = 0; at < raw.length; at++) if (!isRectangle(raw[at], shape, depth + 1)) return false;
  return true;
}

interface TensorLike {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

function isShaped(raw: unknown): raw is { readonly shape: unknown; readonly values: unknown } {
  return typeof raw === "object" && raw !== null && "shape" in raw && "values" in raw;
}

function isTensor(raw: unknown): raw is TensorLike {
  if (!isShaped(raw)) return false;
  const { shape, values } = raw;
  return (
    Array.isArray(shape) &&
    shape.length <= bounds.depth &&
    shape.every((size) => Number.isInteger(size) && size >= 0) &&
    (Array.isArray(values) || ArrayBuffer.isView(values)) &&
    (values as ArrayLike<number>).length === sizeOf(shape as number[])
  );
}

/** A list has `null` for what is missing. */
const floats = (values: ArrayLike<number | null>): Float64Array =>
  Array.isArray(values)
    ? Float64Array.from(values as readonly (number | null)[], (x) => x ?? NaN)
    : new Float64Array(values as ArrayLike<number>);

/** Lengths along the first entries; other rows are compared with them later. */
function shapeOfNested(raw: unknown): number[] {
  const shape: number[] = [];
  for (let at = raw; isList(at); at = at[0]) {
    shape.push(at.length);
    // one that contains itself has no end
    if (at.length === 0 || shape.length > bounds.depth) break;
  }
  return shape;
}

function isList(raw: unknown): raw is ArrayLike<unknown> {
  return Array.isArray(raw) || (ArrayBuffer.isView(raw) && !(raw instanceof DataView));
}

/** Copies nested arrays row by row, without recursion over entries; says what is wrong with the first bad one. */
function fill(
  values: Float64Array,
  shape: readonly number[],
  raw: unknown,
  { name, span }: DataDecl,
): Diagnostic | null {
  let next = 0;
  const visit = (at: unknown, depth: number, place: readonly number[]): Diagnostic | null => {
    const entry = entryName(name, place);
    const expected = shape[depth];
    if (expected === undefined) {
      if (at === null) {
        values[next++] = NaN;
        return null;
      }
      if (typeof at !== "number") return notANumber({ name, span, entry, found: describe(at) });
      values[next++] = at;
      return null;
    }
    if (!isList(at)) {
      const found = typeof at === "number" ? `the single number ${at}` : describe(at);
      return notANumber({ name, span, entry, found: `${found} where a list of ${expected} numbers is expected` });
    }
    if (at.length !== expected) return raggedData({ name, span, entry, length: at.length, expected });
    if (depth === shape.length - 1) {
      for (let i = 0; i < expected; i++) {
        const value = at[i];
        if (typeof value === "number") values[next++] = value;
        else if (value === null) values[next++] = NaN;
        else return visit(value, depth + 1, [...place, i]);
      }
      return null;
    }
    for (let i = 0; i < expected; i++) {
      const problem = visit(at[i], depth + 1, [...place, i]);
      if (problem) return problem;
    }
    return null;
  };
  return visit(raw, 0, []);
}

function describe(raw: unknown): string {
  if (raw === undefined) return "missing";
  if (typeof raw === "string") return `the text "${raw.length > 20 ? `${raw.slice(0, 20)}...` : raw}"`;
  if (typeof raw === "boolean") return `\`${raw}\``;
  if (isList(raw)) return "a list";
  return typeof raw === "object" ? "an object" : `a ${typeof raw}`;
}
