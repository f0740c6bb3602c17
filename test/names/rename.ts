import { lexer, Identifier } from "../../grammar/tokens.ts";
import { families } from "../../src/distributions/index.ts";
import type { Renamable } from "./models.ts";

export type Renaming = ReadonlyMap<string, string>;

/** The names of a model and hostile ones for them, from the `turn`th on, each of which the model does not have already. */
export function renaming(
  { names, text }: Pick<Renamable, "names" | "text">,
  hostile: readonly string[],
  turn: number,
): Renaming {
  const used = new Set(words(text));
  const free = hostile.filter((name) => !used.has(name));
  // a function cannot be called like a distribution, which is told when it is checked
  const fitting = (name: string, other: string): string =>
    text.includes(`fun ${name}(`) && Object.hasOwn(families, other) ? `${other}_` : other;
  return new Map(names.map((name, i) => [name, fitting(name, free[(turn + i) % free.length] ?? name)]));
}

const words = (text: string): readonly string[] =>
  lexer.tokenize(text).tokens.flatMap(({ tokenType, image }) => (tokenType === Identifier ? [image] : []));

/** A text with the identifiers that a renaming names replaced, and everything else as it was. */
export function renamed(text: string, names: Renaming): string {
  let out = "";
  let at = 0;
  for (const { image, startOffset, tokenType } of lexer.tokenize(text).tokens) {
    const name = tokenType === Identifier ? names.get(image) : undefined;
    if (name === undefined) continue;
    out += text.slice(at, startOffset) + name;
    at = startOffset + image.length;
  }
  return out + text.slice(at);
}

/** Names that nobody else has: what is said under them can be put under any others without doubt. */
export function neutral({ names }: Pick<Renamable, "names">): Renaming {
  return new Map(names.map((name, i) => [name, `zq${i}qz`]));
}

/** Every text in a tree of JSON, and every name in it, with some names replaced. */
export function spelled(value: unknown, names: Renaming): unknown {
  // a plate that is called like a word of ours is marked as one in the names of blocks
  const text = (words: string): string =>
    words.replace(/zq\d+qz/g, (name) => names.get(name) ?? name).replace(/plate (?=global|values|choice|pick)/g, "");
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((one) => spelled(one, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [text(key), spelled(inner, names)]));
}
