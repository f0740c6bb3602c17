import { readFile, readdir } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { noSuchFile, unknownFormat, unreadable } from "../diagnostics/catalogue/data.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import { editDistance } from "../diagnostics/suggest.ts";
import { parseCsv } from "./csv.ts";
import { parseJson } from "./json.ts";

export type Raw = Record<string, unknown>;

/** One row for each ending. To read another kind of file, add a row. */
const formats: Readonly<Record<string, (text: string, path: string) => Outcome<Raw>>> = {
  ".json": parseJson,
  ".csv": (text, path) => parseCsv(text, path),
  ".tsv": (text, path) => parseCsv(text, path, "\t"),
};

/** Data by name, from a `.json`, `.csv` or `.tsv` file; `-` is JSON on standard input. */
export async function readData(path: string): Promise<Outcome<Raw>> {
  if (path === "-") return parseJson(await readAll(process.stdin), "standard input");
  const format = formats[extname(path).toLowerCase()];
  const text = await readText(path);
  if (!text.ok) return text;
  return format
    ? format(text.value, path)
    : failed(unknownFormat({ path, known: Object.keys(formats) }));
}

/** The text of a file, without a byte order mark. */
export async function readText(path: string): Promise<Outcome<string>> {
  try {
    return ok((await readFile(path, "utf8")).replace(/^\uFEFF/, ""));
  } catch (problem) {
    const code = (problem as { code?: unknown }).code;
    if (code === "ENOENT" || code === "ENOTDIR")
      return failed(noSuchFile({ path, similar: await similarFiles(path) }));
    const why = code === "EISDIR" ? "it is a folder" : code === "EACCES" ? "it may not be read" : String(code); // prettier-ignore
    return failed(unreadable({ path, why }));
  }
}

/** Files beside the missing one with a like name, or else the data files that are there; at most five. */
async function similarFiles(path: string): Promise<string[]> {
  const folder = dirname(path);
  const wanted = basename(path).toLowerCase();
  const there = await readdir(folder).catch((): string[] => []);
  const near = there.filter((name) => editDistance(name.toLowerCase(), wanted) <= 3);
  const sameEnding = there.filter((name) => extname(name) === extname(path) && extname(name) !== ""); // prettier-ignore
  return (near.length > 0 ? near : sameEnding)
    .sort()
    .slice(0, 5)
    .map((name) => (folder === "." ? name : join(folder, name)));
}
