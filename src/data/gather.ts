import {
  declaredTwice,
  notAmongData,
  notAnArray,
  selectionOutside,
  whichPart,
} from "../diagnostics/catalogue/files.ts";
import { failed, ok, outcome, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { arrayOf, scaled, type Scale } from "./arrays.ts";
import { isDeclaration, readDeclaration, type Declared, type Part } from "./declared.ts";
import type { Content, Raw, Wanted } from "./format.ts";
import { namedData, pathBeside, readContent, type Outside } from "./read.ts";
import { selected, type Selection } from "./select.ts";

/** Everything that was said about where the data are. */
export interface DataRequest {
  /** A file with data by name, some of them perhaps declared; `-` is standard input. Null: there is none. */
  readonly file: string | null;
  /** Files of one datum each, by its name; they win over `file`. */
  readonly named: ReadonlyMap<string, string>;
  /** What is kept of a datum, after whatever its declaration says. */
  readonly select: ReadonlyMap<string, Selection>;
  /** How a datum is scaled, after it is cut. */
  readonly scale: ReadonlyMap<string, Scale>;
  /** Where declared files are; null: beside the file that declares them. */
  readonly folder: string | null;
}

/** Reads a file once, however many data come from it. */
type Open = (path: string, by: string | null) => Promise<Outcome<Content>>;

/** A datum and the file that it comes from. */
interface Origin {
  readonly name: string;
  readonly path: string;
  /** What says so, for messages. */
  readonly where: string;
  /** Whether it is a declaration in a data file, rather than the command line. */
  readonly declared: boolean;
}

/** One datum that comes from a file of its own, and what becomes of it. */
interface Sought {
  readonly origin: Origin;
  readonly declared: Omit<Declared, "file">;
}

/** Data by name as `bind` takes them: read, cut, scaled, in this order. Null where there is nothing to read. */
export async function gatherData(request: DataRequest, outside?: Outside): Promise<Outcome<Raw | null>> {
  const { file, named } = request;
  const first = openOnce(() => null, outside);
  const plain = file === null ? ok<Raw>({}) : await dataIn(file, first);
  if (!plain.ok) return plain;
  const data = new Map(Object.entries(plain.value));
  const wrong: Diagnostic[] = [];
  const keep = (name: string, value: Outcome<unknown>): void => {
    if (value.ok) data.set(name, value.value);
    else wrong.push(...value.errors);
  };

  const sought = soughtIn(request, plain.value);
  const found = sought.flatMap(([, one]) => (one.ok ? [one.value] : []));
  const open = openOnce((path) => wantedOf(found.filter(({ origin }) => origin.path === path)), outside);
  for (const [name, one] of sought)
    keep(name, one.ok ? await readPart(one.value, one.value.origin.path === file ? first : open) : one);
  for (const [name, value] of changes(request, data)) keep(name, value);

  return outcome(() => (file === null && named.size === 0 ? null : Object.fromEntries(data)), wrong);
}

/** The data that files of their own are said to hold: those of the command line, then those that the data file declares. */
function soughtIn({ file, named, folder }: DataRequest, plain: Raw): readonly [name: string, Outcome<Sought>][] {
  const asked = [...named].map(([name, path]): [string, Outcome<Sought>] => {
    const declared = { part: { kind: "unsaid", name } as const, select: null, scale: null };
    return [name, ok({ origin: { name, path, where: `--data ${name}=${path}`, declared: false }, declared })];
  });
  if (file === null) return asked;
  const entries = Object.entries(plain).filter(([name]) => !named.has(name));
  const declared = entries.flatMap(([name, entry]): [string, Outcome<Sought>][] =>
    isDeclaration(entry) ? [[name, soughtBy(name, entry, { file, folder })]] : [],
  );
  return [...asked, ...declared];
}

/** One datum of which a data file says where it is. */
function soughtBy(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  { file, folder }: { readonly file: string; readonly folder: string | null },
): Outcome<Sought> {
  const where = `${file === "-" ? "standard input" : file}, \`${name}\``;
  const declared = readDeclaration(name, entry, where);
  if (!declared.ok) return declared;
  const path = pathBeside(file, declared.value.file, folder);
  return ok({ origin: { name, path, where, declared: true }, declared: declared.value });
}

/** The columns that several data may ask one table for. */
function wantedOf(sought: readonly Sought[]): Wanted {
  return new Set(
    sought.flatMap(({ declared: { part } }) =>
      part.kind === "columns" ? part.columns : part.kind === "column" ? [part.column] : [part.name],
    ),
  );
}

function openOnce(wantedAt: (path: string) => Wanted, outside: Outside | undefined): Open {
  const opened = new Map<string, Promise<Outcome<Content>>>();
  return (path, by) => {
    const asking = { by, wanted: wantedAt(path), ...(outside ? { outside } : {}) };
    const reading = opened.get(path) ?? readContent(path, asking);
    opened.set(path, reading);
    return reading;
  };
}

async function dataIn(file: string, open: Open): Promise<Outcome<Raw>> {
  const content = await open(file, null);
  return content.ok ? namedData(content.value, file) : content;
}

/** What `--select` and `--scale` make of the data; nothing where one of them is of no datum. */
function changes({ select, scale }: DataRequest, data: ReadonlyMap<string, unknown>): [string, Outcome<unknown>][] {
  const there = [...data.keys()];
  const options = [...[...select.keys()].map((name) => ["select", name] as const)];
  const all = [...options, ...[...scale.keys()].map((name) => ["scale", name] as const)];
  const lost = all.filter(([, name]) => !data.has(name));
  if (lost.length > 0)
    return lost.map(([option, name]) => [name, failed(notAmongData({ where: `--${option} ${name}`, name, there }))]);
  return [...new Set(all.map(([, name]) => name))].map((name) => {
    const steps = { select: select.get(name) ?? null, scale: scale.get(name) ?? null };
    const where = `--${steps.select ? "select" : "scale"} ${name}`;
    return [name, changed(data.get(name), steps, name, where)];
  });
}

/** One datum from a file, cut and scaled as declared. */
async function readPart({ declared, origin }: Sought, open: Open): Promise<Outcome<unknown>> {
  const content = await open(origin.path, origin.declared ? origin.where : null);
  if (!content.ok) return content;
  const value = partOf(content.value, declared.part, origin);
  return value.ok ? changed(value.value, declared, origin.name, origin.where) : value;
}

type Refuse = (
  what: "column" | "name",
  asked: string | null,
  there: readonly string[],
  key?: string | null,
) => Outcome<never>;

function partOf(content: Content, part: Part, { path, where, declared }: Origin): Outcome<unknown> {
  const refuse: Refuse = (what, asked, there, key = null) =>
    failed(whichPart({ where, path, what, asked, there, key }));
  switch (content.kind) {
    case "array":
      if (part.kind === "unsaid") return ok(content.array);
      return refuse("name", wanted(part), [], "neither `column` nor `name`");
    case "named": {
      const names = Object.keys(content.data);
      if (part.kind === "column" || part.kind === "columns")
        return refuse("column", wanted(part), names, declared ? '`"name": "..."`' : null);
      const name = part.kind === "unsaid" ? oneOf(names, part.name) : part.name;
      if (name === null || !names.includes(name))
        return part.kind === "name"
          ? refuse("name", part.name, names)
          : refuse("name", declared ? null : part.name, names, declared ? '`"name": "..."`' : null);
      const found = content.data[name];
      if (!isDeclaration(found)) return ok(found);
      const file = typeof found["file"] === "string" ? found["file"] : "...";
      return failed(declaredTwice({ where, path, name, file }));
    }
    case "columns": {
      const { names, some } = content.columns;
      if (part.kind === "name") return refuse("name", part.name, names, '`"column": "..."`');
      const asked = titles(part, names);
      if (asked === null)
        return refuse("column", declared ? null : wanted(part), names, declared ? '`"column": "..."`' : null);
      const found = some(asked);
      if (!found.ok || found.value !== null) return found;
      const missing = [asked].flat().find((title) => !names.includes(title));
      return refuse("column", missing ?? null, names);
    }
  }
}

/** The name itself where it is there, else the only one that is. */
function oneOf(names: readonly string[], name: string): string | null {
  const [only, more] = names;
  if (names.includes(name)) return name;
  return only !== undefined && more === undefined ? only : null;
}

/** The columns that are meant; null where a table of several is named and none of them. */
function titles(
  part: Exclude<Part, { readonly kind: "name" }>,
  names: readonly string[],
): string | readonly string[] | null {
  if (part.kind === "columns") return part.columns;
  if (part.kind === "column") return part.column;
  return oneOf(names, part.name);
}

const wanted = (part: Part): string =>
  part.kind === "columns" ? part.columns.join(", ") : part.kind === "column" ? part.column : part.name;

/** First cut, then scaled. */
function changed(
  raw: unknown,
  { select, scale }: Pick<Declared, "select" | "scale">,
  name: string,
  where: string,
): Outcome<unknown> {
  if (select === null && scale === null) return ok(raw);
  const whole = arrayOf(raw);
  if ("problem" in whole) return failed(notAnArray({ where, name, why: whole.problem }));
  const part = select === null ? whole : selected(whole, select);
  if ("problem" in part) {
    const text = select?.text ?? "";
    return failed(selectionOutside({ where, name, text, shape: whole.shape, why: part.problem }));
  }
  return ok(scale === null ? part : scaled(part, scale));
}
