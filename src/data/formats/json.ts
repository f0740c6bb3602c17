import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { position } from "../../diagnostics/span.ts";
import { tooLarge } from "../../diagnostics/catalogue/files.ts";
import { notJson, notNamed } from "../../diagnostics/catalogue/tables.ts";
import type { Content, Format } from "../format.ts";
import type { Bytes } from "../stream.ts";
import { bounds } from "../../base/bounds.ts";
import { jsonMeter, type JsonBounds } from "./json-meter.ts";

/** JSON: an object of data by name. */
export const json: Format = { ending: ".json", endings: /\.json$/i, read: ({ bytes }, path) => readJson(bytes, path) };

/** What a JSON text holds, from wherever it comes. It is measured as it is read, and refused before it is parsed. */
export async function readJson(bytes: Bytes, path: string, most: JsonBounds = bounds): Promise<Outcome<Content>> {
  const meter = jsonMeter(most);
  const decoder = new TextDecoder("utf-8");
  let text = "";
  for await (const piece of bytes) {
    const excess = meter.take(piece);
    if (excess) return failed(tooLarge({ where: path, ...excess }));
    text += decoder.decode(piece, { stream: true });
  }
  const data = parsed(text + decoder.decode(), path);
  return data.ok ? ok({ kind: "named", data: data.value }) : data;
}

/** An object of names: numbers and nested lists of numbers; what they hold is checked when they are bound. */
export function parseJson(text: string, path: string): Outcome<Record<string, unknown>> {
  const excess = jsonMeter().take(new TextEncoder().encode(text));
  return excess ? failed(tooLarge({ where: path, ...excess })) : parsed(text, path);
}

function parsed(text: string, path: string): Outcome<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { offset, why } = firstMistake(text);
    return failed(notJson({ path, ...position(text, offset), why }));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return ok(value as Record<string, unknown>);
  const found = Array.isArray(value) ? "a list" : value === null ? "`null`" : `a ${typeof value}`;
  return failed(notNamed({ path, found }));
}

interface Mistake {
  readonly offset: number;
  readonly why: string;
}

/** Everything but texts, whose end a regular expression would look for on the stack. */
const token =
  /\s*(?:([{}[\],:])|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])|(true|false|null)\b|(\S[\w.+-]*)|$)/y;

interface Token {
  readonly offset: number;
  readonly found: string;
  readonly kind: "mark" | "text" | "value" | "end";
}

/** The token at or behind a place. */
function tokenAt(text: string, from: number): Token | Mistake {
  token.lastIndex = from;
  const match = token.exec(text);
  const [whole = "", mark, number, word, other] = match ?? [];
  const found = mark ?? number ?? word ?? other ?? "";
  const offset = from + whole.length - found.length;
  if (text[offset] === '"' && other !== undefined) {
    const end = endOfText(text, offset);
    return typeof end === "number" ? { offset, found: text.slice(offset, end), kind: "text" } : end;
  }
  if (other !== undefined) return { offset, why: strange(other) };
  return { offset, found, kind: mark !== undefined ? "mark" : found === "" ? "end" : "value" };
}

const escape = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** Behind the quotation mark that ends a text. */
function endOfText(text: string, start: number): number | Mistake {
  for (let at = start + 1; at < text.length; at++) {
    const one = text[at] ?? "";
    if (one === '"') return at + 1;
    if (one === "\n") break;
    if (one < " ") return { offset: at, why: "a tab or another control character stands in a text" };
    if (one !== "\\") continue;
    escape.lastIndex = at;
    if (!escape.test(text)) return { offset: at, why: `\`${text.slice(at, at + 2)}\` means nothing in a text` };
    at = escape.lastIndex - 1;
  }
  return { offset: start, why: "a text that does not end" };
}

/** Where a text that is not JSON stops being it. `JSON.parse` does not say so on every version of Node. */
function firstMistake(text: string): Mistake {
  /** Open brackets, innermost last. */
  const open: string[] = [];
  let expects: "value" | "first value" | "name" | "first name" | "colon" | "end" = "value";
  for (let at = 0; ;) {
    const next = tokenAt(text, at);
    if ("why" in next) return next;
    const { offset, found, kind } = next;
    at = offset + found.length;
    if (kind === "end") return { offset: text.length, why: unfinished(open) };
    const mark = kind === "mark" ? found : undefined;
    const inside = open.at(-1);
    if (expects === "colon") {
      if (mark !== ":") return { offset, why: "a `:` is expected after the name" };
      expects = "value";
    } else if (expects === "name" || expects === "first name") {
      if (kind === "text") expects = "colon";
      else if (mark === "}" && expects === "first name") expects = close(open);
      else return { offset, why: `a name in double quotes is expected, not \`${short(found)}\`` };
    } else if (expects === "value" || expects === "first value") {
      if (mark === "]" && expects === "first value") expects = close(open);
      else if (mark === "{" || mark === "[") {
        open.push(mark);
        expects = mark === "{" ? "first name" : "first value";
      } else if (mark === undefined) expects = "end";
      else return { offset, why: `a value is expected, not \`${short(found)}\`` };
    } else if (inside === undefined) return { offset, why: "the data end before this" };
    else if (mark === ",") expects = inside === "{" ? "name" : "value";
    else if (mark === (inside === "{" ? "}" : "]")) open.pop();
    else return { offset, why: `a \`,\` or \`${inside === "{" ? "}" : "]"}\` is expected` };
  }
}

const short = (found: string): string => (found.length > 20 ? `${found.slice(0, 20)}...` : found);

function close(open: string[]): "end" {
  open.pop();
  return "end";
}

function strange(found: string): string {
  if (/^-?(NaN|Infinity|nan|inf)$/.test(found)) return `\`${found}\` is not a JSON number`;
  if (found.startsWith("'")) return "names and texts stand in double quotes";
  return `\`${found.slice(0, 20)}\` has no meaning here`;
}

function unfinished(open: readonly string[]): string {
  if (open.length === 0) return "the file is empty";
  return `the file ends inside a \`${open.at(-1)}\``;
}
