import { CsvError, parse } from "csv-parse/sync";
import { cellNotNumber, columnsDisagree, noRows, notCsv } from "../diagnostics/catalogue/data.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";

/** Columns that make up one name: `y` alone, or `x[0]`, `x[1]` (also `x.0`, `x.1`) side by side. */
interface Group {
  readonly name: string;
  /** Column numbers in the order of their indices; one without an index for a plain column. */
  readonly columns: readonly number[];
  readonly matrix: boolean;
}

interface Row {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: { readonly lines: number };
}

/** How tables write that a value is missing. */
const absent = /^(NA|NaN)?$/i;

/** A table that has been taken apart, its cells still text. */
export interface Table {
  /** Names of what it holds: its columns, those with indices under one name. */
  readonly names: readonly string[];
  readonly header: Row;
  readonly body: readonly Row[];
  readonly groups: readonly Group[];
  readonly path: string;
  readonly delimiter: string;
}

/** A table has the names of its columns on the first line. */
export function readTable(text: string, path: string, delimiter = ","): Outcome<Table> {
  let rows: readonly Row[];
  try {
    rows = parse(text, {
      bom: true,
      delimiter,
      info: true,
      raw: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Row[];
  } catch (problem) {
    if (!(problem instanceof CsvError)) throw problem;
    const line = Number((problem as { lines?: unknown }).lines ?? 1);
    return failed(notCsv({ path, line, column: 1, why: inWords(problem) }));
  }
  const [header, ...body] = rows;
  if (!header) return failed(noRows({ path }));
  const grouping = grouped(header, path, delimiter);
  if (!grouping.ok) return grouping;
  const groups = grouping.value;
  return ok({ names: groups.map(({ name }) => name), header, body, groups, path, delimiter });
}

/**
 * All of a table. A column is a list with one entry for each row; columns `x[0]`, `x[1]`, ... are gathered into a matrix
 * `x` with one row for each row. An empty cell, `NA` and `NaN` are missing values: NaN.
 */
export function allColumns(table: Table): Outcome<Record<string, unknown>> {
  const { groups } = table;
  const columns = groups.flatMap((group) => group.columns);
  const numbers = numbersIn(table, columns);
  if (!numbers.ok) return numbers;
  return ok(Object.fromEntries(groups.map((group) => [group.name, valuesOf(group, numbers.value)])));
}

/**
 * One column of a table, or a matrix of several; other columns may hold anything. A name is a title of the first line,
 * or that of a matrix. Null where one of them is not there.
 */
export function columnsOf(table: Table, wanted: string | readonly string[]): Outcome<unknown> {
  const parts: Group[] = [];
  for (const title of typeof wanted === "string" ? [wanted] : wanted) {
    const column = table.header.record.indexOf(title);
    const group = table.groups.find(({ name }) => name === title);
    if (column >= 0) parts.push({ name: title, columns: [column], matrix: false });
    else if (group) parts.push(group);
    else return ok(null);
  }
  const columns = parts.flatMap((group) => group.columns);
  const numbers = numbersIn(table, columns);
  if (!numbers.ok) return numbers;
  const whole = typeof wanted === "string" ? parts[0]! : { name: "", columns, matrix: true };
  return ok(valuesOf(whole, numbers.value));
}

/** All of a table, out of its text. */
export function parseCsv(text: string, path: string, delimiter = ","): Outcome<Record<string, unknown>> {
  const table = readTable(text, path, delimiter);
  return table.ok ? allColumns(table.value) : table;
}

/** Rows of numbers: those columns that are wanted, at their own places. */
function numbersIn(
  { header, body, path, delimiter }: Table,
  columns: readonly number[],
): Outcome<readonly (readonly number[])[]> {
  const wanted = columns.toSorted((a, b) => a - b);
  const numbers: number[][] = [];
  for (const row of body) {
    const cells: number[] = new Array<number>(row.record.length).fill(NaN);
    for (const column of wanted) {
      const cell = row.record[column]!;
      if (absent.test(cell)) continue;
      const number = (cells[column] = Number(cell));
      if (!Number.isNaN(number)) continue;
      const place = { path, line: lineOf(row), column: columnOf(row, column, delimiter) };
      return failed(cellNotNumber({ ...place, name: header.record[column]!, text: cell }));
    }
    numbers.push(cells);
  }
  return ok(numbers);
}

const valuesOf = ({ columns, matrix }: Group, rows: readonly (readonly number[])[]): unknown =>
  rows.map((cells) => (matrix ? columns.map((c) => cells[c]!) : cells[columns[0]!]!));

function grouped(header: Row, path: string, delimiter: string): Outcome<readonly Group[]> {
  const found = new Map<string, Map<number | null, number>>();
  for (const [column, title] of header.record.entries()) {
    const match = /^(.*?)(?:\[(\d+)\]|\.(\d+))$/.exec(title);
    const name = match ? match[1]! : title;
    const index = match ? Number(match[2] ?? match[3]) : null;
    const place = { path, line: lineOf(header), column: columnOf(header, column, delimiter) };
    if (name === "") return failed(notCsv({ ...place, why: "a column has no name" }));
    const group = found.get(name) ?? new Map<number | null, number>();
    if (group.has(index)) return failed(columnsDisagree({ ...place, name, why: `\`${title}\` is there twice` }));
    if (group.size > 0 && (index === null || group.has(null)))
      return failed(columnsDisagree({ ...place, name, why: "some have an index and one has none" }));
    found.set(name, group.set(index, column));
  }
  const groups: Group[] = [];
  for (const [name, columns] of found) {
    const matrix = !columns.has(null);
    const order = [...columns].sort(([a], [b]) => (a ?? 0) - (b ?? 0));
    const gap = matrix ? order.findIndex(([index], place) => index !== place) : -1;
    if (gap >= 0) {
      const place = { path, line: 1, column: columnOf(header, order[gap]![1], delimiter) };
      return failed(columnsDisagree({ ...place, name, why: `\`${name}[${gap}]\` is not there` }));
    }
    groups.push({ name, columns: order.map(([, column]) => column), matrix });
  }
  return ok(groups);
}

/** 1-based line on which a record starts; it is told where the record ends. */
function lineOf({ info, raw }: Row): number {
  return info.lines - (raw.replace(/\r?\n$/, "").match(/\n/g)?.length ?? 0);
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
