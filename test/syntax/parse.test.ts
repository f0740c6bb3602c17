import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lexer, tokens } from "../../grammar/tokens.ts";
import type { Outcome } from "../../src/diagnostics/diagnostic.ts";
import { render } from "../../src/diagnostics/render.ts";
import type { Ast } from "../../src/syntax/ast.ts";
import { parse } from "../../src/syntax/parse.ts";
import { sexpr } from "../../src/syntax/print.ts";
import { printTokens } from "../../src/syntax/tokens.ts";
import { texts, tour } from "./models.ts";

const source = (text: string) => ({ path: "t.ppl", text });

/** Every promise that holds whatever the text is. */
function answers(text: string): Outcome<Ast> {
  const outcome = parse(source(text));
  printTokens(text);
  if (outcome.ok) {
    sexpr(outcome.value);
    expect(outcome.value.span).toEqual({ start: 0, end: text.length });
    return outcome;
  }
  let last = 0;
  for (const { labels, code, severity } of outcome.errors) {
    expect(code).toMatch(/^PPL1[0-3]\d$/);
    expect(severity).toBe("error");
    expect(labels).not.toEqual([]);
    for (const { span } of labels) {
      expect(span.start).toBeGreaterThanOrEqual(0);
      expect(span.end).toBeGreaterThanOrEqual(span.start);
      expect(span.end).toBeLessThanOrEqual(text.length);
    }
    expect(labels[0]!.span.start).toBeGreaterThanOrEqual(last);
    last = labels[0]!.span.start;
  }
  expect(render(outcome.errors, source(text), { color: true })).not.toBe("");
  return outcome;
}

const errors = (text: string) => {
  const outcome = answers(text);
  return outcome.ok ? [] : outcome.errors;
};

describe("parse", () => {
  test("answers any text with a tree or with mistakes inside the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => void answers(text)),
      { seed: 1, numRuns: 500 },
    );
  });

  test("answers any row of the language's own words", () => {
    const words = [
      ...tokens.map((token) => token.PATTERN).filter((pattern) => typeof pattern === "string"),
      ..."model data const param net fun let sample observe factor plate for in guide given by return".split(" "),
      ..."real int simplex mu N 0 1.5 normal //c\n \n ; # ' <- **".split(" "),
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (row) => {
        answers(row.join(" "));
      }),
      { seed: 2, numRuns: 3000 },
    );
  });

  test("answers a valid text with a piece cut out, doubled or moved", () => {
    const edit = fc.tuple(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), fc.nat()), { minLength: 1, maxLength: 3 }),
    );
    fc.assert(
      fc.property(edit, ([text, edits]) => {
        let edited = text;
        for (const [place, length, target] of edits) {
          const from = place % (edited.length + 1);
          const piece = edited.slice(from, from + length);
          const rest = target % 2 === 0 ? edited.slice(0, from) + edited.slice(from + length) : edited;
          const to = target % (rest.length + 1);
          edited = target % 3 === 0 ? rest : rest.slice(0, to) + piece + rest.slice(to);
        }
        answers(edited);
      }),
      { seed: 3, numRuns: 2000 },
    );
  });

  test("makes of one missing token at most two mistakes, and nearly always one", () => {
    const counts: number[] = [];
    for (const text of tour)
      for (const token of lexer.tokenize(text).tokens) {
        const cut = text.slice(0, token.startOffset) + " " + text.slice(token.startOffset + token.image.length);
        const count = errors(cut).length;
        if (count > 0) counts.push(count);
      }
    expect(counts.length).toBeGreaterThan(300);
    expect(Math.max(...counts)).toBeLessThanOrEqual(2);
    expect(counts.filter((count) => count > 1).length / counts.length).toBeLessThan(0.02);
  });

  test("gives every node the text it was made from", () => {
    for (const text of tour) {
      const outcome = parse(source(text));
      if (!outcome.ok) throw new Error("the tour parses");
      const seen: string[] = [];
      walk(outcome.value, (kind, start, end, name) => {
        seen.push(kind);
        if (name !== null) expect(text.slice(start, end)).toBe(name);
        if (kind === "call" || kind === "paren") expect(text[end - 1]).toBe(")");
        if (kind === "index" || kind === "array") expect(text[end - 1]).toBe("]");
        if (["sample", "observe", "plate", "for", "guide", "let"].includes(kind))
          expect(text.slice(start, end).startsWith(kind)).toBe(true);
        if (["plate", "for", "guide"].includes(kind)) expect(text[end - 1]).toBe("}");
      });
      expect(seen.length).toBeGreaterThan(20);
    }
  });

  test("survives what is nested as deeply as anyone could write it, and says so beyond", () => {
    const nested = (depth: number) => `let x = ${"(".repeat(depth)}1${")".repeat(depth)}`;
    expect(errors(nested(64))).toEqual([]);
    expect(errors(nested(65)).map(({ code }) => code)).toEqual(["PPL107"]);
    expect(errors(nested(100_000)).map(({ code }) => code)).toEqual(["PPL107"]);
    expect(errors(`let x = ${"-".repeat(398)}1`)).toEqual([]);
    for (const chain of [
      "-".repeat(5000) + "1",
      "1+".repeat(5000) + "1",
      "2^".repeat(5000) + "1",
      "x" + "[1]".repeat(5000),
    ])
      expect(errors(`let x = ${chain}`).map(({ code }) => code)).toEqual(["PPL107"]);
    expect(errors(`let x = [${"1,".repeat(20_000)}1]`)).toEqual([]);
  });

  test("reports at most a hundred mistakes", () => {
    expect(errors("let x = \n".repeat(300)).length).toBe(100);
  });

  test("reads files with carriage returns, a byte-order mark, and no last newline", () => {
    const outcome = parse(source("\uFEFFsample mu ~ normal(0, 1) // c\r\n\r\nlet a = mu"));
    if (!outcome.ok) throw new Error("this parses");
    expect(sexpr(outcome.value)).toBe("(file\n  (sample mu (call normal 0 1))\n  (let a mu))");
    expect(outcome.value.comments[0]).toMatchObject({ text: "// c", ownLine: false });
  });
});

type Visit = (kind: string, start: number, end: number, name: string | null) => void;

function walk(node: unknown, visit: Visit): void {
  if (Array.isArray(node)) for (const each of node) walk(each, visit);
  if (typeof node !== "object" || node === null) return;
  const { kind, span, text } = node as {
    kind?: string;
    span?: { start: number; end: number };
    text?: string;
  };
  if (kind !== undefined && span !== undefined) visit(kind, span.start, span.end, text ?? null);
  for (const value of Object.values(node)) walk(value, visit);
}
