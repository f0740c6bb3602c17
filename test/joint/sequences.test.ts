import { describe, expect, test } from "vitest";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { differentiate } from "../../src/program/differentiate.ts";
import { compileEvaluator } from "../../src/program/evaluate.ts";
import { optimise } from "../../src/program/passes/index.ts";
import { buildGraph, markovBlanket } from "../../src/graph/graph.ts";
import { printGraph } from "../../src/graph/print.ts";
import { modelOf } from "../model/views.ts";
import { disagreements } from "../program/finiteDifferences.ts";
import { logJoint, logSumExp, normal, sum, upTo } from "./brute.ts";
import { asProgram } from "./lets.ts";

const y = [0.5, -0.3, 1.2, 0.1, -0.8, 0.4];
const T = y.length;
/** A few dozen terms of order 1 to 10. */
const digits = 10;

const logPhi = (x: number): number => {
  // Abramowitz & Stegun 26.2.17 is too coarse: the trapezium rule from -12, whose error here is below 1e-13
  const step = 1 / 256;
  const grid = upTo(Math.round((x + 12) / step) + 1).map((i) => -12 + i * ((x + 12) / Math.round((x + 12) / step)));
  const width = (x + 12) / Math.round((x + 12) / step);
  const ends = (i: number): number => (i === 0 || i === grid.length - 1 ? 0.5 : 1);
  // with the correction of Euler and Maclaurin at the end that is not flat
  const slope = -x * Math.exp(normal(x, 0, 1));
  const area = sum(grid.map((z, i) => width * ends(i) * Math.exp(normal(z, 0, 1))));
  return Math.log(area - (width ** 2 / 12) * slope);
};

