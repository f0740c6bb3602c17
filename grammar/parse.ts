import type { IToken } from "chevrotain";
import { EOF } from "chevrotain";
import type { FileCstNode } from "./cst.ts";
import { ModelParser } from "./parser.ts";

/** The concrete tree of one text, or where it first goes wrong. */
export type Parsed =
  { readonly ok: true; readonly cst: FileCstNode } | { readonly ok: false; readonly mistake: Mistake };

/** The first token that does not fit, and what would have. */
export interface Mistake {
  /** Its place among the tokens; their number at the end of the text. */
  readonly at: number;
  /** Names of the token types that would have fitted; `Statement` for the start of one. */
  readonly expected: readonly string[];
  /** The rules that were open, outermost first. */
  readonly rules: readonly string[];
  /** The place of the first token of the statement or guide entry that was last begun; -1 before any. */
  readonly began: number;
}

let shared: ModelParser | null = null;

/** Parses up to the first mistake. The parser is made when it is first needed, which takes most of the time. */
export function parseTokens(tokens: readonly IToken[]): Parsed {
  const parser = (shared ??= new ModelParser());
  parser.began = null;
  parser.input = [...tokens];
  const cst = parser.file();
  const error = parser.errors[0];
  if (error === undefined) return { ok: true, cst: cst as FileCstNode };
  return {
    ok: false,
    mistake: asStatement({
      at: error.token.tokenType === EOF ? tokens.length : tokens.indexOf(error.token),
      expected: [...new Set(error.message.split(" "))],
      rules: error.context.ruleStack,
      began: parser.began === null ? -1 : tokens.indexOf(parser.began),
    }),
  };
}

/** A name that no subscript follows was not meant as an assignment: no statement begins with it. */
function asStatement(mistake: Mistake): Mistake {
  const { at, began, rules } = mistake;
  if (at !== began + 1 || rules.at(-2) !== "assignStatement" || rules.at(-1) !== "subscript") return mistake;
  return { at: began, began, expected: ["Statement"], rules: rules.slice(0, -3) };
}
