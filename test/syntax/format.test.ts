import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { format } from "../../src/syntax/format.ts";
import { parse } from "../../src/syntax/parse.ts";
import type { Ast } from "../../src/syntax/ast.ts";
import { bare, file } from "./arbitrary.ts";
import { texts } from "./models.ts";

const read = (text: string): Ast => {
  const parsed = parse({ path: "t.ppl", text });
  if (!parsed.ok) throw new Error(`${parsed.errors[0].message}\n${text}`);
  return parsed.value;
};

const readable = texts.filter((text) => parse({ path: "t.ppl", text }).ok);

describe("format", () => {
  test("is undone by parse, on any tree", () => {
    fc.assert(
      fc.property(file, (tree) => {
        expect(bare(read(format(tree)))).toEqual(bare(tree));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  test("has nothing left to do the second time, on any tree", () => {
    fc.assert(
      fc.property(file, (tree) => {
        const once = format(tree);
        expect(format(read(once))).toBe(once);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test.each(readable.map((text) => [text.split("\n")[0], text]))(
    "keeps the tree and the comments of a text, and is idempotent: %s",
    (_, text) => {
      const once = format(read(text!));
      expect(bare(read(once))).toEqual(bare(read(text!)));
      expect(format(read(once))).toBe(once);
    },
  );

  test("loses no comment, wherever one stands", () => {
    // A comment after any token of a text, the rest of the line moving below it.
    const pieces = readable.map((text) => text.replaceAll(/\/\/.*/g, "").split(/(?<=[\s,(){}[\]~=])/));
    fc.assert(
      fc.property(
        fc.constantFrom(...pieces),
        fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (words, places, alone) => {
          const comments = new Set(places.map((place) => place % words.length));
          const lead = alone ? "\n" : " ";
          const text = words.map((word, i) => (comments.has(i) ? `${word}${lead}// c${i}\n` : word)).join("");
          const tree = read(text);
          const once = format(tree);
          expect(bare(read(once))).toEqual(bare(tree));
          expect(tree.comments).toHaveLength(comments.size);
          expect(format(read(once))).toBe(once);
        },
      ),
      { seed: 3, numRuns: 1000 },
    );
  });

  test("writes this text in this way", () => {
    const text = "let  a=-x ^2+( b )   //c\n\n\n\nplate n in N{observe y[n]~normal(a,sd=1)}";
    expect(format(read(text))).toBe(
      "let a = -x^2 + (b)  //c\n\nplate n in N {\n  observe y[n] ~ normal(a, sd = 1)\n}\n",
    );
  });
});