describe("the density of a site that is sampled entry by entry is that of a plain loop:", () => {
  test("a first-order autoregression", async () => {
    const [phi, x] = [0.7, [0.3, -0.2, 0.9, 1.1, -0.4, 0.2]];
    const text = `data y: real[T]
      sample phi ~ normal(0, 1)
      let x: real[T]
      sample x[0] ~ normal(0, 2)
      for t in 1..T {
        sample x[t] ~ normal(phi * x[t - 1], 0.5)
        observe y[t] ~ normal(x[t], 0.4)
      }`;
    let exact = normal(phi, 0, 1) + normal(x[0]!, 0, 2);
    for (let t = 1; t < T; t++) exact += normal(x[t]!, phi * x[t - 1]!, 0.5) + normal(y[t]!, x[t]!, 0.4);
    expect(exact).toBeCloseTo(-14.13177, 6);
    expect(await logJoint(text, { y }, { phi, x })).toBeCloseTo(exact, digits);
  });

  test("two lags, vectors, an array that the loop fills from states, and two sites that feed each other", async () => {
    const [a, x] = [0.4, [0.3, -0.2, 0.9, 1.1, -0.4, 0.2]];
    const z = x.map((xt, t) => [0.5 * xt + 0.1 * t, 1 - xt]);
    const text = `data y: real[T]
      sample a ~ normal(0, 1)
      let x: real[T]
      let z: real[T, 2]
      let m: real[T]
      sample x[0] ~ normal(0, 1)
      sample x[1] ~ normal(x[0], 1)
      for t in 0..2 { sample z[t] ~ normal([a, 1], 0.5 + x[t] * x[t]) }
      m[0] = a
      m[1] = x[0] + x[1]
      for t in 2..T {
        let pull = a * x[t - 2]
        m[t] = 0.5 * m[t - 1] + z[t - 1, 0] * x[t - 1]
        sample x[t] ~ normal(pull + m[t] + x[0], 0.5)
        sample z[t] ~ normal(z[t - 1] * [x[t], 0.2] + y[t - 1], 0.7)
        observe y[t] ~ normal(x[t] + z[t, 1], 0.4)
      }`;
    let exact = normal(a, 0, 1) + normal(x[0]!, 0, 1) + normal(x[1]!, x[0]!, 1);
    const m = [a, x[0]! + x[1]!];
    for (let t = 0; t < T; t++) {
      if (t < 2) {
        const sd = 0.5 + x[t]! ** 2;
        exact += normal(z[t]![0]!, a, sd) + normal(z[t]![1]!, 1, sd);
        continue;
      }
      m.push(0.5 * m[t - 1]! + z[t - 1]![0]! * x[t - 1]!);
      exact += normal(x[t]!, a * x[t - 2]! + m[t]! + x[0]!, 0.5);
      exact += normal(z[t]![0]!, z[t - 1]![0]! * x[t]! + y[t - 1]!, 0.7);
      exact += normal(z[t]![1]!, z[t - 1]![1]! * 0.2 + y[t - 1]!, 0.7);
      exact += normal(y[t]!, x[t]! + z[t]![1]!, 0.4);
    }
    expect(await logJoint(text, { y }, { a, x, z })).toBeCloseTo(exact, digits);
  });

  test("a bound truncates each distribution, and is the same for all entries", async () => {
    const [s, v] = [0.6, [0.5, 0.2, 0.9, 1.4, 0.1, 0.3]];
    const text = `data y: real[T]
      sample s: real<0..> ~ exponential(1)
      let v: real<0..>[T]
      sample v[0] ~ exponential(2)
      for t in 1..T { sample v[t] ~ normal(0.5 * v[t - 1], s) }
      observe y ~ normal(0, v)`;
    let exact = -s + Math.log(2) - 2 * v[0]!;
    for (let t = 1; t < T; t++) {
      const mean = 0.5 * v[t - 1]!;
      exact += normal(v[t]!, mean, s) - logPhi(mean / s);
    }
    exact += sum(y.map((yt, t) => normal(yt, 0, v[t]!)));
    // the trapezium rule: an error of h^4 phi'''/720, 1e-13
    expect(await logJoint(text, { y }, { s, v })).toBeCloseTo(exact, 9);
  });

  test("one series for each element of a plate", async () => {
    const w = [y.map((yt) => yt / 2), y.map((yt) => 1 - yt)];
    const text = `data y: real[2, T]
      plate n in 2 {
        let w: real[T]
        sample w[0] ~ normal(0, 1)
        for t in 1..T {
          sample w[t] ~ normal(w[t - 1], 0.5)
          observe y[n, t] ~ normal(w[t], 1)
        }
      }`;
    const both = [y, y.toReversed()];
    const exact = sum(
      w.map(
        (row, n) =>
          normal(row[0]!, 0, 1) +
          sum(upTo(T - 1).map((t) => normal(row[t + 1]!, row[t]!, 0.5) + normal(both[n]![t + 1]!, row[t + 1]!, 1))),
      ),
    );
    expect(await logJoint(text, { y: both }, { w })).toBeCloseTo(exact, digits);
  });

  test("a discrete sequence that drives it is summed out", async () => {
    const [drift, x] = [
      [-0.4, 0.9],
      [0.3, -0.2, 0.9, 1.1],
    ];
    const text = `data y: real[T]
      sample drift: real[2] ~ normal(0, 1)
      sample z ~ markov([0.3, 0.7], [[0.9, 0.1], [0.2, 0.8]], T)
      let x: real[T]
      for t in 0..1 { sample x[t] ~ normal(drift[z[t]], 1) }
      for t in 1..T { sample x[t] ~ normal(x[t - 1] + drift[z[t]], 0.5) }
      observe y ~ normal(x, 1)`;
    const P = [
      [0.9, 0.1],
      [0.2, 0.8],
    ];
    const paths = upTo(16).map((k) => upTo(4).map((t) => (k >> t) & 1));
    const exact = logSumExp(
      paths.map((z) =>
        sum(
          z.map((k, t) =>
            t === 0
              ? Math.log([0.3, 0.7][k]!) + normal(x[0]!, drift[k]!, 1)
              : Math.log(P[z[t - 1]!]![k]!) + normal(x[t]!, x[t - 1]! + drift[k]!, 0.5),
          ),
        ),
      ),
    );
    const rest = sum(drift.map((d) => normal(d, 0, 1))) + sum(x.map((xt, t) => normal(y[t]!, xt, 1)));
    expect(await logJoint(text, { y: y.slice(0, 4) }, { drift, x })).toBeCloseTo(exact + rest, digits);
  });
});

