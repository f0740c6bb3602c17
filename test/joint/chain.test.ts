import { describe, expect, test } from "vitest";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { densitiesAt } from "../../src/posterior/density.ts";
import { hostTensor } from "../../src/tensor/shape.ts";
import { compiled, refusals, run } from "../objective/support.ts";
import { bernoulli, beta55, free, lists, logJoint, logSumExp, normal, sum, upTo } from "./brute.ts";

const p0 = [0.2, 0.5, 0.3];
const move = [
  [0.7, 0.2, 0.1],
  [0.3, 0.3, 0.4],
  [0.25, 0.5, 0.25],
];
const matrix = "[[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.25, 0.5, 0.25]]";

/** log p(z) of a sequence of states. */
const chain = (z: readonly number[], initial = p0, transition = move): number =>
  sum(z.map((s, t) => Math.log(t === 0 ? initial[s]! : transition[z[t - 1]!]![s]!)));

/** The forward algorithm by hand, with probabilities as they are. */
function forward(initial: number[], transition: number[][], weight: number[][]): number {
  let alpha = initial.map((p, s) => p * weight[0]![s]!);
  for (const here of weight.slice(1))
    alpha = here.map((w, s) => w * sum(alpha.map((a, from) => a * transition[from]![s]!)));
  return Math.log(sum(alpha));
}

const hidden = `data y: real[T]
  sample mu: real[3] ~ normal(0, 1)
  sample z ~ markov([0.2, 0.5, 0.3], ${matrix}, T)
  plate t in T { observe y[t] ~ normal(mu[z[t]], 1) }`;
const mu = [-1, 0.5, 2];
const priorOfMu = sum(mu.map((m) => normal(m, 0, 1)));

// sums of at most a few hundred terms of size 1 in float64
const digits = 10;

