import { describe, expect, test } from "vitest";
import { insideSupport, plainBounds } from "../../src/distributions/check.ts";
import { drawLogGamma } from "../../src/distributions/gamma.ts";
import { families } from "../../src/distributions/index.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { digamma, trigamma } from "../../src/numeric/special.ts";
import { mean, variance } from "../../src/numeric/statistics.ts";
import { kolmogorovSmirnov } from "../numeric/kolmogorov.ts";
import { cases, continuousCases, properCases, discreteCases, scalarCases, type Case } from "./cases.ts";
import { at, eventOf, plainOf } from "./density.ts";
import { doubleExponential } from "./quadrature.ts";

const size = 20_000;

function drawsOf({ family, args, name }: Case, n = size): (number | Float64Array)[] {
  const random = randomStream(seedKey("draws", name));
  const plain = plainOf(args);
  return Array.from({ length: n }, () => family.draw(random, plain, eventOf(family)));
}

function numbersOf(each: Case): Float64Array {
  return Float64Array.from(drawsOf(each) as number[]);
}

describe("draws", () => {
  test.each(properCases)("stay in the support: $name", (each) => {
    const plain = plainOf(each.args);
    for (const draw of drawsOf(each, 2000))
      expect(insideSupport(each.family, plain, typeof draw === "number" ? [draw] : draw)).toBe(true);
  });

  const withMoments = scalarCases.filter(({ family, args }) =>
    Number.isFinite(family.moments?.variance(plainOf(args) as Record<string, number>)),
  );
  test.each(withMoments)("have the stated mean and variance: $name", (each) => {
    const numbers = numbersOf(each);
    const plain = plainOf(each.args) as Record<string, number>;
    const expected = each.family.moments!.mean(plain);
    const spread = each.family.moments!.variance(plain);
    expect(Math.abs(mean(numbers) - expected)).toBeLessThan(6 * Math.sqrt(spread / size));
    // The standard error of a variance, from the draws' own fourth moment.
    const fourth = mean(numbers.map((x) => (x - expected) ** 4));
    const slack = 6 * Math.sqrt((fourth - spread ** 2) / size);
    expect(Math.abs(variance(numbers) - spread)).toBeLessThan(slack);
  });

  test.each(continuousCases)("follow the density: $name", (each) => {
    const { lower, upper } = plainBounds(each.family, plainOf(each.args));
    const nodes = doubleExponential(lower, upper, 0, 1, 4001);
    const densities = at(
      each.family,
      "masked",
      nodes.map(({ x }) => x),
      each.args,
    );
    // The integral up to the middle between two nodes; read off by interpolation.
    const running: number[] = [];
    nodes.reduce((sum, { weight }, i) => {
      const mass = Number.isFinite(densities[i]) ? weight * Math.exp(densities[i]!) : 0;
      running.push(sum + mass / 2);
      return sum + mass;
    }, 0);
    const cdf = (x: number): number => {
      let low = 0;
      let high = nodes.length - 1;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (nodes[middle]!.x <= x) low = middle;
        else high = middle;
      }
      const [from, to] = [nodes[low]!.x, nodes[high]!.x];
      const share = to > from ? Math.min(Math.max((x - from) / (to - from), 0), 1) : 0;
      return running[low]! + share * (running[high]! - running[low]!);
    };
    expect(kolmogorovSmirnov(numbersOf(each), cdf)).toBeLessThan(2.7);
  });

  test.each(discreteCases)("follow the probabilities: $name", (each) => {
    const counts = new Map<number, number>();
    for (const draw of numbersOf(each)) counts.set(draw, (counts.get(draw) ?? 0) + 1);
    const upper = plainBounds(each.family, plainOf(each.args)).upper ?? 300;
    const points = Array.from({ length: upper + 1 }, (_, x) => x);
    const expected = at(each.family, "logDensity", points, each.args).map((p) => size * Math.exp(p));
    // Cells with at least 20 expected, the rest together.
    const cells = points.filter((x) => expected[x]! >= 20);
    const seen = cells.map((x) => counts.get(x) ?? 0);
    const restExpected = size - cells.reduce((sum, x) => sum + expected[x]!, 0);
    const restSeen = size - seen.reduce((sum, count) => sum + count, 0);
    const chiSquare =
      cells.reduce((sum, x, i) => sum + (seen[i]! - expected[x]!) ** 2 / expected[x]!, 0) +
      (restExpected > 1e-6 ? (restSeen - restExpected) ** 2 / Math.max(restExpected, 5) : restSeen);
    expect(chiSquare).toBeLessThan(chiSquareLimit(cells.length));
  });

  const vectors = cases.filter(({ family }) => family.eventRank === 1);
  test.each(vectors)("of vectors have the right mean and covariance: $name", (each) => {
    const draws = drawsOf(each) as Float64Array[];
    const { means, covariance } = momentsOf(each);
    means.forEach((centre, i) => {
      const own = draws.map((draw) => draw[i]!);
      expect(Math.abs(mean(own) - centre)).toBeLessThan(6 * Math.sqrt(covariance[i]![i]! / size));
      means.forEach((other, j) => {
        const products = draws.map((draw) => (draw[i]! - centre) * (draw[j]! - other));
        const slack = 6 * Math.sqrt(variance(products) / size);
        expect(Math.abs(mean(products) - covariance[i]![j]!)).toBeLessThan(slack);
      });
    });
  });

  const factors = cases.filter(({ family }) => family.name === "lkj_cholesky");
  test.each(factors)("of correlations have beta marginals: $name", (each) => {
    // (r + 1) / 2 of any pair is beta(a, a), a = eta - 1 + K / 2; both pairs of the last row, which L makes differently.
    const a = (each.args["eta"] as number) - 1 + 3 / 2;
    const nodes = doubleExponential(0, 1, 0, 1, 2001);
    const densities = at(
      families["beta"]!,
      "masked",
      nodes.map(({ x }) => x),
      { a, b: a },
    );
    const cdf = (x: number): number =>
      nodes.reduce(
        (sum, { x: node, weight }, i) =>
          node > x || !Number.isFinite(densities[i]) ? sum : sum + weight * Math.exp(densities[i]!),
        0,
      );
    const draws = drawsOf(each, 2000) as Float64Array[];
    const pairs = [(l: Float64Array) => l[6]!, (l: Float64Array) => l[3]! * l[6]! + l[4]! * l[7]!];
    for (const pair of pairs) {
      const shares = Float64Array.from(draws, (l) => (pair(l) + 1) / 2);
      expect(Math.abs(mean(shares) - 0.5)).toBeLessThan(6 * Math.sqrt(1 / (4 * (2 * a + 1) * 2000)));
      // The step of the quadrature is far below the 2.7 / sqrt(2000) that is allowed.
      expect(kolmogorovSmirnov(shares, cdf)).toBeLessThan(2.7);
    }
  });

  test("of the log of a gamma do not underflow at shape 1/1000", () => {
    const random = randomStream([1, 2]);
    const logs = Float64Array.from({ length: size }, () => drawLogGamma(random, 1e-3));
    // E log G = digamma(shape), var log G = trigamma(shape).
    const error = Math.sqrt(trigamma(1e-3) / size);
    expect(Math.abs(mean(logs) - digamma(1e-3))).toBeLessThan(6 * error);
  });

  test("are the same for the same key", () => {
    const draw = (): unknown => families["gamma"]!.draw(randomStream([1, 2]), { shape: 2, rate: 3 }, []);
    expect(draw()).toBe(draw());
  });
});

