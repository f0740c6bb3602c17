import { describe, expect, test } from "vitest";
import { initialise } from "../../src/inference/initialise.ts";
import { compiled, run } from "../objective/support.ts";
import { bernoulli, beta55, free, lists, logJoint, logSumExp, normal, sum, upTo } from "./brute.ts";

// float64 sums of a few dozen terms of size 10: rounding is far below 1e-11
const digits = 11;

describe("the density with discrete sites summed out is that of brute force for", () => {
  test("a mixture of two normals, the sum over data outside the logarithm", async () => {
    const text = `data y: real[N]
      sample mu: ordered[2] ~ normal(0, 2)
      sample s: real<0..>[2] ~ normal(0, 2)
      sample theta ~ beta(5, 5)
      plate n in N {
        sample k ~ bernoulli(theta)
        observe y[n] ~ normal(mu[1 - k], s[1 - k])
      }`;
    const y = [0.3, -1.2, 2.5];
    const [mu, s, theta] = [[-1, 1.5], [0.7, 1.1], 0.3] as const;
    const prior =
      Math.log(2) +
      sum(mu.map((m) => normal(m, 0, 2))) +
      sum(s.map((v) => normal(v, 0, 2) + Math.log(2))) +
      beta55(theta);
    // all 8 assignments of the three data at once
    const joint = lists(3, 2).map((ks) =>
      sum(ks.map((k, n) => bernoulli(k, theta) + normal(y[n]!, mu[1 - k]!, s[1 - k]!))),
    );
    const found = await logJoint(text, { y }, { mu, s, theta });
    expect(found).toBeCloseTo(prior + logSumExp(joint), digits);
    expect(found).toBeCloseTo(-10.071438, 6);
  });

  test("nested plates: one site shared by a group, another of each item", async () => {
    const text = `data y: real[G, N]
      sample p ~ beta(5, 5)
      plate g in G {
        sample k ~ bernoulli(p)
        plate n in N {
          sample j ~ categorical([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]][k])
          observe y[g, n] ~ normal(j - 2 * k, 1)
        }
      }`;
    const y = [
      [0.1, 1.2],
      [-1.5, 0.4],
    ];
    const table = [
      [0.2, 0.5, 0.3],
      [0.6, 0.1, 0.3],
    ];
    const p = 0.4;
    const joint = lists(2, 2).flatMap((ks) =>
      lists(4, 3).map((js) =>
        sum(
          ks.map((k, g) =>
            sum([
              bernoulli(k, p),
              ...y[g]!.map((v, n) => {
                const j = js[2 * g + n]!;
                return Math.log(table[k]![j]!) + normal(v, j - 2 * k, 1);
              }),
            ]),
          ),
        ),
      ),
    );
    expect(await logJoint(text, { y }, { p })).toBeCloseTo(beta55(p) + logSumExp(joint), digits);
  });

  test("two sites that share a term, in one plate and across plates", async () => {
    const text = `data y: real[N]
      sample p ~ beta(5, 5)
      sample a ~ bernoulli(p)
      plate n in N {
        sample b ~ bernoulli(0.2)
        sample c ~ bernoulli(p)
        observe y[n] ~ normal(a + 2 * b * c, 0.5)
      }`;
    const y = [0.5, 2.4];
    const p = 0.7;
    const joint = lists(5, 2).map(([a, ...rest]) =>
      sum([
        bernoulli(a!, p),
        ...y.map((v, n) => {
          const [b, c] = [rest[2 * n]!, rest[2 * n + 1]!];
          return bernoulli(b, 0.2) + bernoulli(c, p) + normal(v, a! + 2 * b * c, 0.5);
        }),
      ]),
    );
    expect(await logJoint(text, { y }, { p })).toBeCloseTo(beta55(p) + logSumExp(joint), digits);
  });

  test("a categorical site with a dirichlet prior, by probabilities and by logits", async () => {
    const model = (table: string): string => `data y: real[N]
      data m: real[3]
      sample w ~ dirichlet([2, 3, 4])
      plate n in N { sample k ~ categorical(${table}) observe y[n] ~ normal(m[k], 1) }`;
    const [y, m, w] = [
      [0.5, 3, -2, 0.1],
      [-1, 0, 2.5],
      [0.2, 0.3, 0.5],
    ];
    // dirichlet(2, 3, 4): log Gamma(9) / (Gamma(2) Gamma(3) Gamma(4)) = log 40320 / 12
    const prior = Math.log(40320 / 12) + Math.log(0.2) + 2 * Math.log(0.3) + 3 * Math.log(0.5);
    const joint = lists(4, 3).map((ks) => sum(ks.map((k, n) => Math.log(w[k]!) + normal(y[n]!, m[k]!, 1))));
    const exact = prior + logSumExp(joint);
    expect(await logJoint(model("w"), { y, m }, { w })).toBeCloseTo(exact, digits);
    const byLogits = await logJoint(model("logits = log(w) + 7"), { y, m }, { w });
    expect(byLogits).toBeCloseTo(exact, digits);
  });

  test("a site whose distribution hangs on another's value, in a chain of lets", async () => {
    const text = `data y: real
      sample p ~ beta(5, 5)
      sample n ~ categorical([0.1, 0.2, 0.7])
      let trials = n + 1
      sample k ~ binomial(trials, p)
      let shift = 2 * k - n
      observe y ~ normal(shift, 1)`;
    const [y, p] = [0.8, 0.35];
    const choose = [
      [1, 1],
      [1, 2, 1],
      [1, 3, 3, 1],
    ];
    const joint = [0, 1, 2].flatMap((n) =>
      upTo(n + 2).map(
        (k) =>
          Math.log([0.1, 0.2, 0.7][n]!) +
          Math.log(choose[n]![k]! * p ** k * (1 - p) ** (n + 1 - k)) +
          normal(y, 2 * k - n, 1),
      ),
    );
    expect(await logJoint(text, { y }, { p })).toBeCloseTo(beta55(p) + logSumExp(joint), digits);
  });

  test("counts whose bounds are data, declared or moved by the element", async () => {
    const text = `data y: real[N]
      data m: int<1..>[N]
      sample p ~ beta(5, 5)
      plate n in N {
        sample k ~ binomial(m[n], p)
        sample c: int<1..4> ~ poisson(2)
        observe y[n] ~ normal(k - c, 1)
      }`;
    const [y, m, p] = [[0.5, 1.5], [1, 3], 0.6] as const;
    const choose = [[1, 1], [], [1, 3, 3, 1]];
    // poisson(2) on 1, 2, 3: proportional to 2, 2, 4/3
    const counts = [2, 2, 4 / 3].map((w) => Math.log(w / (2 + 2 + 4 / 3)));
    const each = m.map((trials, n) =>
      logSumExp(
        upTo(trials + 1).flatMap((k) =>
          counts.map(
            (c, i) =>
              c + Math.log(choose[trials - 1]![k]! * p ** k * (1 - p) ** (trials - k)) + normal(y[n]!, k - (i + 1), 1),
          ),
        ),
      ),
    );
    expect(await logJoint(text, { y, m }, { p })).toBeCloseTo(beta55(p) + sum(each), digits);
  });

  test("an array of discrete entries, all combinations of which are gone through", async () => {
    const text = `data y: real
      data w: real[3]
      sample p ~ beta(5, 5)
      sample k: int[3] ~ bernoulli(p)
      observe y ~ normal(dot(w, k) + k[1], 1)`;
    const [y, w, p] = [1.3, [1, -2, 0.5], 0.25] as const;
    const joint = lists(3, 2).map(
      (ks) => sum(ks.map((k) => bernoulli(k, p))) + normal(y, sum(ks.map((k, i) => k * w[i]!)) + ks[1]!, 1),
    );
    expect(await logJoint(text, { y, w }, { p })).toBeCloseTo(beta55(p) + logSumExp(joint), digits);
  });

  test("a continuous site whose prior hangs on discrete ones, with factors", async () => {
    const text = `data y: real[N]
      plate n in N {
        sample k ~ bernoulli(0.3)
        sample z ~ normal(3 * k, 1 + k)
        factor -0.1 * k * z
        observe y[n] ~ normal(z, 1)
      }`;
    const [y, z] = [
      [0.5, 2],
      [0.4, 1.9],
    ];
    const each = y.map(
      (v, n) =>
        normal(v, z[n]!, 1) +
        logSumExp([0, 1].map((k) => bernoulli(k, 0.3) + normal(z[n]!, 3 * k, 1 + k) - 0.1 * k * z[n]!)),
    );
    expect(await logJoint(text, { y }, { z })).toBeCloseTo(sum(each), digits);
  });

  test("a site that nothing looks at, whose probabilities sum to 1", async () => {
    const text = `data y: real
      sample z ~ normal(0, 1)
      plate n in 5 { sample k ~ bernoulli(sigmoid(z)) }
      let heads = sum(k)
      observe y ~ normal(z, 1)`;
    const found = await logJoint(text, { y: 1 }, { z: 0.5 });
    expect(found).toBeCloseTo(normal(0.5, 0, 1) + normal(1, 0.5, 1), digits);
  });

  test("probabilities of 0, which leave a value out", async () => {
    const text = `data y: real
      sample z ~ normal(0, 1)
      sample k ~ categorical([0.5, 0, 0.5])
      observe y ~ normal(z + k, 1)`;
    const exact = normal(0.5, 0, 1) + logSumExp([0, 2].map((k) => Math.log(0.5) + normal(1, 0.5 + k, 1)));
    expect(await logJoint(text, { y: 1 }, { z: 0.5 })).toBeCloseTo(exact, digits);
  });
});

