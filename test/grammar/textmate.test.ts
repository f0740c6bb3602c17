import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import oniguruma from "vscode-oniguruma";
import textmate, { type IGrammar } from "vscode-textmate";
import { lexer } from "../../grammar/tokens.ts";
import { scopeOf, textmateGrammar } from "../../scripts/textmate.ts";
import { parse } from "../../src/syntax/parse.ts";
import { texts } from "../syntax/models.ts";

const root = join(import.meta.dirname, "../..");
const path = join(root, "grammar/stratum.tmLanguage.json");

/** The grammar as an editor loads it. */
async function load(): Promise<IGrammar> {
  const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
  await oniguruma.loadWASM(readFileSync(wasm));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(path, "utf8"), path),
  });
  const grammar = await registry.loadGrammar("source.ppl");
  if (!grammar) throw new Error("the grammar does not load");
  return grammar;
}
const grammar = await load();

/** The innermost scope at every place of a text that has one beside `source.ppl`. */
function coloured(text: string): readonly { start: number; end: number; scope: string }[] {
  const found: { start: number; end: number; scope: string }[] = [];
  let stack = textmate.INITIAL;
  let offset = 0;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens)
      if (scopes.length > 1) found.push({ start: offset + startIndex, end: offset + endIndex, scope: scopes.at(-1)! });
    offset += line.length + 1;
  }
  return found;
}

const models = readdirSync(join(root, "models"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ppl"))
  .map((name) => readFileSync(join(root, "models", name), "utf8"));
const right = [...models, ...texts].filter((text) => parse({ path: "t.ppl", text }).ok);

describe("the editor grammar", () => {
  test("is the one that the tokens give", () => {
    const written: unknown = JSON.parse(readFileSync(path, "utf8"));
    expect(written, "run `npm run generate`").toEqual(JSON.parse(textmateGrammar()));
  });

  test("cuts every right text into the lexer's tokens, each in its own colour", () => {
    expect(right.length).toBeGreaterThan(15);
    for (const text of right) {
      const { tokens, groups } = lexer.tokenize(text);
      const comments = (groups["comments"] ?? []).map(({ startOffset, image }) => ({
        at: startOffset,
        image,
        scope: /^comment/,
      }));
      const expected = [
        ...tokens.map(({ startOffset, image, tokenType }) => ({
          at: startOffset,
          image,
          scope: new RegExp(`^${scopeOf(tokenType)}`),
        })),
        ...comments,
      ].toSorted((a, b) => a.at - b.at);
      const found = coloured(text);
      expect(found.map(({ start, end }) => text.slice(start, end))).toEqual(
        expected.map(({ image }) => image.trimEnd()),
      );
      found.forEach(({ scope }, i) => expect(scope, expected[i]!.image).toMatch(expected[i]!.scope));
    }
  });

  test("colours these as it should", () => {
    const of = (text: string) =>
      coloured(text).map(({ start, end, scope }) => `${text.slice(start, end)} ${scope.replace(".ppl", "")}`);
    expect(of("sample z: real<0..1.5> ~ normal(mean = in_1, 1e-3) // c")).toEqual([
      "sample keyword.control",
      "z entity.name.variable",
      ": punctuation.separator",
      "real storage.type",
      "< keyword.operator",
      "0 constant.numeric",
      ".. keyword.operator",
      "1.5 constant.numeric",
      "> keyword.operator",
      "~ keyword.operator",
      "normal entity.name.function",
      "( punctuation.bracket",
      "mean variable.parameter",
      "= keyword.operator",
      "in_1 variable.other",
      ", punctuation.separator",
      "1e-3 constant.numeric",
      ") punctuation.bracket",
      "// c comment.line.double-slash",
    ]);
    expect(of("let a = x; # no")).toEqual([
      ...["let keyword.control", "a entity.name.variable", "= keyword.operator"],
      ...["x variable.other", "; invalid.illegal", "# no invalid.illegal"],
    ]);
  });
});
