import type { IToken } from "chevrotain";
import type { Mistake } from "../../../grammar/parse.ts";
import * as t from "../../../grammar/tokens.ts";
import * as say from "../../diagnostics/catalogue/syntax.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { spanOfToken } from "../places.ts";
import { startsNothing } from "../recover.ts";
import { isFirstOnLine } from "../scan.ts";
import { atTheEnd, brackets } from "./brackets.ts";
import { operators } from "./operators.ts";
import { heads, names, types } from "./parts.ts";
import type { Scene } from "./scene.ts";
import { betweenStatements } from "./statements.ts";

/** What a person should be told about a mistake. Each of these answers for one kind, or passes it on. */
export function explain(tokens: readonly IToken[], mistake: Mistake, text: string): Diagnostic {
  const { at } = mistake;
  const token = tokens[at];
  const previous = tokens[at - 1];
  const after = previous ? spanOfToken(previous).end : 0;
  const scene: Scene = {
    tokens,
    text,
    mistake,
    at,
    token,
    previous,
    rule: mistake.rules.at(-1) ?? "file",
    opener: tokens[mistake.began]?.image ?? "",
    found: describe(token),
    here:
      token && !(previous && isFirstOnLine(tokens, at, text) && !startsNothing(mistake))
        ? spanOfToken(token)
        : { start: after, end: after },
  };
  return (
    atTheEnd(scene) ??
    betweenStatements(scene) ??
    brackets(scene) ??
    operators(scene) ??
    heads(scene) ??
    types(scene) ??
    names(scene) ??
    general(scene)
  );
}

function general({ mistake, here: span, found, previous }: Scene): Diagnostic {
  const after = previous?.image ?? null;
  return say.expected({ span, wanted: inWords(mistake.expected), found, after });
}

function describe(token: IToken | undefined): string {
  if (!token) return "the end of the file";
  const { image } = token;
  return `\`${image.length > 40 ? `${image.slice(0, 37)}...` : image}\``;
}

const plainWords: { readonly [name: string]: string } = {
  Identifier: "a name",
  BaseType: "a type",
  Statement: "a statement",
  NumberLiteral: "a number",
};

function inWords(expected: readonly string[]): readonly string[] {
  if (expected.includes("NumberLiteral") && expected.includes("Identifier"))
    return ["an expression", ...(expected.includes("Colon") ? ["`:`"] : [])];
  return expected.map((name) => {
    const label = t.tokens.find((token) => token.name === name)?.LABEL ?? name;
    return plainWords[name] ?? label.replaceAll('"', "`");
  });
}
