import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boundValue, type Weights } from "../../src/objective/average.ts";
import type { BoundRule } from "../../src/objective/bounds/bound.ts";
import { boundNames, ruleOf, type BoundName } from "../../src/objective/bounds/index.ts";
import { learningSignal } from "../../src/objective/signal.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import type { AxisOrder } from "../../src/program/named.ts";
import { NamedBuilder } from "../../src/program/named-builder.ts";
import { compiled } from "./support.ts";
import type { Baseline } from "../../src/objective/baselines.ts";

const order: AxisOrder = { axes: ["draw", "component"], size: () => 1 };

function weightsOf(b: Builder, logW: readonly number[][], alpha: readonly number[]): Weights {
  const T = logW.length;
  const K = logW[0]!.length;
  const value = b.array([T, K], logW.flat());
  const logAlpha = b.array([K], alpha.map(Math.log));
  return {
    logW: { value, axes: ["draw", "component"], rank: 0 },
    logAlpha: K === 1 ? null : { value: logAlpha, axes: ["component"], rank: 0 },
    draw: "draw",
    component: "component",
    T,
  };
}

/** The bound of a matrix of log weights [T][K]. A mixture that draws has one column. */
function value(bound: BoundName | BoundRule, logW: readonly number[][], alpha: readonly number[]): number {
  const b = new Builder();
  const rule = typeof bound === "string" ? ruleOf(bound) : bound;
  b.output("bound", boundValue(new NamedBuilder(b, order), rule, weightsOf(b, logW, alpha)).value);
  return evaluate(b.finish(), new Map()).get("bound")!.values[0]!;
}

function signal(
  bound: BoundName | BoundRule,
  logW: readonly number[][],
  alpha: readonly number[],
  baseline: Baseline,
): number[] {
  const b = new Builder();
  const rule = typeof bound === "string" ? ruleOf(bound) : bound;
  b.output("signal", learningSignal(new NamedBuilder(b, order), rule, weightsOf(b, logW, alpha), baseline).value);
  return [...evaluate(b.finish(), new Map()).get("signal")!.values];
}

const matrix = (T: number, K: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: K, maxLength: K }), {
    minLength: T,
    maxLength: T,
  });
const weights = (K: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: K, maxLength: K })
    .map((raw) => raw.map((w) => w / raw.reduce((a, b) => a + b, 0)));

/** Sums of a dozen terms of size up to 30 in float64. */
const slack = 1e-12;

describe("bounds on the same draws", () => {
  test("are ordered: selbo <= siwae and elbo <= iwae (Jensen)", () => {
    fc.assert(
      fc.property(matrix(5, 3), weights(3), (logW, alpha) => {
        expect(value("selbo", logW, alpha)).toBeLessThanOrEqual(value("siwae", logW, alpha) + slack);
        const column = logW.map((row) => [row[0]!]);
        expect(value("elbo", column, [1])).toBeLessThanOrEqual(value("iwae", column, [1]) + slack);
      }),
      { seed: 1 },
    );
  });

  test("agree when there is one component: selbo = elbo, siwae = iwae", () => {
    fc.assert(
      fc.property(matrix(4, 1), (logW) => {
        expect(value("selbo", logW, [1])).toBe(value("elbo", logW, [1]));
        expect(value("siwae", logW, [1])).toBe(value("iwae", logW, [1]));
      }),
      { seed: 2 },
    );
  });

  test("agree when there is one component and one draw: all four are log w", () => {
    for (const name of ["elbo", "selbo", "iwae", "siwae"] as const)
      expect(value(name, [[1.25]], [1])).toBeCloseTo(1.25, 14);
  });

  // The orderings also hold where two bounds coincide, so each is pinned to a number worked out by hand.
  test("average what they say they average", () => {
    const equal = [0.5, 0.5];
    const oneDraw = [[Math.log(1), Math.log(3)]];
    expect(value("siwae", oneDraw, equal)).toBeCloseTo(Math.log(2), 14);
    expect(value("selbo", oneDraw, equal)).toBeCloseTo(Math.log(3) / 2, 14);
    expect(value("siwae", oneDraw, [0.75, 0.25])).toBeCloseTo(Math.log(1.5), 14);
    expect(value("selbo", oneDraw, [0.75, 0.25])).toBeCloseTo(Math.log(3) / 4, 14);
    const twoDraws = [[Math.log(1)], [Math.log(3)]];
    expect(value("iwae", twoDraws, [1])).toBeCloseTo(Math.log(2), 14);
    expect(value("elbo", twoDraws, [1])).toBeCloseTo(Math.log(3) / 2, 14);
    // (0.75 (1 + 3) + 0.25 (5 + 7)) / 2 = 3
    const four = [
      [Math.log(1), Math.log(5)],
      [Math.log(3), Math.log(7)],
    ];
    expect(value("siwae", four, [0.75, 0.25])).toBeCloseTo(Math.log(3), 14);
  });

  test("survive a draw of weight 0", () => {
    expect(value("siwae", [[-Infinity, 0]], [0.5, 0.5])).toBeCloseTo(Math.log(0.5), 14);
    expect(value("iwae", [[-Infinity], [-Infinity]], [1])).toBe(-Infinity);
  });
});

