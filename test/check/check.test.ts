import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bind } from "../../src/bind/bind.ts";
import { check } from "../../src/check/check.ts";
import type { LatentNode, Model, ModelNode, ObservedNode } from "../../src/model/model.ts";
import { printModel } from "../../src/model/print.ts";
import { parse } from "../../src/syntax/parse.ts";
import { tours } from "../model/tours.ts";
import { checkText, errorsOf, modelOf } from "../model/views.ts";

describe("a model that is right", () => {
  test.each(Object.entries(tours))("%s checks without a word", (_, text) => {
    const outcome = checkText(text);
    expect(errorsOf(outcome)).toEqual([]);
    expect(outcome.ok && outcome.warnings).toEqual([]);
  });
});

describe("plates", () => {
  test("an index moves its dimension away and marks the value as varying", () => {
    const x = observed(modelOf(tours.abs_normal)).value;
    expect(x).toMatchObject({ kind: "index", type: { shape: [2] }, plates: ["n"] });
  });

  test("what they declare is the element inside and an array outside", () => {
    const model = modelOf(`${tours.eight_schools}\nlet all = theta + 0 * eta`);
    const inside = observed(model).dist;
    expect(inside).toMatchObject({ args: { mean: { type: { shape: [] }, plates: ["j"] } } });
    expect(node(model, "all")).toMatchObject({ value: { type: { shape: ["J"] }, plates: [] } });
  });

  test("an inner plate's values are arrays in the outer one", () => {
    const model = modelOf(`
data y: real[S, T]
plate s in S {
  plate t in T { sample b ~ normal(0, 1) }
  let whole = sum(b)
}
let table = b`);
    expect(node(model, "whole")).toMatchObject({
      value: { args: [{ kind: "latent", type: { shape: ["T"] }, plates: ["s"] }], plates: ["s"] },
    });
    expect(node(model, "table")).toMatchObject({ value: { type: { shape: ["S", "T"] } } });
  });

  test("two plates may share an index name and have ids of their own", () => {
    const model = modelOf("data y: real[N]\nplate n in N { let a = y[n] }\nplate n in N { let b = a[n] }");
    expect(model.plates.map(({ id, index }) => [id, index])).toEqual([
      ["n", "n"],
      ["n_2", "n"],
    ]);
    expect(node(model, "b").plates).toEqual(["n_2"]);
  });
});

describe("supports of latents", () => {
  test("come from the family when no type is written", () => {
    const { type } = latent(modelOf("sample p ~ beta(1, 1)"), "p");
    expect(type).toMatchObject({ support: "interval", lower: { value: 0 }, upper: { value: 1 } });
  });

  test("are the family's on the side where no bound is written", () => {
    const { type, truncated } = latent(modelOf("sample s: real[3] ~ half_normal(1)"), "s");
    expect(type).toMatchObject({ shape: [3], lower: { value: 0 }, upper: null });
    expect(truncated).toBe(false);
  });

  test("are truncated by a narrower bound, and only then", () => {
    const truncated = (text: string) => latent(modelOf(text), "s").truncated;
    expect(truncated("sample s: real<0..> ~ normal(0, 2)")).toBe(true);
    expect(truncated("sample s: real<0..> ~ half_normal(2)")).toBe(false);
    expect(truncated("sample s: real<0..1> ~ beta(2, 2)")).toBe(false);
    expect(truncated("data a: real\nsample s: real<a..> ~ uniform(a, a + 1)")).toBe(false);
    expect(truncated("data a: real<0..>\nsample s: real<a..> ~ exponential(1)")).toBe(true);
  });

  test("refuse a moving bound that may leave the family's", () => {
    const outcome = checkText("data a: real\nsample s: real<a..> ~ exponential(1)");
    expect(errorsOf(outcome).map(({ code }) => code)).toEqual(["PPL405"]);
  });

  test("of whole numbers keep the largest value, since written ranges are half-open", () => {
    const model = modelOf("data y: int<0..10>\nsample k: int<0..2> ~ bernoulli(0.5)");
    expect(model.data[0]!.type.upper).toMatchObject({ value: 9 });
    expect(latent(model, "k")).toMatchObject({ discrete: true, type: { upper: { value: 1 } } });
  });
});