/** The point that a chi-square with df degrees of freedom exceeds with probability < 1e-6 (Wilson & Hilferty 1931). */
function chiSquareLimit(df: number): number {
  return df * (1 - 2 / (9 * df) + 5 * Math.sqrt(2 / (9 * df))) ** 3;
}

/** Mean and covariance of the vector families, from textbooks. */
function momentsOf({ family, args }: Case): { means: number[]; covariance: number[][] } {
  const plain = plainOf(args) as Record<string, Float64Array>;
  if (family.name === "dirichlet") {
    const c = Array.from(plain["concentration"]!);
    const total = c.reduce((sum, entry) => sum + entry, 0);
    const means = c.map((entry) => entry / total);
    const covariance = means.map((p, i) => means.map((q, j) => ((i === j ? p : 0) - p * q) / (total + 1)));
    return { means, covariance };
  }
  if (family.name === "markov") {
    // two states: the probability of 1 and the joint probabilities of 1 at two steps, by the powers of the matrix
    const [stay, go] = [plain["transition"]![3]!, plain["transition"]![1]!];
    const T = plain["steps"] as unknown as number;
    const after = (p: number): number => p * stay + (1 - p) * go;
    const chance = (from: number, steps: number): number => (steps === 0 ? from : chance(after(from), steps - 1));
    const means = Array.from({ length: T }, (_, t) => chance(plain["initial"]![1]!, t));
    const covariance = means.map((p, i) =>
      means.map((q, j) => means[Math.min(i, j)]! * chance(1, Math.abs(i - j)) - p * q),
    );
    return { means, covariance };
  }
  if (family.name === "multinomial") {
    const n = args["n"] as number;
    const weights = args["p"] ? plain["p"]! : plain["logits"]!.map(Math.exp);
    const p = Array.from(weights, (weight) => weight / weights.reduce((sum, w) => sum + w, 0));
    const covariance = p.map((x, i) => p.map((y, j) => n * ((i === j ? x : 0) - x * y)));
    return { means: p.map((x) => n * x), covariance };
  }
  const means = Array.from(plain["mean"]!);
  const [a, b, c, d] = Array.from((plain["covariance"] ?? plain["cholesky"] ?? plain["precision"])!) as [
    number,
    number,
    number,
    number,
  ];
  if (plain["covariance"])
    return {
      means,
      covariance: [
        [a, b],
        [c, d],
      ],
    };
  if (plain["cholesky"])
    return {
      means,
      covariance: [
        [a * a, a * c],
        [a * c, c * c + d * d],
      ],
    };
  const det = a * d - b * c;
  return {
    means,
    covariance: [
      [d / det, -b / det],
      [-c / det, a / det],
    ],
  };
}
