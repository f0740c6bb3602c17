import { anyNumber } from "../options/kinds.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, outcome, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Scale } from "../data/arrays.ts";
import { flatScale, selectionOf } from "../data/declared.ts";
import { gatherData, type DataRequest } from "../data/gather.ts";
import type { Selection } from "../data/select.ts";
import type { Call, Request } from "./command.ts";
import type { DataFlags } from "./options.ts";

/** Raw values by name, as the readers give them; null when no data were given. */
export type Raw = Readonly<Record<string, unknown>>;

/** As much of a request as says where data are. */
export type AskedData = Pick<Request, "command" | "args"> & { readonly flags: DataFlags };

/**
 * The data of `--data`, else those of `file`, which the model folder holds, else null; single ones by their name go over
 * both.
 */
export async function loadData(
  { request, io }: Pick<Call<AskedData>, "request" | "io">,
  file: string | null = null,
): Promise<Outcome<Raw | null>> {
  const asked = dataRequest(request);
  if (!asked.ok) return asked;
  const from = { ...asked.value, file: asked.value.file ?? file };
  if (request.args.includes("-") && [from.file, ...from.named.values()].includes("-"))
    return failed(usage.stdinTwice());
  return gatherData(from, { stdin: io.stdin, note: (words) => io.err(`${words}\n`) });
}

/** Everything that the options of one command say of data. */
function dataRequest({ command, flags }: AskedData): Outcome<DataRequest> {
  const wrong: Diagnostic[] = [];
  const where = `stratum ${command}`;
  const unclear = (option: string, found: string, expected: string): void =>
    void wrong.push(usage.optionValue({ option, found, expected, choices: [], where }));

  let file: string | null = null;
  const named = new Map<string, string>();
  for (const text of flags.data ?? []) {
    const pair = nameAnd(text);
    if (pair?.rest === "") unclear("--data", text, "a file, or NAME=FILE");
    else if (pair) named.set(pair.name, pair.rest);
    else if (file === null) file = text;
    else {
      const because = "one file holds data by name, and others one datum each, as `NAME=FILE`";
      wrong.push(usage.optionsExclude({ first: `--data ${file}`, second: `--data ${text}`, because }));
    }
  }

  const select = new Map<string, Selection>();
  for (const text of flags.select ?? []) {
    const pair = nameAnd(text);
    if (!pair) {
      unclear("--select", text, "a name and what to keep, such as `x=[0..1000, :]`");
      continue;
    }
    const read = selectionOf(pair.rest, `--select ${pair.name}`);
    if (read.ok) select.set(pair.name, read.value);
    else wrong.push(...read.errors);
  }

  const scale = new Map<string, Scale>();
  for (const text of flags.scale ?? []) {
    const pair = nameAnd(text);
    const read = pair && scaleOf(pair.rest);
    if (!pair || !read) {
      unclear("--scale", text, "a name and two ranges, such as `x=0..255:-1..1`");
      continue;
    }
    const flat = flatScale(pair.name, read, `--scale ${pair.name}`);
    if (flat) wrong.push(flat);
    scale.set(pair.name, read);
  }
  return outcome(() => ({ file, named, select, scale, folder: flags.dataFolder }), wrong);
}

/** `NAME=...`; null without a name. A file whose own name looks so is written `./a=b.json`. */
function nameAnd(text: string): { readonly name: string; readonly rest: string } | null {
  const [, name, rest] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  return name === undefined || rest === undefined ? null : { name, rest };
}

/** `0..255:-1..1`; null for anything else. */
function scaleOf(text: string): Scale | null {
  const [from, to, more] = text.split(":").map(rangeOf);
  return from && to && more === undefined ? { from, to } : null;
}

/** `0..255` */
function rangeOf(text: string): readonly [number, number] | null {
  const [low, high, more] = text.split("..").map((end) => anyNumber.parse(end));
  return anyNumber.holds(low) && anyNumber.holds(high) && more === undefined ? [low, high] : null;
}

/**
 * The data of `--test`, read and scaled as those of `--data`; null when there are none. What `--select` keeps is of
 * `--data` alone.
 */
export async function loadTest({
  request,
  io,
}: Pick<Call, "io"> & {
  readonly request: AskedData & { readonly flags: { readonly test: DataFlags["data"] } };
}): Promise<Outcome<Raw | null>> {
  const { test, data, scale, dataFolder } = request.flags;
  if (test === null) return ok(null);
  const fromStdin = (texts: DataFlags["data"]): boolean => texts?.some((text) => /(^|=)-$/.test(text)) === true;
  if (fromStdin(test) && fromStdin(data)) {
    const because = "standard input is read once";
    return failed(usage.optionsExclude({ first: "--data -", second: "--test -", because }));
  }
  return loadData({ request: { ...request, flags: { data: test, select: null, scale, dataFolder } }, io });
}