describe("mixtures", () => {
  test("along the leading axis take the rest as one draw", () => {
    const { dist, type } = latent(modelOf(tours.bottleneck), "z");
    expect(dist).toMatchObject({ kind: "mixture", count: 10, event: [2], weightsAre: "logits" });
    expect(type.shape).toEqual([2]);
  });

  test("of listed components count them", () => {
    const model = modelOf(`
data y: real[N]
sample w: simplex[2] ~ dirichlet([1, 1])
observe y ~ mixture(p = w, normal(0, 1), student_t(3, 0, 2))`);
    expect(observed(model).dist).toMatchObject({ count: 2, event: [], weightsAre: "p" });
  });
});

describe("constants", () => {
  test("can be sizes, and be set from outside", () => {
    const text = "const K = 3\nsample z: real[K] ~ normal(0, 1)";
    expect(latent(modelOf(text), "z").type.shape).toEqual([3]);
    expect(latent(modelOf(text, { set: { K: 5 } }), "z").type.shape).toEqual([5]);
  });

  test("that do not exist cannot be set", () => {
    const [error] = errorsOf(checkText("const sigma = 1", { set: { sigmo: 2 } }));
    expect(error).toMatchObject({ code: "PPL217", hint: "did you mean `sigma`?" });
  });
});

describe("whatever the text", () => {
  const words = [
    "real",
    "int",
    "n",
    "N",
    "z",
    "x",
    "y",
    "mu",
    "0",
    "1.5",
    "3",
    "normal",
    "mixture",
    "dirichlet",
    "poisson",
    "beta",
    "exp",
    "sum",
    "softmax",
    "rep",
    "simplex",
    "ordered",
    "sample",
    "let",
  ];
  const marks = ["[", "]", "<", ">", "..", "~", "=", "(", ")", "{", "}", ",", "-", "@", ":", "*", "/"];
  const edit = fc.record({
    at: fc.nat({ max: 400 }),
    word: fc.constantFrom(...words),
    mark: fc.constantFrom(...marks),
    how: fc.constantFrom("swap", "swap", "swap", "drop", "insert"),
  });
  /** A text that was right, with some words and marks in the place of others. */
  const mutant = fc
    .tuple(fc.constantFrom(...Object.values(tours)), fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([text, edits]) => {
      const tokens: string[] = text.match(/\s*(?:\w+|\.\.|\S)/g) ?? [];
      for (const { at, word, mark, how } of edits) {
        const place = at % tokens.length;
        const wordy = /\w/.test(tokens[place]!);
        if (how === "drop") tokens.splice(place, 1);
        else if (how === "swap") tokens[place] = ` ${wordy ? word : mark}`;
        else tokens.splice(place, 0, ` ${wordy ? mark : word}`);
      }
      return tokens.join("");
    });

  test("the checker answers with a model or with places inside the file", () => {
    let checked = 0;
    fc.assert(
      fc.property(mutant, (text) => {
        const source = { path: "mutant.ppl", text };
        const ast = parse(source);
        if (!ast.ok) return;
        checked++;
        const outcome = check(ast.value, source);
        if (outcome.ok) {
          expect(printModel(outcome.value)).toMatch(/^model /);
          // No data at all: every datum is missed, by name, and nothing is thrown.
          const numbers = bind(outcome.value, {});
          expect(errorsOf(numbers).length).toBe(outcome.value.data.length);
          return;
        }
        for (const { labels, message } of outcome.errors) {
          expect(labels.length, message).toBeGreaterThan(0);
          for (const { span } of labels) {
            expect(span.start).toBeGreaterThanOrEqual(0);
            expect(span.end).toBeLessThanOrEqual(text.length);
            expect(span.start).toBeLessThan(span.end);
          }
        }
      }),
      { seed: 4242, numRuns: 3000 },
    );
    expect(checked).toBeGreaterThan(300);
  });
});

function node(model: Model, name: string): Extract<ModelNode, { kind: "let" }> {
  const found = model.nodes.find((n) => n.kind === "let" && n.name === name);
  if (found?.kind !== "let") throw new Error(`no let ${name}`);
  return found;
}

function latent(model: Model, name: string): LatentNode {
  const found = model.nodes.find((n) => n.kind === "latent" && n.name === name);
  if (found?.kind !== "latent") throw new Error(`no latent ${name}`);
  return found;
}

function observed(model: Model): ObservedNode {
  const found = model.nodes.find((n) => n.kind === "observed");
  if (!found) throw new Error("nothing is observed");
  return found;
}
