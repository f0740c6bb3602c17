import { readdir } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, join } from "node:path";
import { damagedGzip, namesNeeded } from "../diagnostics/catalogue/files.ts";
import { noSuchFile, unknownFormat, unreadable } from "../diagnostics/catalogue/tables.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import { distanceWithin } from "../diagnostics/suggest.ts";
import type { Content, Format, Raw, Wanted } from "./format.ts";
import { formats } from "./formats.ts";
import { json } from "./formats/json.ts";
import { withInput, type Input, type Note } from "./open.ts";
import { gzipProblem, unpacked, type Bytes } from "./stream.ts";

/** The outside of one reading, beside files. */
export interface Outside {
  /** What is read where a path is `-`. */
  readonly stdin: () => Bytes;
  /** Told to people while a FIFO waits for its writer. */
  readonly note?: Note;
}

const ofProcess: Outside = { stdin: () => process.stdin };

/** How a file is asked for. */
export interface Asking {
  /** Who names the file, where that is not the command line. */
  readonly by?: string | null;
  /** Names of the columns that are read of a table; all of them when left out. */
  readonly wanted?: Wanted;
  readonly outside?: Outside;
}

/** A data file by its ending, unpacked when it is gzipped; `-` is JSON on standard input. */
export async function readContent(path: string, asking: Asking = {}): Promise<Outcome<Content>> {
  const { by = null, wanted = null, outside = ofProcess } = asking;
  if (path === "-") return readUnpacked(json, { bytes: outside.stdin(), length: null }, "standard input", null);
  const name = basename(path).replace(/\.gz$/i, "");
  const format = formats.find(({ endings }) => endings.test(name));
  const read = await withInput(
    path,
    async (input) => {
      if (!format) return failed(unknownFormat({ path, known: formats.map(({ ending }) => ending) }));
      return readUnpacked(format, input, path, wanted);
    },
    outside.note,
  );
  if (!("unread" in read)) return read;
  return failed(
    read.missing
      ? noSuchFile({ path, similar: await similarFiles(path), by })
      : unreadable({ path, why: read.unread, by }),
  );
}

/** Gzipped files are told by their first bytes, whatever they are called. */
async function readUnpacked(format: Format, input: Input, path: string, wanted: Wanted): Promise<Outcome<Content>> {
  try {
    const { bytes, gzipped } = await unpacked(input.bytes);
    return await format.read({ bytes, length: gzipped ? null : input.length }, path, wanted);
  } catch (error) {
    const why = gzipProblem(error);
    if (why === null) throw error;
    return failed(damagedGzip({ where: path, why }));
  }
}

/** Data by name, from a `.json`, `.csv` or `.tsv` file; entries of JSON are as they stand, declarations included. */
export async function readData(path: string): Promise<Outcome<Raw>> {
  const content = await readContent(path);
  return content.ok ? namedData(content.value, path) : content;
}

/** What a file holds, by name. */
export function namedData(content: Content, path: string): Outcome<Raw> {
  switch (content.kind) {
    case "named":
      return ok(content.data);
    case "columns":
      return content.columns.all();
    case "array":
      return failed(namesNeeded({ where: path, path }));
  }
}

/** Where a declared file is: beside the file that declares it, or in the folder that is given for all of them. */
export function pathBeside(declaring: string, file: string, folder: string | null): string {
  const base = folder ?? (declaring === "-" ? "." : dirname(declaring));
  return isAbsolute(file) ? file : join(base, file);
}

/** Files beside the missing one with a like name, or else the data files that are there; at most five. */
async function similarFiles(path: string): Promise<string[]> {
  const folder = dirname(path);
  const wanted = basename(path).toLowerCase();
  const there = await readdir(folder).catch((): string[] => []);
  const near = there.filter((name) => distanceWithin(name.toLowerCase(), wanted, 3) <= 3);
  const sameEnding = there.filter((name) => extname(name) === extname(path) && extname(name) !== "");
  return (near.length > 0 ? near : sameEnding)
    .sort()
    .slice(0, 5)
    .map((name) => (folder === "." ? name : join(folder, name)));
}
