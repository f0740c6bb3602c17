import { assert, present } from "../../base/assert.ts";
import { tooLarge } from "../../diagnostics/catalogue/files.ts";
import { cellNotNumber, notCsv } from "../../diagnostics/catalogue/tables.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../../diagnostics/diagnostic.ts";
import type { RawArray } from "../arrays.ts";
import { bounds } from "../../base/bounds.ts";
import type { Columns, Wanted } from "../format.ts";
import { columnOf, grouped, lineOf, type Column, type Group } from "./header.ts";
import { growing, numberIn, type Growing } from "./numbers.ts";
import type { Row } from "./records.ts";

/** Which table is read, and what of it. */
export interface Asked {
  readonly path: string;
  readonly delimiter: string;
  readonly wanted: Wanted;
}

/** A column that is kept: its numbers so far, or the first cell that is none. */
interface Kept {
  readonly numbers: Growing;
  problem: Diagnostic | null;
}

/** A table whose first line has been read: what is kept of the lines that follow. */
export interface Table {
  readonly asked: Asked;
  readonly columns: readonly Column[];
  readonly groups: readonly Group[];
  /** By the place of each column; null for those that nobody wants. */
  readonly kept: readonly (Kept | null)[];
}

export function beginTable(header: Row, asked: Asked): Outcome<Table> {
  const { path, delimiter, wanted } = asked;
  const columns = header.cells.map((title, at) => ({ at, title }));
  if (columns.length > bounds.columns)
    return failed(tooLarge({ where: path, why: `it has more than ${bounds.columns} columns` }));
  const groups = grouped(header, columns, path, delimiter);
  if (!groups.ok) return groups;
  const kept = new Array<Kept | null>(columns.length).fill(null);
  const isWanted = ({ name }: Group, { title }: Column): boolean =>
    wanted === null || wanted.has(name) || wanted.has(title) || groups.value.length === 1;
  for (const group of groups.value)
    for (const column of group.columns)
      if (isWanted(group, column)) kept[column.at] = { numbers: growing(), problem: null };
  return ok({ asked, columns, groups: groups.value, kept });
}

/** Takes the cells of one record. What is wrong with the table, or null. */
export function takeRow(table: Table, row: Row): Diagnostic | null {
  const { columns, kept, asked } = table;
  if (row.cells.length !== columns.length) return otherWidth(asked, lineOf(row));
  for (const [at, cell] of row.cells.entries()) {
    if (takeCell(kept[at], trimmed(cell))) continue;
    const problem = spoilt(table, at, cell, [lineOf(row), columnOf(row, at, asked.delimiter)]);
    if (problem) return problem;
  }
  return null;
}

/** Takes lines without a quotation mark: each is a record, and a delimiter always ends a cell. */
export function takeLines(table: Table, lines: readonly string[], first: number): Diagnostic | null {
  const { columns, kept, asked } = table;
  const { delimiter } = asked;
  for (const [nth, line] of lines.entries()) {
    if (line === "" || (line.trim() === "" && !line.includes(delimiter))) continue;
    let [from, at] = [0, 0];
    for (; ; at++) {
      const end = line.indexOf(delimiter, from);
      const into = kept[at];
      if (into) {
        const cell = trimmed(end < 0 ? line.slice(from) : line.slice(from, end));
        if (!takeCell(into, cell)) {
          if (line.split(delimiter).length !== columns.length) return otherWidth(asked, first + nth);
          const problem = spoilt(table, at, cell, [first + nth, from + 1]);
          if (problem) return problem;
        }
      }
      if (end < 0) break;
      from = end + 1;
    }
    if (at + 1 !== columns.length) return otherWidth(asked, first + nth);
  }
  return null;
}

const otherWidth = ({ path }: Asked, line: number): Diagnostic =>
  notCsv({ path, line, column: 1, why: "this line has more or fewer cells than the first one" });