test("a series of one entry has a loop without turns", async () => {
  const text = `data y: real[T]
    let x: real[T]
    sample x[0] ~ normal(0, 2)
    for t in 1..T {
      sample x[t] ~ normal(x[t - 1], 0.5)
      observe y[t] ~ normal(x[t], 1)
    }
    observe y ~ normal(x, 1)`;
  const exact = normal(0.3, 0, 2) + normal(0.5, 0.3, 1);
  expect(await logJoint(text, { y: [0.5] }, { x: [0.3] })).toBeCloseTo(exact, digits);
});

test("its gradient is what finite differences see, and the same on the fused engine", async () => {
  const text = `data y: real[T]
    sample phi ~ normal(0, 1)
    sample s: real<0..> ~ exponential(1)
    let x: real[T]
    let m: real[T]
    sample x[0] ~ normal(0, s)
    m[0] = x[0]
    for t in 1..T {
      m[t] = 0.5 * m[t - 1] + x[t - 1]
      sample x[t] ~ student_t(4, phi * m[t], s)
      observe y[t] ~ normal(x[t], 0.4)
    }`;
  const { program, inputs } = asProgram(text, { y }, { phi: 0.3, s: 0.8, x: [0.3, -0.2, 0.9, 1.1, -0.4, 0.2] });
  const names = ["phi", "s", "x"];
  expect(disagreements(program, "log p", names, inputs)).toEqual([]);
  const both = differentiate(program, "log p", names);
  const expected = compileEvaluator(both)(inputs);
  const session = await fusedExecutor("float64").open(optimise(both), { seed: 1 });
  for (const [name, { values }] of inputs) session.write(name, values);
  await session.run(0, 1);
  for (const name of names) {
    const found = await session.read(`grad:${name}`);
    expected.get(`grad:${name}`)!.values.forEach((exact, i) => {
      // sums of a few dozen products of order 1
      expect(Math.abs(found[i]! - exact)).toBeLessThan(1e-11 * Math.max(1, Math.abs(exact)));
    });
  }
});

test("the density takes no scan where only states are read, however long the series", () => {
  const text = `data y: real[T]
    let x: real[T]
    sample x[0] ~ normal(0, 1)
    for t in 1..T { sample x[t] ~ normal(0.9 * x[t - 1], 0.5) }
    observe y ~ normal(x, 1)`;
  const sizes = [5, 500].map((n) => {
    const long = upTo(n).map((t) => Math.sin(t));
    return asProgram(text, { y: long }, { x: long }).program.equations;
  });
  expect(sizes.flat().filter(({ op }) => op === "scan")).toEqual([]);
  expect(sizes[0]!.length).toBe(sizes[1]!.length);
});

test("the graph has one node for the site, with the parents of all its entries", () => {
  const graph = buildGraph(
    modelOf(`data y: real[T]
      sample phi ~ normal(0, 1)
      sample s ~ exponential(1)
      let x: real[T]
      let m: real[T]
      sample x[0] ~ student_t(4, 0, s)
      m[0] = 0
      for t in 1..T {
        m[t] = phi * m[t - 1] + x[t - 1]
        sample x[t] ~ normal(m[t], s)
        observe y[t] ~ normal(x[t], 1)
      }`),
  );
  expect(printGraph(graph).split("\n").slice(2, -1)).toEqual([
    "  data     y",
    "  latent   phi ~ normal",
    "  latent   s ~ exponential",
    "  latent   x ~ student_t, normal entry by entry        from s, m",
    "  let      m = m[t]                                    from phi, x",
    "  observed y[t] ~ normal                         in t  from y, x",
    "blankets",
    "  phi: children x; coparents s",
    "  s: children x; coparents phi",
    "  x: parents s, phi; children y[t]",
  ]);
  expect(markovBlanket(graph, "x").parents).not.toContain("x");
});
