import type { IToken, TokenType } from "chevrotain";
import type { Mistake } from "../../../grammar/parse.ts";
import * as t from "../../../grammar/tokens.ts";
import type { Span } from "../../diagnostics/span.ts";

/** A mistake with its surroundings at hand. */
export interface Scene {
  readonly tokens: readonly IToken[];
  readonly text: string;
  readonly mistake: Mistake;
  readonly at: number;
  /** Undefined at the end of the text. */
  readonly token: IToken | undefined;
  readonly previous: IToken | undefined;
  readonly rule: string;
  /** The word that the statement begins with. */
  readonly opener: string;
  /** The token as a person would call it. */
  readonly found: string;
  /** The token; or, if it stands on a later line than what is missing, the place right after the token before. */
  readonly here: Span;
}

/** Is this a word of the language? */
export const isKeyword = (token: IToken): boolean => t.reservedWords.includes(token.image);

/** Is the token of this category of tokens? */
export const isOf = (category: TokenType, { tokenTypeIdx }: IToken): boolean =>
  category.categoryMatches?.includes(tokenTypeIdx) === true;
