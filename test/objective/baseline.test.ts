import { expect, test } from "vitest";
import { ruleOf } from "../../src/objective/bounds/index.ts";
import { learningSignal } from "../../src/objective/signal.ts";
import { NamedBuilder } from "../../src/program/named-builder.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import type { Named } from "../../src/program/named.ts";
import type { Baseline } from "../../src/objective/baselines.ts";

/** Signals of log weights [T, K] with equal alpha. */
function signals(bound: "iwae" | "siwae", logW: readonly (readonly number[])[], baseline: Baseline) {
  const [T, K] = [logW.length, logW[0]!.length];
  const b = new Builder();
  const order = { axes: ["draw", "component"], size: (axis: string) => (axis === "draw" ? T : K) };
  const weights: Named = {
    value: b.array([T, K], logW.flat()),
    axes: ["draw", "component"],
    rank: 0,
  };
  const logAlpha: Named | null = K > 1 ? { value: b.fill([K], -Math.log(K)), axes: ["component"], rank: 0 } : null;
  const signal = learningSignal(
    new NamedBuilder(b, order),
    ruleOf(bound),
    { logW: weights, logAlpha, draw: "draw", component: "component", T },
    baseline,
  );
  b.output("signal", b.broadcast(signal.value, [T, K]));
  return [...evaluate(b.finish(), new Map()).get("signal")!.values];
}

test("the leave-one-out signal is the bound less that with the mean of the others in place of the draw", () => {
  // weights 1 and 3: the bound is log 2; without the first both are 3, without the second both are 1
  const [first, second] = signals("iwae", [[0], [Math.log(3)]], "loo");
  expect(first).toBeCloseTo(Math.log(2) - Math.log(3), 12);
  expect(second).toBeCloseTo(Math.log(2), 12);
});

test("a draw that outweighs all others is measured against the others, however small they are", () => {
  // weights 1 and exp(-1000): the bound is -log 2; without the first it is -1000, far below what rounding leaves
  const [first, second] = signals("iwae", [[0], [-1000]], "loo");
  expect(first).toBeCloseTo(1000 - Math.log(2), 9);
  expect(second).toBeCloseTo(-Math.log(2), 9);
});

test("and so in each of two strata", () => {
  // strata {1, e^-200} and {e^-300, e^-300}, alpha = 1/2: the bound is log((1 + ...) / 4);
  // without the first draw: (2 e^-200 + 2 e^-300) / 4, which is e^-200 / 2 up to e^-100
  const found = signals(
    "siwae",
    [
      [0, -300],
      [-200, -300],
    ],
    "loo",
  );
  expect(found[0]).toBeCloseTo(200 + Math.log(2) - Math.log(4), 9);
  // without a draw of the second stratum nothing changes
  expect(found[1]).toBeCloseTo(0, 12);
  // without e^-200 there is 1 twice
  expect(found[2]).toBeCloseTo(-Math.log(2), 9);
});

test("equal weights give no signal, and a weight of 0 among them a finite one", () => {
  for (const signal of signals("iwae", [[-5], [-5], [-5]], "loo")) expect(signal).toBeCloseTo(0, 12);
  // weights 1, 1 and 0: bound log(2/3); without the 0 it is log(3/3), without a 1 it is log(1.5/3)
  const found = signals("iwae", [[0], [0], [-Infinity]], "loo");
  expect(found[0]).toBeCloseTo(Math.log(2 / 3) - Math.log(0.5), 12);
  expect(found[2]).toBeCloseTo(Math.log(2 / 3), 12);
});