describe("the order of elimination", () => {
  test("keeps tables small: a tree of sites costs the square of their number of values", () => {
    const links = upTo(6)
      .slice(1)
      .map((i) => `sample k${i} ~ categorical(t[k${i - 1}])`);
    const text = `data t: real[9, 9]
      sample z ~ normal(0, 1)
      sample k0 ~ categorical(t[0])
      ${links.join("\n")}
      factor z * k5`;
    const t = Array.from({ length: 9 }, () => new Array<number>(9).fill(1 / 9));
    const { enumeration } = compiled(text, { t }, free);
    const { groups } = enumeration;
    expect(groups).toHaveLength(1);
    expect(groups[0]!.largest).toBe(81);
  });

  test("leaves sites that share no term apart", () => {
    const text = `data y: real[N]  sample z ~ normal(0, 1)
      plate n in N {
        sample a ~ bernoulli(0.5) sample b ~ bernoulli(0.5)
        observe y[n] ~ normal(a, 1)  observe y[n] ~ normal(b + z, 1)
      }`;
    const { enumeration } = compiled(text, { y: [1, 2] }, free);
    const groups = enumeration.groups.map(({ sites }) => sites.map(({ name }) => name));
    expect(groups).toEqual([["a"], ["b"]]);
  });

  test("leaves one term, whose equations name the sites", () => {
    const text = `data y: real  sample z ~ normal(0, 1)
      sample a ~ bernoulli(0.5) sample b ~ bernoulli(0.5)  observe y ~ normal(a + b + z, 1)`;
    const { unoptimised } = compiled(text, { y: 1 }, free);
    const terms = unoptimised().equations.flatMap(({ origin }) => (origin ? [origin.term] : []));
    expect(terms).toContain("sum over a, b");
  });
});