/** A text without blanks around it; most have none. */
function trimmed(cell: string): string {
  return isPlain(cell.charCodeAt(0)) && isPlain(cell.charCodeAt(cell.length - 1)) ? cell : cell.trim();
}

const isPlain = (code: number): boolean => code > 0x20 && code < 0x7f;

/** Keeps what a cell says, unless it says something else than a number. */
function takeCell(into: Kept | null | undefined, cell: string): boolean {
  if (!into || into.problem) return true;
  const number = numberIn(cell);
  if (number === null) return false;
  into.numbers.push(number);
  return true;
}

/** Of a table that is wanted whole the first cell that is no number ends the reading; else only its column is lost. */
function spoilt(
  { columns, kept, asked }: Table,
  at: number,
  cell: string,
  [line, column]: readonly [line: number, column: number],
): Diagnostic | null {
  const { title } = present(columns[at], "a column");
  const into = present(kept[at], "a column that is kept");
  const text = cell.length > 40 ? `${cell.slice(0, 40)}...` : cell;
  into.problem = cellNotNumber({ path: asked.path, line, column, name: title, text });
  into.numbers.finish();
  return asked.wanted === null ? into.problem : null;
}

/** That more numbers are kept than one file may have, or null. */
export function tooManyNumbers({ kept, asked }: Table): Diagnostic | null {
  const count = kept.reduce((sum, one) => sum + (one?.numbers.length() ?? 0), 0);
  return count <= bounds.numbers
    ? null
    : tooLarge({ where: asked.path, why: `it has more than ${bounds.numbers} numbers` });
}

/** The columns of a table that has been read to its end. */
export function columnsOf(table: Table): Columns {
  const finished = new Map<number, Float64Array>();
  const numbersOf = ({ at }: Column): Float64Array => {
    const all = finished.get(at) ?? present(table.kept[at], "a column that is wanted").numbers.finish();
    finished.set(at, all);
    return all;
  };
  const arrayOf = ({ columns, matrix }: Pick<Group, "columns" | "matrix">): Outcome<RawArray> => {
    const problem = columns.map(({ at }) => table.kept[at]?.problem ?? null).find((one) => one !== null);
    if (problem) return failed(problem);
    const [first = new Float64Array(0), ...others] = columns.map(numbersOf);
    if (!matrix) return ok({ shape: [first.length], values: first });
    return ok({ shape: [first.length, columns.length], values: sideBySide([first, ...others]) });
  };
  return {
    names: table.groups.map(({ name }) => name),
    all: () => {
      const arrays: [string, RawArray][] = [];
      for (const group of table.groups) {
        const array = arrayOf(group);
        if (!array.ok) return array;
        arrays.push([group.name, array.value]);
      }
      return ok(Object.fromEntries(arrays));
    },
    some: (wanted) => {
      const parts = [wanted].flat().map((title) => partNamed(table, title));
      if (parts.includes(null)) return ok(null);
      const found = parts.filter((part) => part !== null);
      const [only] = found;
      const columns = found.flatMap((part) => part.columns);
      return arrayOf(typeof wanted === "string" && only ? only : { columns, matrix: true });
    },
  };
}

/** What is called so: a title of the first line, or the name of a matrix. */
function partNamed({ columns, groups }: Table, title: string): Pick<Group, "columns" | "matrix"> | null {
  const column = columns.find((one) => one.title === title);
  if (column) return { columns: [column], matrix: false };
  return groups.find(({ name }) => name === title) ?? null;
}

/** Columns of one length as the columns of a matrix. */
function sideBySide(columns: readonly Float64Array[]): Float64Array {
  const [first] = columns;
  assert(first, "a matrix has columns");
  const values = new Float64Array(first.length * columns.length);
  for (const [at, column] of columns.entries())
    for (let row = 0; row < column.length; row++) values[row * columns.length + at] = column[row] ?? NaN;
  return values;
}
