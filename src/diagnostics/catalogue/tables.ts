import type { Diagnostic } from "../diagnostic.ts";
import { error, list } from "./make.ts";

// Codes PPL620 to PPL629: files of data, and what tables hold.

export function noSuchFile(at: {
  readonly path: string;
  readonly similar: readonly string[];
  /** Who names the file, where that is not the command line: an entry of another file. */
  readonly by?: string | null;
}): Diagnostic {
  return {
    ...error(
      "PPL620",
      `there is no file \`${at.path}\``,
      [],
      at.similar.length > 0
        ? `there is ${list(at.similar)}`
        : at.by
          ? "`--data-folder DIR` tells where such files are, when not beside the one that names them"
          : null,
    ),
    elsewhere: at.by ?? at.path,
  };
}

export function unreadable(at: {
  readonly path: string;
  readonly why: string;
  readonly by?: string | null;
}): Diagnostic {
  const { path, why, by } = at;
  return { ...error("PPL621", `\`${path}\` cannot be read: ${why}`, []), elsewhere: by ?? path };
}

export function unknownFormat(at: { readonly path: string; readonly known: readonly string[] }): Diagnostic {
  return {
    ...error("PPL622", "the kind of a data file is told by its ending", [], `known endings are ${list(at.known)}`),
    elsewhere: at.path,
  };
}

interface InFile {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

const place = ({ path, line, column }: InFile): string => `${path}:${line}:${column}`;

export function notJson(at: InFile & { readonly why: string }): Diagnostic {
  return { ...error("PPL623", `this is not JSON: ${at.why}`, []), elsewhere: place(at) };
}

export function notNamed(at: { readonly path: string; readonly found: string }): Diagnostic {
  return {
    ...error("PPL624", `data are an object of names, and this is ${at.found}`, [], 'write `{ "y": [1, 2, 3] }`'),
    elsewhere: at.path,
  };
}

export function notCsv(at: InFile & { readonly why: string }): Diagnostic {
  return { ...error("PPL625", `this is not CSV: ${at.why}`, []), elsewhere: place(at) };
}

export function cellNotNumber(at: InFile & { readonly name: string; readonly text: string }): Diagnostic {
  // prettier-ignore
  return { ...error("PPL626", `\`${at.text}\` is not a number`, []), elsewhere: place(at) };
}

export function columnsDisagree(at: InFile & { readonly name: string; readonly why: string }): Diagnostic {
  // prettier-ignore
  return {
    ...error("PPL627", `the columns of \`${at.name}\` do not make a matrix: ${at.why}`, []),
    elsewhere: place(at),
  };
}

export function noRows(at: { readonly path: string }): Diagnostic {
  return { ...error("PPL628", "the first line names the columns, and there is none", []), elsewhere: at.path };
}
