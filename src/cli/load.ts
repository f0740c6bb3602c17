import { basename, dirname, extname, join } from "node:path";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { suggest } from "../diagnostics/suggest.ts";
import { written, type Source } from "../options/config.ts";
import { folderNear, kindOf, namesIn } from "../data/files.ts";
import { readShortText, shortText } from "../data/text.ts";
import type { Io } from "./io.ts";

/** A model as given on the command line: a `.ppl` file, a model folder, or `-`. */
export interface Loaded {
  readonly source: SourceFile;
  /** Of a model folder: its data file, when there is one. */
  readonly data: string | null;
  /** Where there is none: a file that is nearly called so. */
  readonly nearData: string | null;
  /** Of a model folder: the options it recommends. */
  readonly options: Source;
}

const noOptions: Source = { door: written, given: {}, where: "" };

export async function loadModel(path: string, io: Io): Promise<Outcome<Loaded>> {
  if (path !== "-") return (await kindOf(path)) === "folder" ? loadFolder(path) : loadFile(path, io);
  const read = await shortText(io.stdin());
  if ("problem" in read) return failed(usage.unreadableModel({ path: "<stdin>", problem: read.problem, beside: [] }));
  return ok({ source: { path: "<stdin>", text: read.text }, data: null, nearData: null, options: noOptions });
}

async function loadFile(path: string, io: Io): Promise<Outcome<Loaded>> {
  const read = await readShortText(path, (words) => io.err(`${words}\n`));
  if ("text" in read)
    return ok({
      source: { path, text: read.text },
      data: null,
      nearData: null,
      options: noOptions,
    });
  const folder = dirname(path);
  const beside = (await namesIn(folder)).filter((name) => extname(name) === ".ppl").map((name) => join(folder, name));
  const near = beside.length === 0 || extname(path) !== ".ppl" ? await folderNear(path) : null;
  return failed(usage.unreadableModel({ path, problem: read.problem, beside: near === null ? beside : [near] }));
}

async function loadFolder(folder: string): Promise<Outcome<Loaded>> {
  const names = await namesIn(folder);
  const models = names.filter((name) => extname(name) === ".ppl");
  const [only, another] = models;
  const name = models.includes("model.ppl") ? "model.ppl" : another === undefined ? only : undefined;
  if (name === undefined)
    return failed(
      usage.unreadableModel({
        path: folder,
        problem:
          models.length === 0
            ? "the folder holds no `.ppl` file"
            : "the folder holds several `.ppl` files, none of them `model.ppl`",
        beside: models.map((one) => join(folder, one)),
      }),
    );
  const path = join(folder, name);
  const read = await readShortText(path);
  if (!("text" in read)) return failed(usage.unreadableModel({ path, problem: read.problem, beside: [] }));

  const options = names.includes("options.json") ? await loadOptions(join(folder, "options.json")) : ok(noOptions);
  if (!options.ok) return options;
  const data = dataNames.find((one) => names.includes(one));
  const spare = names.filter((one) => !reads.includes(one));
  const nearData = data === undefined ? nearest(spare, dataNames) : null;
  const nearOptions = names.includes("options.json") ? null : nearest(spare, ["options.json"]);
  const near = [nearData, nearOptions].filter((one) => one !== null);
  return ok(
    {
      source: { path, text: read.text },
      data: data === undefined ? null : join(folder, data),
      nearData: nearData && join(folder, nearData.found),
      options: options.value,
    },
    near.map((one) => usage.fileNotRead({ path: folder, ...one })),
  );
}

const dataNames: readonly string[] = ["data.json", "data.csv"];
/** What has a meaning in a model folder. */
const reads: readonly string[] = [...dataNames, "options.json", "model.ppl"];

/** A file whose name is nearly one of those that are read. */
function nearest(
  files: readonly string[],
  known: readonly string[],
): { readonly found: string; readonly meant: string } | null {
  for (const found of files) {
    // Endings apart: `meta.json` is as near to `data.json` as it is far from being meant so.
    const ending = extname(found);
    const stem = suggest(
      basename(found, ending),
      known.map((one) => basename(one, extname(one))),
    );
    const meant = known.find((one) => one === `${stem}${ending}`);
    if (meant !== undefined) return { found, meant };
  }
  return null;
}

async function loadOptions(path: string): Promise<Outcome<Loaded["options"]>> {
  const read = await readShortText(path);
  if (!("text" in read)) return failed(usage.unreadableOptions({ path, problem: read.problem }));
  let json: unknown;
  try {
    json = JSON.parse(read.text);
  } catch (error) {
    return failed(usage.unreadableOptions({ path, problem: (error as Error).message }));
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    return failed(usage.unreadableOptions({ path, problem: "an object of options is expected" }));
  return ok({ door: written, given: { ...json }, where: path, recommended: true });
}

/** The name a result is given when none is asked for: `models/toy/model.ppl` is called `toy`. */
export function stemOf(path: string): string {
  const stem = basename(path, extname(path));
  return stem === "model" ? basename(dirname(path)) || stem : stem;
}