describe("a sequence that is summed out", () => {
  test("has the density of brute force over all sequences", async () => {
    const y = [0.1, 1.9, -0.7, 0.4];
    const joint = lists(4, 3).map((z) => chain(z) + sum(z.map((s, t) => normal(y[t]!, mu[s]!, 1))));
    const found = await logJoint(hidden, { y }, { mu });
    expect(found).toBeCloseTo(priorOfMu + logSumExp(joint), digits);
    // the same by a program of a few lines in another language
    expect(found).toBeCloseTo(-11.7429289, 6);
  });

  test("of many steps has that of the forward algorithm", async () => {
    const y = upTo(60).map((t) => 2 * Math.sin(t * t));
    const weight = y.map((v) => mu.map((m) => Math.exp(normal(v, m, 1))));
    const exact = priorOfMu + forward(p0, move, weight);
    expect(await logJoint(hidden, { y }, { mu })).toBeCloseTo(exact, digits);
  });

  test("of one step is a categorical site", async () => {
    const joint = upTo(3).map((s) => Math.log(p0[s]!) + normal(0.3, mu[s]!, 1));
    const found = await logJoint(hidden, { y: [0.3] }, { mu });
    expect(found).toBeCloseTo(priorOfMu + logSumExp(joint), digits);
  });

  test("may be one of many, looked at in parts, by lets, factors and inner plates", async () => {
    const text = `data y: real[N, T, M]
      sample p ~ beta(5, 5)
      plate n in N {
        sample z ~ markov([0.2, 0.8], [[p, 1 - p], [0.3, 0.7]], T)
        plate t in T {
          let level = 3 * z[t]
          sample j ~ bernoulli(0.25)
          plate m in M { observe y[n, t, m] ~ normal(level + j, 1) }
        }
        for t in 1..T { factor -0.5 * z[t] * p }
      }`;
    const y = [
      [
        [0.1, 2],
        [3, 3.5],
        [1, 0],
      ],
      [
        [3, 4],
        [-1, 0],
        [0.5, 2.5],
      ],
    ];
    const p = 0.6;
    const each = y.map((rows) =>
      logSumExp(
        lists(3, 2).map(
          (z) =>
            chain(
              z,
              [0.2, 0.8],
              [
                [p, 1 - p],
                [0.3, 0.7],
              ],
            ) +
            sum(
              z.map(
                (s, t) =>
                  logSumExp([0, 1].map((j) => bernoulli(j, 0.25) + sum(rows[t]!.map((v) => normal(v, 3 * s + j, 1))))) -
                  (t > 0 ? 0.5 * s * p : 0),
              ),
            ),
        ),
      ),
    );
    expect(await logJoint(text, { y }, { p })).toBeCloseTo(beta55(p) + sum(each), digits);
  });

  test("may hang on a discrete site outside it, which is summed out after it", async () => {
    const text = `data y: real[T]
      sample p ~ beta(5, 5)
      sample k ~ bernoulli(p)
      sample z ~ markov([[0.2, 0.8], [0.5, 0.5]][k], [[0.9, 0.1], [0.3, 0.7]], T)
      plate t in T { observe y[t] ~ normal(z[t] - 2 * k, 1) }`;
    const [y, p] = [[0.1, -1.2, 0.7], 0.3] as const;
    const initial = [
      [0.2, 0.8],
      [0.5, 0.5],
    ];
    const joint = [0, 1].flatMap((k) =>
      lists(3, 2).map(
        (z) =>
          bernoulli(k, p) +
          chain(z, initial[k], [
            [0.9, 0.1],
            [0.3, 0.7],
          ]) +
          sum(z.map((s, t) => normal(y[t]!, s - 2 * k, 1))),
      ),
    );
    const exact = beta55(p) + logSumExp(joint);
    expect(await logJoint(text, { y: [...y] }, { p })).toBeCloseTo(exact, digits);
  });

  test("is as dense as its own observation, where it is data", async () => {
    const text = `data z: int<0..3>[T]
      sample m ~ normal(0, 1)
      observe z ~ markov([0.2, 0.5, 0.3], ${matrix}, T)`;
    const z = [1, 2, 0, 0, 1];
    expect(await logJoint(text, { z }, { m: 0 })).toBeCloseTo(normal(0, 0, 1) + chain(z), digits);
  });

  test("has derivatives that finite differences confirm, states that cannot be reached included", () => {
    const text = `data y: real[T]
      sample mu: real[3] ~ normal(0, 1)
      sample q ~ beta(2, 2)
      sample z ~ markov([1, 0, 0], [[q, 1 - q, 0], [0, q, 1 - q], [0, 0, 1]], T)
      plate t in T { observe y[t] ~ normal(mu[z[t]], 1) }`;
    const model = compiled(text, { y: [0.1, 1.9, -0.7, 0.4] }, { ...free, objective: { T: 1 } });
    const [spec] = model.paramSpecs;
    const program = model.gradient();
    const at = upTo(spec!.size).map((i) => 0.3 * Math.sin(1 + i));
    const value = (values: readonly number[]): number =>
      run(model, program, { [spec!.name]: values }).get("bound")!.values[0]!;
    const gradient = run(model, program, { [spec!.name]: at }).get(`gradient.${spec!.name}`)!;
    const h = 1e-5;
    at.forEach((x, i) => {
      const difference = (value(at.with(i, x + h)) - value(at.with(i, x - h))) / (2 * h);
      // truncation h^2 and rounding 1e-14 / h
      expect(gradient.values[i]).toBeCloseTo(difference, 7);
    });
  });
});

