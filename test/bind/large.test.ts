import { expect, test } from "vitest";
import { compileSource } from "../../src/pipeline.ts";

/** An N x N table of this size would need 80 GB. */
const N = 100_000;

test("a hundred thousand data are bound, checked and compiled without a table of their pairs", () => {
  const text = `
    data y: int<0..2>[N]
    data g: int<0..3>[N]
    data w: real[3]
    sample bias ~ beta(2, 2)
    plate n in N { observe y[n] ~ bernoulli(bias * sigmoid(w[g[n]])) }`;
  const y = Array.from({ length: N }, (_, n) => n % 2);
  const g = Array.from({ length: N }, (_, n) => n % 3);
  const compiled = compileSource({ path: "large.ppl", text }, { y, g, w: [0, 1, 2] });
  expect(compiled.ok && compiled.value.numbers.size("N")).toBe(N);
});