/** The row that used to type-check and compute SIWAE: L draws inside the logarithm, components outside. */
const outside: BoundRule = {
  draws: "each component",
  overDraws: "log of mean",
  overComponents: "outside",
  weights: "the guide's",
  doc: "",
  source: "",
};
const rules = [...boundNames.map((name) => [name, ruleOf(name)] as const), ["outside", outside] as const];

describe("every column of a bound is read", () => {
  const logW = [
    [Math.log(1), Math.log(5)],
    [Math.log(3), Math.log(7)],
  ];
  const alpha = [0.75, 0.25];

  test("overDraws: with the other entry the value is another", () => {
    for (const [name, rule] of rules.filter(([, { overComponents }]) => overComponents === "outside")) {
      const other = rule.overDraws === "mean of logs" ? "log of mean" : "mean of logs";
      const changed = { ...rule, overDraws: other } as BoundRule;
      expect(Math.abs(value(changed, logW, alpha) - value(rule, logW, alpha)), name).toBeGreaterThan(0.1);
    }
    // 0.75 log 2 + 0.25 log 6, and with means of logs 0.75 log(3) / 2 + 0.25 log(35) / 2
    expect(value(outside, logW, alpha)).toBeCloseTo(0.75 * Math.log(2) + 0.25 * Math.log(6), 14);
    const logs = { ...outside, overDraws: "mean of logs" } as const;
    expect(value(logs, logW, alpha)).toBeCloseTo(0.375 * Math.log(3) + 0.125 * Math.log(35), 14);
  });

  test("overComponents: with the other entry the value is another", () => {
    const inside = { ...outside, overDraws: "log of mean", overComponents: "inside" } as const;
    expect(value(inside, logW, alpha)).toBeCloseTo(Math.log(3), 14);
    expect(value(outside, logW, alpha)).toBeLessThan(Math.log(3) - 0.1);
  });

  test("draws: a mixture draws as many, and each component T times", () => {
    const names = (bound: BoundName) =>
      compiled(model, data, { objective: { bound, estimator: "score", T: 3 } })
        .step()
        .equations.flatMap((e) => (e.op === "input" ? [e.attributes] : []))
        .filter(({ role }) => role === "noise")
        .map(({ name, shape }) => `${name} [${shape.join(", ")}]`);
    for (const [name, { draws }] of boundNames.map((one) => [one, ruleOf(one)] as const))
      expect(names(name), name).toEqual(
        draws === "mixture" ? ["noise.global [3, 1]", "noise.global.choice [3]"] : ["noise.global [3, 4, 1]"],
      );
  });

  test("weights: learned where they are the guide's, and 1 / K each where they are uniform", () => {
    for (const name of boundNames) {
      const { paramSpecs } = compiled(model, data, { objective: { bound: name, estimator: "score" } });
      const width = paramSpecs.find((spec) => spec.name === "guide.global")?.shape.at(-1);
      expect(width, name).toBe(ruleOf(name).weights === "uniform" ? 2 : 3);
    }
  });

  const model = "data y: real  sample z ~ normal(0, 1)  observe y ~ normal(z, 1)";
  const data = { y: 1 };
});

describe("learning signals", () => {
  test("without a baseline are each draw's share of the bound, or the whole bound", () => {
    const logW = [[Math.log(1)], [Math.log(3)]];
    expect(signal("elbo", logW, [1], "none")).toEqual([0, Math.log(3) / 2]);
    signal("iwae", logW, [1], "none").forEach((s) => expect(s).toBeCloseTo(Math.log(2), 14));
  });

  test("with loo compare each draw with the others", () => {
    const logW = [[Math.log(1)], [Math.log(3)]];
    const [first, second] = signal("elbo", logW, [1], "loo");
    expect(first).toBeCloseTo(-Math.log(3) / 2, 14);
    expect(second).toBeCloseTo(Math.log(3) / 2, 14);
    // bound log 2; without the first draw log 3, without the second log 1
    const [one, three] = signal("iwae", logW, [1], "loo");
    expect(one).toBeCloseTo(Math.log(2) - Math.log(3), 13);
    expect(three).toBeCloseTo(Math.log(2), 13);
  });

  test("of components outside the logarithm look at their own component alone, times its weight", () => {
    const logW = [
      [Math.log(1), Math.log(5)],
      [Math.log(3), Math.log(7)],
    ];
    const none = signal(outside, logW, [0.75, 0.25], "none");
    [0.75 * Math.log(2), 0.25 * Math.log(6), 0.75 * Math.log(2), 0.25 * Math.log(6)].forEach((s, i) =>
      expect(none[i]).toBeCloseTo(s, 13),
    );
    // of (1, 3), without the first both are 3: log 2 - log 3
    expect(signal(outside, logW, [0.75, 0.25], "loo")[0]).toBeCloseTo(0.75 * (Math.log(2) - Math.log(3)), 13);
  });

  test("with loo stay within a draw's own stratum", () => {
    // weights [[1, 10], [3, 10]], alpha one half each: bound log 6; the first draw replaced by 3: log 6.5
    const logW = [
      [0, Math.log(10)],
      [Math.log(3), Math.log(10)],
    ];
    const [first] = signal("siwae", logW, [0.5, 0.5], "loo");
    expect(first).toBeCloseTo(Math.log(6) - Math.log(6.5), 13);
  });
});
