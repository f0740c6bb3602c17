import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { position } from "../../diagnostics/span.ts";
import { textOf, type Content, type Format } from "../format.ts";
import { notJson, notNamed } from "../../diagnostics/catalogue/tables.ts";

/** JSON: an object of data by name. */
export const json: Format = {
  ending: ".json",
  endings: /\.json$/i,
  read: (bytes, path) => contentOf(textOf(bytes), path),
};

/** What a JSON text holds, from wherever it comes. */
export function contentOf(text: string, path: string): Outcome<Content> {
  const data = parseJson(text, path);
  return data.ok ? ok({ kind: "named", data: data.value }) : data;
}

/** An object of names: numbers and nested lists of numbers; what they hold is checked when they are bound. */
export function parseJson(text: string, path: string): Outcome<Record<string, unknown>> {
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

const token =
  /\s*(?:([{}[\],:])|("(?:[^"\\\n]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])|(true|false|null)\b|(\S[\w.+-]*)|$)/y;

/** Where a text that is not JSON stops being it. `JSON.parse` does not say so on every version of Node. */
function firstMistake(text: string): Mistake {
  /** Open brackets, innermost last. */
  const open: string[] = [];
  let expects: "value" | "first value" | "name" | "first name" | "colon" | "end" = "value";
  for (token.lastIndex = 0; ;) {
    const match = token.exec(text);
    const found = match?.[0].trimStart() ?? "";
    const offset = token.lastIndex - found.length;
    const [, mark, string, number, word, other] = match ?? [];
    if (other !== undefined) return { offset, why: strange(other) };
    if (found === "") return { offset: text.length, why: unfinished(open) };
    const inside = open.at(-1);
    const isValue = string ?? number ?? word;
    if (expects === "colon") {
      if (mark !== ":") return { offset, why: "a `:` is expected after the name" };
      expects = "value";
    } else if (expects === "name" || expects === "first name") {
      if (string !== undefined) expects = "colon";
      else if (mark === "}" && expects === "first name") expects = close(open);
      else return { offset, why: `a name in double quotes is expected, not \`${found}\`` };
    } else if (expects === "value" || expects === "first value") {
      if (mark === "]" && expects === "first value") expects = close(open);
      else if (mark === "{" || mark === "[") {
        open.push(mark);
        expects = mark === "{" ? "first name" : "first value";
      } else if (isValue !== undefined) expects = "end";
      else return { offset, why: `a value is expected, not \`${found}\`` };
    } else if (inside === undefined) return { offset, why: "the data end before this" };
    else if (mark === ",") expects = inside === "{" ? "name" : "value";
    else if (mark === (inside === "{" ? "}" : "]")) open.pop();
    else return { offset, why: `a \`,\` or \`${inside === "{" ? "}" : "]"}\` is expected` };
  }
}

function close(open: string[]): "end" {
  open.pop();
  return "end";
}

function strange(found: string): string {
  if (/^-?(NaN|Infinity|nan|inf)$/.test(found)) return `\`${found}\` is not a JSON number`;
  if (found.startsWith("'")) return "names and texts stand in double quotes";
  if (found.startsWith('"')) return "a text that does not end";
  return `\`${found.slice(0, 20)}\` has no meaning here`;
}

function unfinished(open: readonly string[]): string {
  if (open.length === 0) return "the file is empty";
  return `the file ends inside a \`${open.at(-1)}\``;
}
