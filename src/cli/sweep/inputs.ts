import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, extname, isAbsolute, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { readConfig, written, type Config } from "../../options/config.ts";
import { flagName } from "../../options/option.ts";
import { idleOptions } from "../../options/uses.ts";
import { version } from "../../api/version.ts";
import { inWords, pathsBeside } from "../../data/files.ts";
import { readShortText } from "../../data/text.ts";
import { sweepFile as unreadable, sweepForm } from "../../diagnostics/catalogue/sweep.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { SourceFile } from "../../diagnostics/span.ts";
import { checkSource } from "../../pipeline.ts";
import type { Setting, Sweep } from "../../sweep/sweep.ts";
import type { Io } from "../io.ts";
import { loadModel, type Loaded } from "../load.ts";

/** Mistakes, and the text whose places they name. */
export interface Mistakes {
  readonly errors: readonly Diagnostic[];
  readonly source?: SourceFile;
}

export interface Inputs {
  /** Of every setting of the sweep: what decides its numbers, as 16 hexadecimal digits. */
  readonly hashes: ReadonlyMap<Setting, string>;
  readonly mistakes: readonly Mistakes[];
}

/** A path of a sweep file, from where the command runs. */
export const from = (base: string, path: string): string => (isAbsolute(path) ? path : join(base, path));

/** A data file that is larger holds numbers, and no declarations of other files. */
const largestDeclaration = 16e6;

/** Reads every file that the sweep leans on, once, and checks its models: what is missing is said before anything runs. */
export async function readInputs(sweep: Sweep, path: string, io: Io): Promise<Inputs> {
  const base = dirname(path);
  const mistakes: Mistakes[] = [];
  const checks = new Set<string>();

  const model = once(async (name): Promise<Loaded | null> => {
    const loaded = await loadModel(from(base, name), io);
    if (!loaded.ok) mistakes.push({ errors: loaded.errors });
    return loaded.ok ? loaded.value : null;
  });
  const folder = sweep.dataFolder === null ? null : from(base, sweep.dataFolder);
  const file = once((name) => fingerprint(name, folder, path, mistakes));

  const hashes = new Map<Setting, string>();
  const idle = new Map<string, { readonly diagnostic: Diagnostic; cells: number }>();
  for (const { cells } of sweep.grids)
    for (const { setting } of cells) {
      const loaded = await model(setting.model);
      const given = setting.data === null ? null : from(base, setting.data);
      const dataPath = given ?? loaded?.data ?? null;
      const data = dataPath === null ? null : await file(dataPath);
      const test = setting.test === null ? null : await file(from(base, setting.test));
      if (loaded === null) continue;
      const config = readConfig([loaded.options, { door: written, given: setting.options, where: setting.model }]);
      if (!config.ok) {
        // the options of the model's folder, or two of the sweep that exclude each other
        if (!checks.has(setting.model))
          mistakes.push({ errors: config.errors.map((one) => ({ elsewhere: path, ...one })) });
        checks.add(setting.model);
        continue;
      }
      const check = JSON.stringify([setting.model, config.value.model.set, dataPath === null]);
      if (!checks.has(check)) mistakes.push(...checkModel(loaded, config.value, dataPath === null ? path : null));
      checks.add(check);
      hashes.set(setting, identity(loaded, config.value, data, test));
      for (const diagnostic of idleOptions(config.value, { plan: null, tested: setting.test !== null })) {
        const key = diagnostic.message.split(" ")[0] ?? "";
        idle.set(key, { diagnostic, cells: (idle.get(key)?.cells ?? 0) + 1 });
      }
    }
  // an option that is not for some cells is for the others
  for (const { diagnostic, cells } of idle.values())
    if (cells === hashes.size) mistakes.push({ errors: [{ ...diagnostic, elsewhere: path }] });
  return { hashes, mistakes };
}

/** Reads each name once, however often it is asked for. */
function once<T>(read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const reads = new Map<string, Promise<T>>();
  return (name) => {
    const reading = reads.get(name) ?? read(name);
    reads.set(name, reading);
    return reading;
  };
}

/** `noData` is the sweep file, where the model comes without any. */
function checkModel({ source }: Loaded, { model: { set } }: Config, noData: string | null): readonly Mistakes[] {
  const checked = checkSource(source, set);
  if (!checked.ok) return [{ errors: checked.errors, source }];
  const { name, data } = checked.value.model;
  if (noData === null || data.length === 0) return [];
  const expected = `a file with the data of \`${name}\`: ${data.map((one) => `\`${one.name}\``).join(", ")}`;
  return [
    { errors: [sweepForm({ key: "data", expected, found: null, example: `"data": "data.json"`, where: noData })] },
  ];
}

/**
 * Two cells of one identity would give the same numbers. What only decides where and how fast they are computed is left
 * out; which options were given is in, since what is not given may be found by the default guide.
 */
function identity({ source }: Loaded, config: Config, data: string | null, test: string | null): string {
  const decides = ([name]: readonly [string, unknown]): boolean => name !== "threads";
  const values = Object.entries(config.values).map(([name, value]): [string, unknown] => [flagName(name), value]);
  const options = [...values, ["given", []] as const].filter(decides).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const given = [...config.given].filter((name) => name !== "threads").map(flagName);
  given.sort();
  const all = [version, source.text, data, test, options, given];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 16);
}

/** The contents of a data file and of the files that it declares; null when one of them cannot be read. */
async function fingerprint(
  path: string,
  dataFolder: string | null,
  sweepFile: string,
  mistakes: Mistakes[],
): Promise<string | null> {
  const parts = [await digest(path, sweepFile, mistakes)];
  for (const declared of parts[0] === null ? [] : await declaredFiles(path))
    parts.push(await digest(from(dataFolder ?? dirname(path), declared), path, mistakes));
  return parts.includes(null) ? null : parts.join(" ");
}

/** `where` is the file that names it. */
async function digest(path: string, where: string, mistakes: Mistakes[]): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest("hex");
  } catch (error) {
    const beside = await pathsBeside(path);
    mistakes.push({ errors: [unreadable({ path, problem: inWords(error), beside, where })] });
    return null;
  }
}

/** Entries of a JSON data file that are read from other files: `{ "pixels": { "file": "images.gz" } }`. */
async function declaredFiles(path: string): Promise<readonly string[]> {
  if (extname(path) !== ".json" || (await stat(path)).size > largestDeclaration) return [];
  const read = await readShortText(path);
  let entries: unknown;
  try {
    entries = "text" in read ? JSON.parse(read.text) : null;
  } catch {
    // said by the fit, with its place
    return [];
  }
  if (typeof entries !== "object" || entries === null) return [];
  return Object.values(entries).flatMap((entry: unknown) => {
    const file = (entry as { file?: unknown } | null)?.file;
    return typeof file === "string" ? [file] : [];
  });
}
