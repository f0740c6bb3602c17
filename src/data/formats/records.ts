import { CsvError, parse } from "csv-parse/sync";
import { bounds } from "../../base/bounds.ts";
import { inBytes } from "../../base/bytes.ts";
import { joined, type Bytes } from "../stream.ts";

/** One record of a table, taken apart. */
export interface Row {
  readonly cells: readonly string[];
  readonly raw: string;
  /** The line on which it ends, counted from 1. */
  readonly line: number;
}

/** Whole lines of a table, as one text. */
export interface Block {
  readonly text: string;
  /** How a line ends here. */
  readonly newline: "\n" | "\r";
  /** No line follows. */
  readonly last: boolean;
}

/** The text of a table in blocks of whole lines, about as long as its bytes come; a text where it is too long, which says why. */
export async function* blocksOf(bytes: Bytes): AsyncGenerator<Block | string> {
  const decoder = new TextDecoder("utf-8");
  let newline: Block["newline"] | null = null;
  let open: Uint8Array[] = [];
  let [openLength, length] = [0, 0];
  for await (const piece of bytes) {
    length += piece.length;
    if (length > bounds.tableBytes) return yield `it has more than ${inBytes(bounds.tableBytes)}`;
    newline ??= newlineIn(piece);
    const end = newline === null ? 0 : piece.lastIndexOf(newline.charCodeAt(0)) + 1;
    if (end > 0) {
      const text = decoder.decode(joined([...open, piece.subarray(0, end)]));
      yield { text, newline: newline ?? "\n", last: false };
      open = [];
      openLength = 0;
    }
    open.push(piece.subarray(end));
    openLength += piece.length - end;
    if (openLength > bounds.rowBytes) return yield `a row has more than ${inBytes(bounds.rowBytes)}`;
  }
  yield { text: decoder.decode(joined(open)), newline: newline ?? "\n", last: true };
}

/** How lines end, by the end of the first one; null where there is none yet, or its second half may follow. */
function newlineIn(piece: Uint8Array): Block["newline"] | null {
  const [lf, cr] = [piece.indexOf(0x0a), piece.indexOf(0x0d)];
  if (lf >= 0 && (cr < 0 || lf < cr || lf === cr + 1)) return "\n";
  return cr >= 0 && cr + 1 < piece.length ? "\r" : null;
}

/** What a text of whole lines holds. */
export type Records =
  | { readonly kind: "rows"; readonly rows: readonly Row[] }
  /** A quotation does not end in it: perhaps in the lines that follow. */
  | { readonly kind: "open"; readonly rows: readonly Row[]; readonly line: number }
  /** They stop making sense behind these. */
  | { readonly kind: "unclear"; readonly rows: readonly Row[]; readonly line: number; readonly why: string };

/** Records out of a text of whole lines, the first of which is line `first` of its file. */
export function recordsOf(
  { text, newline }: Pick<Block, "text" | "newline">,
  delimiter: string,
  first: number,
): Records {
  const rows: Row[] = [];
  try {
    parse(text, {
      delimiter,
      raw: true,
      record_delimiter: newline === "\n" ? ["\r\n", "\n"] : ["\r"],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (parsed: unknown, { raw = "", lines }) => {
        // beside its text, under `raw`, a record is not what the types of csv-parse say it is
        const { record } = parsed as { readonly record: readonly string[] };
        // empty lines before it are passed over
        rows.push({
          cells: record,
          raw: raw.replace(/^(?:[^\S\r\n]*(?:\r\n?|\n))+(?=.)/, ""),
          line: first - 1 + lines,
        });
        return null;
      },
    });
  } catch (problem) {
    if (!(problem instanceof CsvError)) throw problem;
    if (problem.code === "CSV_QUOTE_NOT_CLOSED") {
      const before = (rows.at(-1)?.line ?? first - 1) - (first - 1);
      const blank = text
        .split(newline)
        .slice(before)
        .findIndex((one) => one.trim() !== "");
      return { kind: "open", rows, line: first + before + blank };
    }
    const line = first - 1 + Number((problem as { lines?: unknown }).lines ?? 1);
    return { kind: "unclear", rows, line, why: problem.message.replace(/^.*?: | at line \d+/g, "") };
  }
  return { kind: "rows", rows };
}
