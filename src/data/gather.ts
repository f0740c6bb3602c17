import {
  declaredTwice,
  notAmongData,
  notAnArray,
  selectionOutside,
  whichPart,
} from "../diagnostics/catalogue/files.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { arrayOf, scaled, type Scale } from "./arrays.ts";
import { columnsOf } from "./csv.ts";
import { isDeclaration, readDeclaration, type Declared, type Part } from "./declared.ts";
import { namedData, pathBeside, readContent, type Content, type Raw, type Stdin } from "./read.ts";
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

/** Data by name as `bind` takes them: read, cut, scaled, in this order. Null where there is nothing to read. */
export async function gatherData(request: DataRequest, stdin?: Stdin): Promise<Outcome<Raw | null>> {
  const { file, named, select, scale, folder } = request;
  const opened = new Map<string, Promise<Outcome<Content>>>();
  const open: Open = (path, by) => {
    const reading = opened.get(path) ?? readContent(path, by, stdin);
    opened.set(path, reading);
    return reading;
  };
  const content = file === null ? null : await open(file, null);
  if (content?.ok === false) return content;
  const plain = content === null ? ok<Raw>({}) : namedData(content.value, file!);
  if (!plain.ok) return plain;
  const data = new Map(Object.entries(plain.value));
  const wrong: Diagnostic[] = [];
  const keep = (name: string, value: Outcome<unknown>): void => {
    if (value.ok) data.set(name, value.value);
    else wrong.push(...value.errors);
  };

  for (const [name, path] of named) {
    const declared = { part: { kind: "unsaid", name } as const, select: null, scale: null };
    keep(name, await readPart(declared, name, path, `--data ${name}=${path}`, null, open));
  }
  for (const [name, entry] of Object.entries(plain.value)) {
    if (named.has(name) || !isDeclaration(entry)) continue;
    const where = `${file === "-" ? "standard input" : file!}, \`${name}\``;
    const declared = readDeclaration(name, entry, where);
    if (!declared.ok) wrong.push(...declared.errors);
    else {
      const path = pathBeside(file!, declared.value.file, folder);
      keep(name, await readPart(declared.value, name, path, where, where, open));
    }
  }
  const options = [...select].map(([name]) => ["select", name] as const);
  for (const [option, name] of [...options, ...[...scale].map(([name]) => ["scale", name] as const)])
    if (!data.has(name)) wrong.push(notAmongData({ where: `--${option} ${name}`, name, there: [...data.keys()] }));
  if (wrong.length === 0)
    for (const name of new Set([...select.keys(), ...scale.keys()])) {
      const steps = { select: select.get(name) ?? null, scale: scale.get(name) ?? null };
      const where = `--${steps.select ? "select" : "scale"} ${name}`;
      keep(name, changed(data.get(name), steps, name, where));
    }
  const [first, ...rest] = wrong;
  if (first) return failed(first, ...rest);
  return ok(file === null && named.size === 0 ? null : Object.fromEntries(data));
}

/** One datum from a file, cut and scaled as declared. */
async function readPart(
  declared: Omit<Declared, "file">,
  name: string,
  path: string,
  where: string,
  by: string | null,
  open: Open,
): Promise<Outcome<unknown>> {
  const content = await open(path, by);
  if (!content.ok) return content;
  const value = partOf(content.value, declared.part, path, where, by !== null);
  return value.ok ? changed(value.value, declared, name, where) : value;
}

function partOf(content: Content, part: Part, path: string, where: string, declared: boolean): Outcome<unknown> {
  const refuse = (what: "column" | "name", asked: string | null, there: readonly string[], key: string | null = null) =>
    failed(whichPart({ where, path, what, asked, there, key }));
  switch (content.kind) {
    case "array":
      return part.kind === "unsaid"
        ? ok(content.array)
        : refuse("name", wanted(part), [], "neither `column` nor `name`");
    case "json": {
      const names = Object.keys(content.data);
      if (part.kind === "column" || part.kind === "columns")
        return refuse("column", wanted(part), names, declared ? '`"name": "..."`' : null);
      const only = part.kind === "unsaid" && names.length === 1 ? names[0]! : null;
      const name = names.includes(part.name) ? part.name : (only ?? part.name);
      if (!names.includes(name))
        return part.kind === "name"
          ? refuse("name", name, names)
          : refuse("name", declared ? null : name, names, declared ? '`"name": "..."`' : null);
      const found = content.data[name];
      if (!isDeclaration(found)) return ok(found);
      const file = typeof found["file"] === "string" ? found["file"] : "...";
      return failed(declaredTwice({ where, path, name, file }));
    }
    case "table": {
      const { table } = content;
      if (part.kind === "name") return refuse("name", part.name, table.names, '`"column": "..."`');
      const asked = titles(part, table.names);
      if (asked === null)
        return refuse("column", declared ? null : wanted(part), table.names, declared ? '`"column": "..."`' : null);
      const found = columnsOf(table, asked);
      if (!found.ok || found.value !== null) return found;
      const missing = [asked].flat().find((title) => !table.names.includes(title));
      return refuse("column", missing ?? null, table.names);
    }
  }
}

/** The columns that are meant; null where a table of several is named and none of them. */
function titles(
  part: Exclude<Part, { readonly kind: "name" }>,
  names: readonly string[],
): string | readonly string[] | null {
  if (part.kind === "columns") return part.columns;
  if (part.kind === "column") return part.column;
  return names.includes(part.name) ? part.name : names.length === 1 ? names[0]! : null;
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
    const { text } = select!;
    return failed(selectionOutside({ where, name, text, shape: whole.shape, why: part.problem }));
  }
  return ok(scale === null ? part : scaled(part, scale));
}
