import { anyNumber } from "../api/readers.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Scale } from "../data/arrays.ts";
import { flatScale, selectionOf } from "../data/declared.ts";
import { gatherData, type DataRequest } from "../data/gather.ts";
import type { Selection } from "../data/select.ts";
import type { Io } from "./io.ts";
import type { Loaded } from "./load.ts";
import type { Request } from "./commands.ts";

/** Raw values by name, as the readers give them; null when no data were given. */
export type Raw = Readonly<Record<string, unknown>>;

/** The data of `--data`, else those of the model folder, else null; single ones by their name go over both. */
export async function loadData(request: Request, loaded: Loaded, io: Io): Promise<Outcome<Raw | null>> {
  const asked = dataRequest(request);
  if (!asked.ok) return asked;
  const { named } = asked.value;
  const file = asked.value.file ?? loaded.data;
  if (request.args.includes("-") && [file, ...named.values()].includes("-")) return failed(usage.stdinTwice());
  return gatherData({ ...asked.value, file }, io.stdin);
}

/** Everything that the options of one command say of data. */
function dataRequest(request: Request): Outcome<DataRequest> {
  const wrong: Diagnostic[] = [];
  const where = `stratum ${request.command}`;
  const unclear = (option: string, found: string, expected: string): void =>
    void wrong.push(usage.optionValue({ option, found, expected, choices: [], where }));
  const texts = (option: string): readonly string[] => {
    const found = request.flags[option];
    return Array.isArray(found) ? (found as readonly string[]) : [];
  };

  let file: string | null = null;
  const named = new Map<string, string>();
  for (const text of texts("data")) {
    const pair = nameAnd(text);
    if (pair?.rest === "") unclear("data", text, "a file, or NAME=FILE");
    else if (pair) named.set(pair.name, pair.rest);
    else if (file === null) file = text;
    else
      wrong.push(
        usage.optionsExclude({
          first: `data ${file}`,
          second: `data ${text}`,
          because: "one file holds data by name, and others one datum each, as `NAME=FILE`",
        }),
      );
  }

  const select = new Map<string, Selection>();
  for (const text of texts("select")) {
    const pair = nameAnd(text);
    if (!pair) {
      unclear("select", text, "a name and what to keep, such as `x=[0..1000, :]`");
      continue;
    }
    const read = selectionOf(pair.rest, `--select ${pair.name}`);
    if (read.ok) select.set(pair.name, read.value);
    else wrong.push(...read.errors);
  }

  const scale = new Map<string, Scale>();
  for (const text of texts("scale")) {
    const pair = nameAnd(text);
    const read = pair && scaleOf(pair.rest);
    if (!pair || !read) {
      unclear("scale", text, "a name and two ranges, such as `x=0..255:-1..1`");
      continue;
    }
    const flat = flatScale(pair.name, read, `--scale ${pair.name}`);
    if (flat) wrong.push(flat);
    scale.set(pair.name, read);
  }

  const folder = request.flags["data-folder"];
  const [first, ...rest] = wrong;
  if (first) return failed(first, ...rest);
  return ok({ file, named, select, scale, folder: typeof folder === "string" ? folder : null });
}

/** `NAME=...`; null without a name. A file whose own name looks so is written `./a=b.json`. */
function nameAnd(text: string): { readonly name: string; readonly rest: string } | null {
  const [, name, rest] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  return name === undefined ? null : { name, rest: rest! };
}

/** `0..255:-1..1`; null for anything else. */
function scaleOf(text: string): Scale | null {
  const ranges = text.split(":").map((range) => range.split("..").map((end) => anyNumber(end)));
  const [from, to] = ranges.map((ends) => ends.flatMap((end) => ("value" in end ? [end.value] : [])));
  if (ranges.length !== 2 || ranges.some((ends) => ends.length !== 2)) return null;
  if (from!.length !== 2 || to!.length !== 2) return null;
  return { from: [from![0]!, from![1]!], to: [to![0]!, to![1]!] };
}

/**
 * The data of `--test`, read and scaled as those of `--data`; null when there are none. What `--select` keeps is of
 * `--data` alone.
 */
export async function loadTest(request: Request, io: Io): Promise<Outcome<Raw | null>> {
  const { test, data, scale, "data-folder": folder } = request.flags;
  if (!Array.isArray(test)) return ok(null);
  const fromStdin = (texts: unknown): boolean =>
    Array.isArray(texts) && texts.some((text) => /(^|=)-$/.test(String(text)));
  if (fromStdin(test) && fromStdin(data))
    return failed(usage.optionsExclude({ first: "data -", second: "test -", because: "standard input is read once" }));
  const flags = { data: test as readonly string[], scale, "data-folder": folder };
  const nothing = { source: { path: "", text: "" }, data: null, nearData: null, options: { given: {}, where: "" } };
  return loadData({ ...request, flags }, nothing, io);
}
