import { columnsDisagree, notCsv } from "../../diagnostics/catalogue/tables.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import type { Row } from "./records.ts";

/** A column of a table. */
export interface Column {
  /** Which one, counted from 0. */
  readonly at: number;
  readonly title: string;
}

/** Columns that make up one name: `y` alone, or `x[0]`, `x[1]` (also `x.0`, `x.1`) side by side, in this order. */
export interface Group {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly matrix: boolean;
}
/** The columns by the names that they make up, or why they make up none. */
export function grouped(
  header: Row,
  columns: readonly Column[],
  path: string,
  delimiter: string,
): Outcome<readonly Group[]> {
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
export function lineOf({ line, raw }: Row): number {
  return line - (raw.replace(/\r?\n$/, "").match(/\n/g)?.length ?? 0);
}

/** 1-based column at which a cell starts in its line. */
export function columnOf({ raw }: Row, cell: number, delimiter: string): number {
  let quoted = false;
  let seen = 0;
  for (let i = 0; i < raw.length; i++) {
    if (seen === cell) return i + 1;
    if (raw[i] === '"') quoted = !quoted;
    else if (raw[i] === delimiter && !quoted) seen++;
  }
  return raw.replace(/\r?\n$/, "").length + 1;
}
