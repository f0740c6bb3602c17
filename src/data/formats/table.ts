import { tooLarge } from "../../diagnostics/catalogue/files.ts";
import { noRows, notCsv } from "../../diagnostics/catalogue/tables.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../../diagnostics/diagnostic.ts";
import type { RawArray } from "../arrays.ts";
import { bounds } from "../../base/bounds.ts";
import { inBytes } from "../../base/bytes.ts";
import type { Columns, Format } from "../format.ts";
import type { Bytes } from "../stream.ts";
import { beginTable, columnsOf, takeLines, takeRow, tooManyNumbers, type Asked, type Table } from "./columns.ts";
import { blocksOf, recordsOf, type Block, type Row } from "./records.ts";

const format = (ending: string, endings: RegExp, delimiter: string): Format => ({
  ending,
  endings,
  read: async ({ bytes }, path, wanted) => {
    const columns = await readTable(bytes, { path, delimiter, wanted });
    return columns.ok ? ok({ kind: "columns", columns: columns.value }) : columns;
  },
});

/** A table has the names of its columns on the first line. */
export const csv = format(".csv", /\.csv$/i, ",");
export const tsv = format(".tsv", /\.tsv$/i, "\t");

/**
 * Reads the columns that are wanted, line by line: their numbers are kept and nothing else. A column is a list with one
 * entry for each row; columns `x[0]`, `x[1]`, ... are gathered into a matrix `x` with one row for each row. An empty
 * cell, `NA` and `NaN` are missing values: NaN.
 */
export async function readTable(bytes: Bytes, asked: Asked): Promise<Outcome<Columns>> {
  const reader = tableReader(asked);
  for await (const block of blocksOf(bytes)) {
    const problem = typeof block === "string" ? tooLarge({ where: asked.path, why: block }) : reader.take(block);
    if (problem) return failed(problem);
  }
  return reader.finish();
}

/** All of a table, out of its text. */
export function parseCsv(text: string, path: string, delimiter = ","): Outcome<Readonly<Record<string, RawArray>>> {
  const reader = tableReader({ path, delimiter, wanted: null });
  const problem = reader.take({ text: text.replace(/^\uFEFF/, ""), newline: "\n", last: true });
  const columns = problem ? failed(problem) : reader.finish();
  return columns.ok ? columns.value.all() : columns;
}

interface TableReader {
  /** Takes lines; what is wrong with them, or null. */
  readonly take: (block: Block) => Diagnostic | null;
  readonly finish: () => Outcome<Columns>;
}

function tableReader(asked: Asked): TableReader {
  const { path } = asked;
  let table: Table | null = null;
  /** The number of the line that comes next, and the text of a record before it that is not over. */
  let [line, open] = [1, ""];
  const takeRecord = (row: Row): Diagnostic | null => {
    if (table !== null) return takeRow(table, row);
    const begun = beginTable(row, asked);
    if (!begun.ok) return begun.errors[0];
    table = begun.value;
    return null;
  };
  const take = (block: Block): Diagnostic | null => {
    const text = open + block.text;
    open = "";
    // without quotation marks a line is a record: no parser is needed, which would take ten times as long
    if (table !== null && !text.includes('"')) {
      const lines = text.split(block.newline);
      const problem = takeLines(table, lines, line);
      line += lines.length - 1;
      return problem ?? tooManyNumbers(table);
    }
    const { rows, then } = recordsIn(text, block, asked, line);
    for (const row of rows) {
      const problem = takeRecord(row);
      if (problem) return problem;
    }
    if (then === "open") open = text;
    else line += count(text, block.newline);
    return then !== "open" && then !== null ? then : table && tooManyNumbers(table);
  };
  return { take, finish: () => (table === null ? failed(noRows({ path })) : ok(columnsOf(table))) };
}

/** The records of whole lines, and what is wrong behind them; "open" where there are none before more lines have come. */
interface Taken {
  readonly rows: readonly Row[];
  readonly then: Diagnostic | "open" | null;
}

function recordsIn(text: string, { newline, last }: Block, { path, delimiter }: Asked, line: number): Taken {
  const full = last || text.length > bounds.rowBytes;
  // where an odd number of quotation marks stands, a quotation is open
  if (!full && count(text, '"') % 2 === 1) return { rows: [], then: "open" };
  const records = recordsOf({ text, newline }, delimiter, line);
  const unclear = (rows: readonly Row[], at: number, why: string): Taken => ({
    rows,
    then: notCsv({ path, line: at, column: 1, why }),
  });
  switch (records.kind) {
    case "rows":
      return { rows: records.rows, then: null };
    case "unclear":
      return unclear(records.rows, records.line, records.why);
    case "open": {
      if (!full) return { rows: [], then: "open" };
      if (last) return unclear(records.rows, records.line, "a quotation does not end");
      const why = `the row of line ${records.line} has more than ${inBytes(bounds.rowBytes)}`;
      return { rows: records.rows, then: tooLarge({ where: path, why }) };
    }
  }
}

/** How often a character stands in a text. */
function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++;
  return found;
}
