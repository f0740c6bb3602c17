import { assert } from "../base/assert.ts";
import { declarationKey, declarationValue, scaleOfOnePoint, selectionUnclear } from "../diagnostics/catalogue/files.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Scale } from "./arrays.ts";
import { parseSelection, type Selection } from "./select.ts";

/** One datum that is read from a file of its own. */
export interface Declared {
  readonly file: string;
  /** Which part of a file that holds several. */
  readonly part: Part;
  readonly select: Selection | null;
  readonly scale: Scale | null;
}

export type Part =
  | { readonly kind: "column"; readonly column: string }
  | { readonly kind: "columns"; readonly columns: readonly string[] }
  | { readonly kind: "name"; readonly name: string }
  /** Nothing was said: the part that is called as the datum is, or the only one. */
  | { readonly kind: "unsaid"; readonly name: string };

const known = ["file", "select", "scale", "column", "columns", "name"] as const;
type Key = (typeof known)[number];

/** Whether an entry of a data file says where its numbers are, rather than being them. */
export function isDeclaration(entry: unknown): entry is Readonly<Record<string, unknown>> {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return false;
  if (ArrayBuffer.isView(entry) || ("shape" in entry && "values" in entry)) return false;
  const keys = Object.keys(entry);
  return keys.some((key) => (known as readonly string[]).includes(key) || suggest(key, ["file"]));
}

/** `{ "file": "images.gz", "select": "[:, :, 14]", "scale": { "from": [0, 255], "to": [-1, 1] } }` */
export function readDeclaration(
  name: string,
  entry: Readonly<Record<string, unknown>>,
  where: string,
): Outcome<Declared> {
  const wrong: Diagnostic[] = [];
  for (const key of Object.keys(entry))
    if (!(known as readonly string[]).includes(key)) wrong.push(declarationKey({ where, name, key, known }));
  if (wrong.length === 0 && entry["file"] === undefined) wrong.push(declarationKey({ where, name, key: null, known }));
  const value = <T>(key: Key, is: (found: unknown) => found is T, needs: string, example: string): T | null => {
    const found = entry[key];
    if (found === undefined || is(found)) return found ?? null;
    const text = JSON.stringify(found);
    wrong.push(declarationValue({ where, name, key, needs, found: text, example: `"${key}": ${example}` }));
    return null;
  };
  const file = value("file", isText, "the path of a file, a text", '"table.csv"');
  const select = value("select", isText, "a text", '"[0..1000, :]"');
  const scale = value("scale", isScale, "`from` and `to`, two numbers each", '{ "from": [0, 255], "to": [0, 1] }');
  const column = value("column", isText, "the title of a column, a text", '"age"');
  const columns = value("columns", isTexts, "a list of titles of columns", '["age", "height"]');
  const inside = value("name", isText, "a name in that file, a text", '"x"');

  const parts = Object.entries({ column, columns, name: inside }).filter(([, said]) => said !== null);
  const [one, another] = parts;
  if (one && another) {
    const [key, value] = another;
    const [kept, said] = one;
    const needs = `left out where \`${kept}\` is given`;
    const found = JSON.stringify(value);
    wrong.push(declarationValue({ where, name, key, needs, found, example: `"${kept}": ${JSON.stringify(said)}` }));
  }
  const cut = select === null ? null : selectionOf(select, where);
  if (cut && !cut.ok) wrong.push(...cut.errors);
  const flat = scale === null ? null : flatScale(name, scale, where);
  if (flat) wrong.push(flat);

  const [first, ...rest] = wrong;
  if (first) return failed(first, ...rest);
  assert(file !== null, "a declaration without a file is a mistake");
  return ok({
    file,
    part:
      column !== null
        ? { kind: "column", column }
        : columns !== null
          ? { kind: "columns", columns }
          : inside !== null
            ? { kind: "name", name: inside }
            : { kind: "unsaid", name },
    select: cut?.ok ? cut.value : null,
    scale,
  });
}

/** A selection out of its text, or why that tells nothing. */
export function selectionOf(text: string, where: string): Outcome<Selection> {
  const read = parseSelection(text);
  if ("problem" in read) return failed(selectionUnclear({ where, text, why: read.problem }));
  return ok(read);
}

/** What is wrong with a scale whose range is one point, or null. */
export function flatScale(name: string, { from }: Scale, where: string): Diagnostic | null {
  return from[0] === from[1] ? scaleOfOnePoint({ where, name, value: from[0] }) : null;
}

const isText = (found: unknown): found is string => typeof found === "string" && found !== "";

const isTexts = (found: unknown): found is readonly string[] =>
  Array.isArray(found) && found.length > 0 && found.every(isText);

const isPair = (found: unknown): found is readonly [number, number] =>
  Array.isArray(found) && found.length === 2 && found.every(Number.isFinite);

const isScale = (found: unknown): found is Scale =>
  typeof found === "object" &&
  found !== null &&
  Object.keys(found).every((key) => key === "from" || key === "to") &&
  isPair((found as Partial<Scale>).from) &&
  isPair((found as Partial<Scale>).to);
