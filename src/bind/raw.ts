import { notANumber, raggedData, wrongRank } from "../diagnostics/catalogue/data.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { sizeOf, type HostTensor, unravel } from "../tensor/shape.ts";
import type { DataDecl } from "../model/model.ts";
import { exprText } from "../model/print.ts";
import { showType } from "../model/types.ts";

/** "y[3, 1]"; "y" for a single number. */
export function entryName(name: string, place: readonly number[]): string {
  return place.length === 0 ? name : `${name}[${place.join(", ")}]`;
}

/** One data array as a tensor of the declared rank, NaN for what is missing (`null`); null after a report. */
export function readRaw(decl: DataDecl, raw: unknown, diagnostics: Diagnostic[]): HostTensor | null {
  const { name, span, type } = decl;
  const rank = type.shape.length;
  const given = isTensor(raw) ? raw.shape : shapeOfNested(raw);
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
    const at = Array.isArray(raw.values) ? raw.values.findIndex((x) => typeof x !== "number" && x !== null) : -1;
    if (at < 0) return { shape, values: floats(raw.values) };
    const entry = entryName(name, unravel(shape, at));
    diagnostics.push(notANumber({ name, span, entry, found: describe(raw.values[at]) }));
    return null;
  }
  const values = new Float64Array(sizeOf(shape));
  const problem = fill(values, shape, raw, decl);
  if (!problem) return { shape, values };
  diagnostics.push(problem);
  return null;
}

interface TensorLike {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

function isTensor(raw: unknown): raw is TensorLike {
  if (typeof raw !== "object" || raw === null || !("shape" in raw) || !("values" in raw)) return false;
  const { shape, values } = raw;
  return (
    Array.isArray(shape) &&
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
    if (at.length === 0) break;
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
