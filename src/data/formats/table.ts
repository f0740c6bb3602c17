import { CsvError, parse } from "csv-parse/sync";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { textOf, type Columns, type Format, type Raw } from "../format.ts";
import { cellNotNumber, columnsDisagree, noRows, notCsv } from "../../diagnostics/catalogue/tables.ts";

/** A column of a table. */
interface Column {
  /** Which one, counted from 0. */
  readonly at: number;
  readonly title: string;
}

/** Columns that make up one name: `y` alone, or `x[0]`, `x[1]` (also `x.0`, `x.1`) side by side, in this order. */
interface Group {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly matrix: boolean;
}

interface Row {
  readonly cells: readonly string[];
  readonly raw: string;
  /** The line on which it ends, counted from 1. */
  readonly line: number;
}

/** How tables write that a value is missing. */
const absent = /^(NA|NaN)?$/i;

/** A table that has been taken apart, its cells still text. */
interface Table {
  readonly columns: readonly Column[];
  readonly groups: readonly Group[];
  readonly body: readonly Row[];
  readonly path: string;
  readonly delimiter: string;
}

const format = (ending: string, endings: RegExp, delimiter: string): Format => ({
  ending,
  endings,
  read: (bytes, path) => {
    const table = readTable(textOf(bytes), path, delimiter);
    return table.ok ? ok({ kind: "columns", columns: columnsOf(table.value) }) : table;
  },
});

/** A table has the names of its columns on the first line. */
export const csv = format(".csv", /\.csv$/i, ",");
export const tsv = format(".tsv", /\.tsv$/i, "\t");

/** All of a table, out of its text. */
export function parseCsv(text: string, path: string, delimiter = ","): Outcome<Raw> {
  const table = readTable(text, path, delimiter);
  return table.ok ? allColumns(table.value) : table;
}

const columnsOf = (table: Table): Columns => ({
  names: table.groups.map(({ name }) => name),
  all: () => allColumns(table),
  some: (wanted) => someColumns(table, wanted),
});

function readTable(text: string, path: string, delimiter: string): Outcome<Table> {
  const rows: Row[] = [];
  try {
    parse(text, {
      bom: true,
      delimiter,
      raw: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (parsed: unknown, { raw = "", lines }) => {
        // beside its text, under `raw`, a record is not what the types of csv-parse say it is
        const { record } = parsed as { readonly record: readonly string[] };
        rows.push({ cells: record, raw, line: lines });
        return null;
      },
    });
  } catch (problem) {
    if (!(problem instanceof CsvError)) throw problem;
    const line = Number((problem as { lines?: unknown }).lines ?? 1);
    return failed(notCsv({ path, line, column: 1, why: inWords(problem) }));
  }
  const [header, ...body] = rows;
  if (!header) return failed(noRows({ path }));
  const columns = header.cells.map((title, at) => ({ at, title }));
  const groups = grouped(header, columns, path, delimiter);
  return groups.ok ? ok({ columns, groups: groups.value, body, path, delimiter }) : groups;
}

/**
 * All of a table. A column is a list with one entry for each row; columns `x[0]`, `x[1]`, ... are gathered into a matrix
 * `x` with one row for each row. An empty cell, `NA` and `NaN` are missing values: NaN.
 */
function allColumns(table: Table): Outcome<Raw> {
  const { groups } = table;
  const numbers = numbersIn(
    table,
    groups.flatMap(({ columns }) => columns),
  );
  if (!numbers.ok) return numbers;
  return ok(Object.fromEntries(groups.map((group) => [group.name, numbers.value(group)])));
}

/** A name is a title of the first line, or that of a matrix. */
function someColumns(table: Table, wanted: string | readonly string[]): Outcome<unknown> {
  const parts: Group[] = [];
  for (const title of [wanted].flat()) {
    const column = table.columns.find((one) => one.title === title);
    const group = column
      ? { name: title, columns: [column], matrix: false }
      : table.groups.find(({ name }) => name === title);
    if (!group) return ok(null);
    parts.push(group);
  }
  const columns = parts.flatMap((group) => group.columns);
  const numbers = numbersIn(table, columns);
  if (!numbers.ok) return numbers;
  const [only] = parts;
  const whole = typeof wanted === "string" && only ? only : { name: "", columns, matrix: true };
  return ok(numbers.value(whole));
}

