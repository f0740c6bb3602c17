import type { IToken } from "chevrotain";
import { lexer } from "../../grammar/tokens.ts";

/**
 * The names of the tokens of a text, one line for each line that has any: what `emit tokens` prints. Comments are left
 * out; characters that are not part of the language show by the name of their kind.
 */
export function printTokens(source: string): string {
  const { tokens, groups } = lexer.tokenize(source);
  const all: IToken[] = [...tokens, ...(groups["foreign"] ?? [])];
  all.sort((a, b) => a.startOffset - b.startOffset);
  let printed = "";
  let last = -1;
  for (const token of all) {
    if (last >= 0) printed += source.slice(last, token.startOffset).includes("\n") ? "\n" : " ";
    printed += token.tokenType.name;
    last = token.startOffset + token.image.length;
  }
  return printed;
}
