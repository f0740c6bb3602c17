import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lexer } from "../../grammar/tokens.ts";
import { checkRest } from "../../src/check/check.ts";
import { checkSource } from "../../src/pipeline.ts";
import { parse, read } from "../../src/syntax/parse.ts";
import { tours } from "../model/tours.ts";

const source = (text: string) => ({ path: "model.ppl", text });
const codes = (text: string): string[] => {
  const checked = checkSource(source(text));
  return checked.ok ? [] : checked.errors.map(({ code }) => code);
};

describe("a text with a syntax error", () => {
  test("gets its other mistakes too, in the order of the text", () => {
    const text = `data y: real[N]
sample mu ~ normall(0, 1)
sample tau ~ half_normal(1
sample sigma ~ half_normal(-1)
observe y ~ normal(mu, sigam)
`;
    expect(codes(text)).toEqual(["PPL207", "PPL117", "PPL401", "PPL201"]);
  });

  test("says nothing of what hangs on the statement that could not be read", () => {
    expect(codes("sample mu ~ normal(0 1)\nobserve 1 ~ normal(mu, 1)")).toEqual(["PPL110"]);
    expect(codes("data x real[N]\nplate n in N { observe x[n] ~ normal(0, 1) }")).toEqual(["PPL110"]);
    expect(codes("net f = mlp(2 10)\nlet y = f([1, 2])")).toEqual(["PPL110"]);
    expect(codes("sample z ~ normal(0 1)\nguide { z ~ full_rank() }")).toEqual(["PPL110"]);
  });

  test("says nothing of the statement before a word that is left over", () => {
    const text = "data X: real[N, 2]\ndata b: real[2]\ndata y: real[N]\nlet m = X b\nobserve y ~ normal(m, 1)";
    expect(codes(text)).toEqual(["PPL115"]);
  });

  test("says nothing of names at all where a brace is at fault", () => {
    expect(codes("plate n in 3 {\n  sample z ~ normal(nowhere, 1)\n")).toEqual(["PPL117"]);
    expect(codes("sample z ~ normal(nowhere, 1) }")).toEqual(["PPL118"]);
  });

  test("keeps the statements of a plate whose other statement is at fault", () => {
    const text =
      "plate n in 3 {\n  sample a ~ normal(0 1)\n  sample b ~ normal(nowhere, 1)\n}\nlet c = sum(b) + sum(a)";
    expect(codes(text)).toEqual(["PPL110", "PPL201"]);
  });

  test("drops a plate whose head is at fault, and what it declares", () => {
    const text =
      "data y: real[N]\nplate n in 0..N {\n  sample a ~ normal(0, 1)\n  observe y[n] ~ normal(a[n], 1)\n}\nlet c = a[0]";
    expect(codes(text)).toEqual(["PPL128"]);
  });

  test("takes a text that ends too early for what it is up to there", () => {
    expect(codes("sample a ~ normal(nowhere, 1)\nsample b ~ normal(a")).toEqual(["PPL201", "PPL117"]);
  });
});

describe("a right model with a token", () => {
  const texts = Object.values(tours);

  /** Mistakes of names and shapes beside the syntax errors. */
  const cascades = (text: string): string[] =>
    parse(source(text)).ok ? [] : checkRest(source(text)).map(({ code, message }) => `${code} ${message}`);

  test("left out has no mistakes of names or shapes that follow from it", () => {
    const found: string[] = [];
    let broken = 0;
    let checked = 0;
    for (const text of texts)
      for (const { startOffset, image } of lexer.tokenize(text).tokens) {
        const cut = `${text.slice(0, startOffset)} ${text.slice(startOffset + image.length)}`;
        if (parse(source(cut)).ok) continue;
        broken++;
        if (read(source(cut)).ast !== null) checked++;
        for (const one of cascades(cut))
          found.push(
            `${one} after the loss of ${image} at ${startOffset} in ${text.slice(Math.max(0, startOffset - 20), startOffset + 20)}`,
          );
      }
    expect(broken).toBeGreaterThan(300);
    // Where a brace is lost nothing but the syntax is spoken of; that is the smaller part.
    expect(checked / broken).toBeGreaterThan(0.6);
    expect(found).toEqual([]);
  });

  test("doubled, replaced or moved never breaks the checker, whatever it says", () => {
    const words = ["(", ")", "{", "}", "[", "]", ",", "~", "=", "plate", "sample", "x", "1", ";"];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...words)), { minLength: 1, maxLength: 3 }),
        (text, edits) => {
          // prettier-ignore
          let edited: string = text;
          for (const [place, word] of edits) {
            const tokens = lexer.tokenize(edited).tokens;
            const token = tokens[place % tokens.length]!;
            edited = `${edited.slice(0, token.startOffset)} ${word} ${edited.slice(token.startOffset + (place % 2) * token.image.length)}`;
          }
          for (const { labels } of checkRest(source(edited)))
            for (const { span } of labels) expect(span.end).toBeLessThanOrEqual(edited.length);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });
});