/** Reads those columns that are wanted; what it gives arranges them as lists and matrices. */
function numbersIn({ body, path, delimiter }: Table, wanted: readonly Column[]): Outcome<(group: Group) => unknown> {
  const columns = new Map(wanted.map((column) => [column.at, { ...column, numbers: new Array<number>() }]));
  const inOrder = [...columns.values()].toSorted((a, b) => a.at - b.at);
  for (const row of body)
    for (const { at, title, numbers } of inOrder) {
      // every row has as many cells as the first one
      const cell = row.cells[at] ?? "";
      const number = absent.test(cell) ? NaN : Number(cell);
      numbers.push(number);
      if (!Number.isNaN(number) || absent.test(cell)) continue;
      const place = { path, line: lineOf(row), column: columnOf(row, at, delimiter) };
      return failed(cellNotNumber({ ...place, name: title, text: cell }));
    }
  return ok(({ columns: own, matrix }) => {
    const lists = own.map(({ at }) => columns.get(at)?.numbers ?? []);
    return matrix ? body.map((_, row) => lists.map((list) => list[row])) : lists[0];
  });
}

function grouped(header: Row, columns: readonly Column[], path: string, delimiter: string): Outcome<readonly Group[]> {
  const found = new Map<string, Map<number | null, Column>>();
  const placeOf = ({ at }: Column) => ({ path, line: lineOf(header), column: columnOf(header, at, delimiter) });
  for (const column of columns) {
    const { title } = column;
    const [, stem, bracketed, dotted] = /^(.*?)(?:\[(\d+)\]|\.(\d+))$/.exec(title) ?? [];
    const name = stem ?? title;
    const index = stem === undefined ? null : Number(bracketed ?? dotted);
    const place = placeOf(column);
    if (name === "") return failed(notCsv({ ...place, why: "a column has no name" }));
    const group = found.get(name) ?? new Map<number | null, Column>();
    if (group.has(index)) return failed(columnsDisagree({ ...place, name, why: `\`${title}\` is there twice` }));
    if (group.size > 0 && (index === null || group.has(null)))
      return failed(columnsDisagree({ ...place, name, why: "some have an index and one has none" }));
    found.set(name, group.set(index, column));
  }
  const groups: Group[] = [];
  for (const [name, members] of found) {
    const matrix = !members.has(null);
    const order = [...members].sort(([a], [b]) => (a ?? 0) - (b ?? 0));
    for (const [place, [index, column]] of order.entries())
      if (matrix && index !== place)
        return failed(
          columnsDisagree({ ...placeOf(column), line: 1, name, why: `\`${name}[${place}]\` is not there` }),
        );
    groups.push({ name, columns: order.map(([, column]) => column), matrix });
  }
  return ok(groups);
}

/** 1-based line on which a record starts; it is told where the record ends. */
function lineOf({ line, raw }: Row): number {
  return line - (raw.replace(/\r?\n$/, "").match(/\n/g)?.length ?? 0);
}

/** 1-based column at which a cell starts in its line. */
function columnOf({ raw }: Row, cell: number, delimiter: string): number {
  let quoted = false;
  let seen = 0;
  for (let i = 0; i < raw.length; i++) {
    if (seen === cell) return i + 1;
    if (raw[i] === '"') quoted = !quoted;
    else if (raw[i] === delimiter && !quoted) seen++;
  }
  return raw.replace(/\r?\n$/, "").length + 1;
}

function inWords(problem: CsvError): string {
  switch (problem.code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH":
    case "CSV_RECORD_INCONSISTENT_COLUMNS":
      return "this line has more or fewer cells than the first one";
    case "CSV_QUOTE_NOT_CLOSED":
      return "a quotation does not end";
    default:
      return problem.message.replace(/^.*?: /, "");
  }
}
