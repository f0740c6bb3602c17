import { basename, dirname, extname, join } from "node:path";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { givenFromJson, type Given } from "../api/options.ts";
import { kindOf, namesIn, readText } from "../data/files.ts";
import type { Io } from "./io.ts";

/** A model as given on the command line: a `.ppl` file, a model folder, or `-`. */
export interface Loaded {
  readonly source: SourceFile;
  /** Of a model folder: its data file, when there is one. */
  readonly data: string | null;
  /** Of a model folder: the options it recommends. */
  readonly options: { readonly given: Given; readonly where: string };
}

const noOptions = { given: {}, where: "" };

export async function loadModel(path: string, io: Io): Promise<Outcome<Loaded>> {
  if (path === "-")
    return ok({
      source: { path: "<stdin>", text: await io.stdin() },
      data: null,
      options: noOptions,
    });
  return (await kindOf(path)) === "folder" ? loadFolder(path) : loadFile(path);
}

async function loadFile(path: string): Promise<Outcome<Loaded>> {
  const read = await readText(path);
  if ("text" in read)
    return ok({ source: { path, text: read.text }, data: null, options: noOptions });
  const folder = dirname(path);
  const beside = (await namesIn(folder))
    .filter((name) => extname(name) === ".ppl")
    .map((name) => join(folder, name));
  return failed(usage.unreadableModel({ path, problem: read.problem, beside }));
}

async function loadFolder(folder: string): Promise<Outcome<Loaded>> {
  const names = await namesIn(folder);
  const models = names.filter((name) => extname(name) === ".ppl");
  const name = models.includes("model.ppl") ? "model.ppl" : models.length === 1 ? models[0]! : null;
  if (name === null)
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
  const read = await readText(path);
  if (!("text" in read))
    return failed(usage.unreadableModel({ path, problem: read.problem, beside: [] }));

  const options = names.includes("options.json")
    ? await loadOptions(join(folder, "options.json"))
    : ok(noOptions);
  if (!options.ok) return options;
  const data = ["data.json", "data.csv"].find((one) => names.includes(one));
  return ok({
    source: { path, text: read.text },
    data: data === undefined ? null : join(folder, data),
    options: options.value,
  });
}

async function loadOptions(path: string): Promise<Outcome<Loaded["options"]>> {
  const read = await readText(path);
  if (!("text" in read)) return failed(usage.unreadableOptions({ path, problem: read.problem }));
  let json: unknown;
  try {
    json = JSON.parse(read.text);
  } catch (error) {
    return failed(usage.unreadableOptions({ path, problem: (error as Error).message }));
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    return failed(usage.unreadableOptions({ path, problem: "an object of options is expected" }));
  return ok({ given: givenFromJson(json as Record<string, unknown>), where: path });
}

/** The name a result is given when none is asked for: `models/toy/model.ppl` is called `toy`. */
export function stemOf(path: string): string {
  const stem = basename(path, extname(path));
  return stem === "model" ? basename(dirname(path)) || stem : stem;
}
