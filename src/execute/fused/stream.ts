import { assert, present } from "../../base/assert.ts";
import { dropUnused, rebuild } from "../../program/rewrite.ts";
import { inputsOf, type Equation, type EquationOf, type Program } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";

/** Data that a step sees only a minibatch of: the host picks the rows of each step, and feeds them. */
export interface Stream {
  /** The `feed` input that stands for the rows. */
  readonly feed: string;
  /** The data input, which the program no longer has. */
  readonly data: string;
  /** The feed whose entries are the rows to pick. */
  readonly rows: string;
  /** The data as [before, size, inner]; picked are [before, count, inner]. */
  readonly before: number;
  readonly size: number;
  readonly inner: number;
  readonly count: number;
}

/**
 * The program with the rows of a minibatch as feeds where a data input is read in no other way, so that the memory of
 * a step depends on the minibatch and not on the data. The numbers are the same.
 */
export function streamed(program: Program): {
  readonly program: Program;
  readonly streams: readonly Stream[];
} {
  const gathers = streamable(program);
  if (gathers.size === 0) return { program, streams: [] };
  const nameOf = (value: number): string => {
    const source = program.equations[value]!;
    assert(source.op === "input", "an input");
    return source.attributes.name;
  };
  const streams = new Map<string, Stream>();
  const rewritten = rebuild(program, (b, now, equation) => {
    if (equation.op !== "gather" || !gathers.has(equation)) return b.copy(now);
    const { axis } = equation.attributes;
    const [data, rows] = [nameOf(equation.args[0]), nameOf(equation.args[1])];
    const { shape } = program.equations[equation.args[0]]!;
    const feed = `${data}[${rows}, ${axis}]`;
    streams.set(feed, {
      ...{ feed, data, rows },
      before: sizeOf(shape.slice(0, axis)),
      size: shape[axis]!,
      inner: sizeOf(shape.slice(axis + 1)),
      count: equation.shape[axis]!,
    });
    return b.input(feed, equation.shape, "feed");
  });
  return { program: dropUnused(rewritten), streams: [...streams.values()] };
}

/** Gathers of a data input by a feed, where nothing else reads the data. */
function streamable(program: Program): ReadonlySet<Equation> {
  const { equations, outputs } = program;
  const found = new Map<number, EquationOf<"gather">[]>();
  for (const { attributes, out } of inputsOf(program)) if (attributes.role === "data") found.set(out, []);
  for (const equation of equations)
    equation.args.forEach((arg, position) => {
      const list = found.get(arg);
      if (!list) return;
      const rows = equations[equation.args[1] ?? -1];
      const picks =
        equation.op === "gather" &&
        position === 0 &&
        rows?.op === "input" &&
        rows.attributes.role === "feed" &&
        rows.shape.length === 1;
      if (picks) list.push(equation);
      else found.delete(arg);
    });
  for (const { value } of outputs) found.delete(value);
  return new Set([...found.values()].flat());
}

/** Writes a minibatch of a stream's data at a place in the feeds. */
export function copyRows(
  { data, before, size, inner }: Stream,
  values: Numbers,
  rows: ArrayLike<number>,
  { numbers: to, start }: { readonly numbers: Numbers; readonly start: number },
): void {
  let at = start;
  for (let o = 0; o < before; o++)
    for (let i = 0; i < rows.length; i++, at += inner) {
      const row = present(rows[i], "a row");
      assert(row >= 0 && row < size && Number.isInteger(row), `${data} has no row ${row}`);
      const from = (o * size + row) * inner;
      // a view of its own costs more than a few numbers
      if (inner < 32) for (let k = 0; k < inner; k++) to[at + k] = values[from + k]!;
      else to.set(values.subarray(from, from + inner), at);
    }
}

export type Numbers = Float32Array | Float64Array;