describe("probabilities and draws of sites that were summed out", () => {
  const text = `data y: real[G, N]
    sample mu ~ normal(0, 1)
    plate g in G {
      sample k ~ bernoulli(0.3)
      plate n in N {
        sample j ~ categorical([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]][k])
        let m = mu + j - 2 * k
        observe y[g, n] ~ normal(m, 1)
      }
      let total = sum(j)
    }`;
  const y = [
    [0.1, 1.2],
    [-1.5, 0.4],
  ];
  const table = [
    [0.2, 0.5, 0.3],
    [0.6, 0.1, 0.3],
  ];
  const draws = 4000;
  const model = compiled(text, { y }, free);
  const out = run(model, model.evaluation({ draws, rows: null }).program, {
    parameters: initialise(model, 0),
  });
  const mu = out.get("value.mu")!.values;

  /** Of group g: the probability of each (k, j0, j1), given mu. */
  const posterior = (g: number, at: number) => {
    const joint = lists(3, 3)
      .filter(([k]) => k! < 2)
      .map((ks) => {
        const [k, ...js] = ks as [number, ...number[]];
        const log = js.map((j, n) => Math.log(table[k]![j]!) + normal(y[g]![n]!, at + j - 2 * k, 1));
        return { k, js, log: bernoulli(k, 0.3) + sum(log) };
      });
    const total = logSumExp(joint.map(({ log }) => log));
    return joint.map(({ k, js, log }) => ({ k, js, p: Math.exp(log - total) }));
  };

  test("probabilities are those of brute force, draw by draw", () => {
    const k = out.get("probability.k")!;
    const j = out.get("probability.j")!;
    expect(k.shape).toEqual([draws, 2, 2]);
    expect(j.shape).toEqual([draws, 2, 2, 3]);
    for (const t of [0, 1, 17])
      for (const g of [0, 1]) {
        const cells = posterior(g, mu[t]!);
        for (const v of [0, 1])
          expect(k.values[(t * 2 + g) * 2 + v]).toBeCloseTo(sum(cells.filter((c) => c.k === v).map(({ p }) => p)), 10);
        for (const n of [0, 1])
          for (const v of [0, 1, 2])
            expect(j.values[((t * 2 + g) * 2 + n) * 3 + v]).toBeCloseTo(
              sum(cells.filter((c) => c.js[n] === v).map(({ p }) => p)),
              10,
            );
      }
  });

  test("draws follow the joint probabilities of all sites of a group", () => {
    const k = out.get("value.k")!.values;
    const j = out.get("value.j")!.values;
    for (const g of [0, 1]) {
      const expected = new Map<string, number>();
      const found = new Map<string, number>();
      for (let t = 0; t < draws; t++) {
        for (const { k: v, js, p } of posterior(g, mu[t]!)) {
          const key = [v, ...js].join();
          expected.set(key, (expected.get(key) ?? 0) + p);
        }
        const at = (t * 2 + g) * 2;
        const key = [k[t * 2 + g]!, j[at]!, j[at + 1]!].join();
        found.set(key, (found.get(key) ?? 0) + 1);
      }
      expect([...found.keys()].filter((key) => !expected.has(key))).toEqual([]);
      for (const [key, mean] of expected) {
        // a sum of independent 0s and 1s has a variance of at most its mean
        const bound = 6 * Math.sqrt(mean) + 6;
        expect(Math.abs((found.get(key) ?? 0) - mean), key).toBeLessThan(bound);
      }
    }
  });

  test("lets are computed from the drawn values, within their plate and over all of it", () => {
    const [k, j] = [out.get("value.k")!.values, out.get("value.j")!.values];
    const [m, total] = [out.get("value.m")!.values, out.get("value.total")!.values];
    for (let at = 0; at < 40; at++) {
      const [t, g] = [Math.floor(at / 4), Math.floor(at / 2) % 2];
      expect(m[at]).toBeCloseTo(mu[t]! + j[at]! - 2 * k[t * 2 + g]!, 12);
      expect(total[t * 2 + g]).toBe(j[(t * 2 + g) * 2]! + j[(t * 2 + g) * 2 + 1]!);
    }
  });
});
