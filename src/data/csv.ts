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

/**
 * A table with the names of its columns on the first line. A column is a list with one entry for each row; columns
 * `x[0]`, `x[1]`, ... are gathered into a matrix `x` with one row for each row. An empty cell, `NA` and `NaN` are missing values: NaN.
 */
export function parseCsv(
  text: string,
  path: string,
  delimiter = ",",
): Outcome<Record<string, unknown>> {
  let rows: readonly Row[];
  try {
    rows = parse(text, { bom: true, delimiter, info: true, raw: true, skip_empty_lines: true, trim: true }) as unknown as Row[]; // prettier-ignore
  } catch (problem) {
    if (!(problem instanceof CsvError)) throw problem;
    const line = Number((problem as { lines?: unknown }).lines ?? 1);
    return failed(notCsv({ path, line, column: 1, why: inWords(problem) }));
  }
  const [header, ...body] = rows;
  if (!header) return failed(noRows({ path }));
  const groups = grouped(header, path, delimiter);
  if (!groups.ok) return groups;
  const numbers: number[][] = [];
  for (const row of body) {
    const cells = row.record.map((cell) => (absent.test(cell) ? NaN : Number(cell)));
    const bad = cells.findIndex((cell, at) => Number.isNaN(cell) && !absent.test(row.record[at]!));
    if (bad >= 0) {
      const place = { path, line: lineOf(row), column: columnOf(row, bad, delimiter) };
      return failed(cellNotNumber({ ...place, name: header.record[bad]!, text: row.record[bad]! }));
    }
    numbers.push(cells);
  }
  const data = groups.value.map(({ name, columns, matrix }): [string, unknown] => [
    name,
    numbers.map((cells) => (matrix ? columns.map((c) => cells[c]!) : cells[columns[0]!]!)),
  ]);
  return ok(Object.fromEntries(data));
}

function grouped(header: Row, path: string, delimiter: string): Outcome<readonly Group[]> {
  const found = new Map<string, Map<number | null, number>>();
  for (const [column, title] of header.record.entries()) {
    const match = /^(.*?)(?:\[(\d+)\]|\.(\d+))$/.exec(title);
    const name = match ? match[1]! : title;
    const index = match ? Number(match[2] ?? match[3]) : null;
    const place = { path, line: lineOf(header), column: columnOf(header, column, delimiter) };
    if (name === "") return failed(notCsv({ ...place, why: "a column has no name" }));
    const group = found.get(name) ?? new Map<number | null, number>();
    if (group.has(index))
      return failed(columnsDisagree({ ...place, name, why: `\`${title}\` is there twice` }));
    if (group.size > 0 && (index === null || group.has(null)))
      return failed(
        columnsDisagree({ ...place, name, why: "some have an index and one has none" }),
      );
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
