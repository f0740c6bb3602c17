import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Lexer } from "chevrotain";
import * as prettier from "prettier";
import { describe, expect, test } from "vitest";
import { parseTokens } from "../../grammar/parse.ts";
import { ModelParser } from "../../grammar/parser.ts";
import { baseTypes, lexer, reservedWords, statementKeywords, tokens } from "../../grammar/tokens.ts";
import { cstTypes, diagramsHtml } from "../../scripts/diagrams.ts";

const names = (text: string) => lexer.tokenize(text).tokens.map((token) => token.tokenType.name);

describe("the lexer", () => {
  test("is well defined, and can choose by the first character", () => {
    const checked = new Lexer([...tokens], { ensureOptimizations: true });
    expect(checked.lexerDefinitionErrors).toEqual([]);
  });

  test("finds a token for every single character", () => {
    for (let code = 0; code < 0x10000; code++)
      expect(lexer.tokenize(`a${String.fromCharCode(code)}`).errors).toEqual([]);
  });

  test("gives the points of a range to the range", () => {
    expect(names("0..10")).toEqual(["NumberLiteral", "DotDot", "NumberLiteral"]);
    expect(names("0.5..1.")).toEqual(["NumberLiteral", "DotDot", "NumberLiteral"]);
    expect(names("1..T")).toEqual(["NumberLiteral", "DotDot", "Identifier"]);
  });

  test("takes a word for a keyword only if it is the whole word", () => {
    for (const word of reservedWords) {
      expect(names(word)).not.toEqual(["Identifier"]);
      expect(names(`${word}_`)).toEqual(["Identifier"]);
      expect(names(`${word}é`)).toEqual(["ForeignWord"]);
    }
    expect(reservedWords).toHaveLength(24);
    expect(statementKeywords).toHaveLength(13);
  });

  test("knows the base types", () => {
    for (const type of baseTypes) expect(names(type)).toEqual(["BaseType"]);
  });
});

describe("the grammar", () => {
  test("is free of ambiguity and left recursion", () => {
    expect(() => new ModelParser(true)).not.toThrow();
  });

  test("closes a bound at its `>`", () => {
    const text = "data x: real<0..1 - a>[2] data y: int<0..>? data z: real<..-1>";
    expect(parseTokens(lexer.tokenize(text).tokens).ok).toBe(true);
  });

  test("says where it stopped and what would have fitted", () => {
    const parsed = parseTokens(lexer.tokenize("let a = 1 sample z = normal(0, 1)").tokens);
    expect(parsed).toMatchObject({
      ok: false,
      mistake: { at: 6, began: 4, expected: ["Tilde"] },
    });
  });
});

describe("what is generated from the grammar", () => {
  const at = (file: string) => readFileSync(join(import.meta.dirname, "../../grammar", file), "utf8");

  test("is fresh: the types of the tree", async () => {
    const formatted = await prettier.format(cstTypes(), { parser: "typescript", printWidth: 100 });
    expect(at("cst.ts")).toBe(formatted);
  });

  test("is fresh: the diagrams, one for each rule and without scripts or links", () => {
    const page = diagramsHtml();
    expect(at("diagrams.html")).toBe(page);
    const rules = Object.keys(new ModelParser().getGAstProductions());
    expect(page.match(/<svg /g)).toHaveLength(rules.length);
    for (const rule of rules) expect(page).toContain(`<h2 id="${rule}">`);
    expect(page).not.toMatch(/<script|<link|https?:/);
  });
});