describe("the states of a sequence", () => {
  const text = `data y: real[N, T]
    sample m ~ normal(0, 1)
    plate n in N {
      sample z ~ markov([0.2, 0.8], [[0.9, 0.1], [0.3, 0.7]], T)
      plate t in T {
        sample j ~ bernoulli(0.25)
        observe y[n, t] ~ normal(2 * z[t] + j + m, 1)
      }
    }`;
  const y = [
    [0.1, 2.9, 1.2],
    [1.4, -0.3, 0.2],
  ];
  const [N, T] = [2, 3];
  const draws = 4000;
  const model = compiled(text, { y }, free);
  const out = run(model, model.evaluation({ draws, rows: null }).program, {
    parameters: initialise(model, 0),
  });
  const m = out.get("value.m")!.values;
  const posterior = (n: number, at: number) => {
    const joint = lists(T, 2).flatMap((z) =>
      lists(T, 2).map((j) => {
        const terms = z.map((s, t) => bernoulli(j[t]!, 0.25) + normal(y[n]![t]!, 2 * s + j[t]! + at, 1));
        return {
          z,
          j,
          log:
            chain(
              z,
              [0.2, 0.8],
              [
                [0.9, 0.1],
                [0.3, 0.7],
              ],
            ) + sum(terms),
        };
      }),
    );
    const total = logSumExp(joint.map(({ log }) => log));
    return joint.map(({ z, j, log }) => ({ z, j, p: Math.exp(log - total) }));
  };

  test("have the probabilities of brute force, draw by draw", () => {
    const [z, j] = [out.get("probability.z")!, out.get("probability.j")!];
    expect(z.shape).toEqual([draws, N, T, 2]);
    expect(j.shape).toEqual([draws, N, T, 2]);
    for (const draw of [0, 5])
      for (let n = 0; n < N; n++) {
        const cells = posterior(n, m[draw]!);
        for (let t = 0; t < T; t++) {
          const at = ((draw * N + n) * T + t) * 2 + 1;
          const chance = (which: "z" | "j") => sum(cells.map((c) => c.p * c[which][t]!));
          expect(z.values[at]).toBeCloseTo(chance("z"), digits);
          expect(j.values[at]).toBeCloseTo(chance("j"), digits);
        }
      }
  });

  test("are drawn jointly, with the sites that hang on them", () => {
    const [z, j] = [out.get("value.z")!, out.get("value.j")!];
    expect(z.shape).toEqual([draws, N, T]);
    for (let n = 0; n < N; n++) {
      const expected = new Map<string, number>();
      const found = new Map<string, number>();
      for (let draw = 0; draw < draws; draw++) {
        for (const cell of posterior(n, m[draw]!)) {
          const key = [...cell.z, ...cell.j].join();
          expected.set(key, (expected.get(key) ?? 0) + cell.p);
        }
        const at = (draw * N + n) * T;
        const key = [...z.values.slice(at, at + T), ...j.values.slice(at, at + T)].join();
        found.set(key, (found.get(key) ?? 0) + 1);
      }
      expect([...found.keys()].filter((key) => !expected.has(key))).toEqual([]);
      for (const [key, mean] of expected)
        // independent 0s and 1s: the variance is at most the mean
        expect(Math.abs((found.get(key) ?? 0) - mean), key).toBeLessThan(6 * Math.sqrt(mean) + 6);
    }
  });
});

describe("refused:", () => {
  const model = (body: string): string =>
    `data y: real[T]  sample m ~ normal(0, 1)  sample z ~ markov([0.5, 0.5], [[0.9, 0.1], [0.3, 0.7]], T)  ${body}`;
  const y = [1, 2, 3];

  test("a look at the whole of a sequence", () => {
    const [found] = refusals(model("factor m * sum(z)"), { y });
    expect(found).toMatch(/^PPL522 `z` is summed out/);
  });

  test("two entries in one statement", () => {
    const [found] = refusals(model("for t in 1..T { observe y[t] ~ normal(m + z[t] - z[t - 1], 1) }"), { y });
    expect(found).toMatch(/^PPL526 two entries of `z` meet/);
  });

  test("two sequences that meet at every step", () => {
    const second = "sample w ~ markov([0.5, 0.5], [[0.9, 0.1], [0.3, 0.7]], T)";
    const [found] = refusals(model(`${second} plate t in T { observe y[t] ~ normal(m + z[t] * w[t], 1) }`), { y });
    expect(found).toMatch(/^PPL526 `z` and `w` meet at every step/);
  });

  test("a minibatch of steps", () => {
    const text = model("plate t in T { observe y[t] ~ normal(m + z[t], 1) }");
    const [found] = refusals(text, { y }, { batch: { t: 2 }, objective: { bound: "selbo" } });
    expect(found).toMatch(/^PPL524 `z` is shared by the data of the minibatched plate `t`/);
  });
});

test("a sequence of a thousand steps compiles to as many equations as one of ten", () => {
  const size = (T: number): number =>
    compiled(hidden, { y: upTo(T).map((t) => Math.sin(t)) }, free).step().equations.length;
  expect(size(1000)).toBe(size(10));
});

test("the density of a sequence is that of its points for the posterior too", async () => {
  const model = compiled(hidden, { y: [0.1, 1.9] }, free);
  const points = { mu: hostTensor([2, 3], [...mu, 0, 0, 0]) };
  const { logJoint: logs } = await densitiesAt(model, referenceExecutor, initialise(model, 0), points);
  expect(logs[1]).toBeCloseTo(3 * normal(0, 0, 1) + normal(0.1, 0, 1) + normal(1.9, 0, 1), digits);
});
