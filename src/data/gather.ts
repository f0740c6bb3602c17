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
import type { Content, Raw } from "./format.ts";
import { namedData, pathBeside, readContent, type Stdin } from "./read.ts";
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

/** Data by name as `bind` takes them: read, cut, scaled, in this order. Null where there is nothing to read. */
export async function gatherData(request: DataRequest, stdin?: Stdin): Promise<Outcome<Raw | null>> {
  const { file, named } = request;
  const open = openOnce(stdin);
  const plain = file === null ? ok<Raw>({}) : await dataIn(file, open);
  if (!plain.ok) return plain;
  const data = new Map(Object.entries(plain.value));
  const wrong: Diagnostic[] = [];
  const keep = (name: string, value: Outcome<unknown>): void => {
    if (value.ok) data.set(name, value.value);
    else wrong.push(...value.errors);
  };

  for (const [name, path] of named) {
    const part = { part: { kind: "unsaid", name } as const, select: null, scale: null };
    keep(name, await readPart(part, { name, path, where: `--data ${name}=${path}`, declared: false }, open));
  }
  if (file !== null)
    for (const [name, entry] of Object.entries(plain.value))
      if (!named.has(name) && isDeclaration(entry))
        keep(name, await readDeclared(name, entry, { file, folder: request.folder }, open));
  for (const [name, value] of changes(request, data)) keep(name, value);

  return outcome(() => (file === null && named.size === 0 ? null : Object.fromEntries(data)), wrong);
}

function openOnce(stdin: Stdin | undefined): Open {
  const opened = new Map<string, Promise<Outcome<Content>>>();
  return (path, by) => {
    const reading = opened.get(path) ?? readContent(path, by, stdin);
    opened.set(path, reading);
    return reading;
  };
}

async function dataIn(file: string, open: Open): Promise<Outcome<Raw>> {
  const content = await open(file, null);
  return content.ok ? namedData(content.value, file) : content;
}

/** One datum of which a data file says where it is. */
async function readDeclared(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  { file, folder }: { readonly file: string; readonly folder: string | null },
  open: Open,
): Promise<Outcome<unknown>> {
  const where = `${file === "-" ? "standard input" : file}, \`${name}\``;
  const declared = readDeclaration(name, entry, where);
  if (!declared.ok) return declared;
  const path = pathBeside(file, declared.value.file, folder);
  return readPart(declared.value, { name, path, where, declared: true }, open);
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
async function readPart(declared: Omit<Declared, "file">, origin: Origin, open: Open): Promise<Outcome<unknown>> {
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
