import { readFile, readdir } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { damagedGzip, namesNeeded } from "../diagnostics/catalogue/files.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import { distanceWithin } from "../diagnostics/suggest.ts";
import type { Content, Raw } from "./format.ts";
import { formats } from "./formats.ts";
import { contentOf } from "./formats/json.ts";
import { noSuchFile, unknownFormat, unreadable } from "../diagnostics/catalogue/tables.ts";

/** What reads standard input where a path is `-`. */
export type Stdin = () => Promise<string>;
const processStdin: Stdin = () => readAll(process.stdin);

/**
 * A data file by its ending, unpacked when it is gzipped; `-` is JSON on standard input. `by` says who names the file,
 * where that is not the command line.
 */
export async function readContent(
  path: string,
  by: string | null = null,
  stdin = processStdin,
): Promise<Outcome<Content>> {
  if (path === "-") return contentOf(await stdin(), "standard input");
  const name = basename(path).replace(/\.gz$/i, "");
  const format = formats.find(({ endings }) => endings.test(name));
  const bytes = await readBytes(path, by);
  if (!bytes.ok) return bytes;
  if (!format) return failed(unknownFormat({ path, known: formats.map(({ ending }) => ending) }));
  const unpacked = gunzipped(bytes.value, path);
  return unpacked.ok ? format.read(unpacked.value, path) : unpacked;
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

/** Gzipped files are told by their first bytes, whatever they are called. */
function gunzipped(bytes: Uint8Array, path: string): Outcome<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return ok(bytes);
  try {
    return ok(gunzipSync(bytes, { chunkSize: 1 << 20 }));
  } catch (problem) {
    const { code, message } = problem as { code?: string; message?: string };
    const why = code === "Z_BUF_ERROR" ? "it is cut short" : String(message ?? code);
    return failed(damagedGzip({ where: path, why }));
  }
}

async function readBytes(path: string, by: string | null): Promise<Outcome<Uint8Array>> {
  try {
    return ok(await readFile(path));
  } catch (problem) {
    const code = (problem as { code?: unknown }).code;
    if (code === "ENOENT" || code === "ENOTDIR")
      return failed(noSuchFile({ path, similar: await similarFiles(path), by }));
    const why = code === "EISDIR" ? "it is a folder" : code === "EACCES" ? "it may not be read" : String(code);
    return failed(unreadable({ path, why, by }));
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
