import { describe, expect, test } from "vitest";
import { compiled, refusals } from "./support.ts";

const local = "data x: real[N]  plate n in N { sample z ~ normal(0, 1)  observe x[n] ~ normal(z, 1) }";
const global = "data x: real[N]  sample mu ~ normal(0, 1)  plate n in N { observe x[n] ~ normal(mu, 1) }";
const both = `data x: real[N]  sample mu ~ normal(0, 1)
  plate n in N { sample z ~ normal(mu, 1)  observe x[n] ~ normal(z, 1) }`;
const x = [1, 2, 3];

describe("refused, by the names of the sites:", () => {
  test.each([
    ["elbo", "selbo"],
    ["iwae", "siwae"],
  ] as const)("a pathwise %s of a mixture, which %s would not", (bound, instead) => {
    const [found] = refusals(local, { x }, { objective: { bound } });
    expect(found).toMatch(new RegExp(`^PPL503 \`${bound}\` draws from the whole mixture of 4`));
    expect(refusals(local, { x }, { objective: { bound: instead } })).toEqual([]);
    expect(refusals(local, { x }, { objective: { bound, estimator: "stl" } })).toHaveLength(1);
  });

  const counting = (site: string): string =>
    `data x: real  sample m ~ normal(0, 1)  sample ${site}  observe x ~ normal(m, 1)`;

  test("a guide that has no form for a discrete site that is drawn", () => {
    const found = refusals(counting("k ~ poisson(3)"), { x: 1 }, { guide: { family: "full_rank" } });
    expect(found).toEqual(["PPL528 `k` is discrete and drawn by the guide, which `full_rank` has no form for"]);
    const component = refusals(counting("k ~ poisson(3)"), { x: 1 }, { guide: { component: "full_rank" } });
    expect(component).toEqual(found);
    // summed out, it is not in the guide at all
    expect(refusals(counting("k: int<0..50> ~ poisson(3)"), { x: 1 }, { guide: { family: "full_rank" } })).toEqual([]);
  });

  test("a sequence of too many states", () => {
    const text = `data x: real  const S = 1001
      sample p: simplex[S] ~ dirichlet(rep(1, [S]))
      sample q: simplex[S, S] ~ dirichlet(rep(1, [S]))
      sample z ~ markov(p, q, 3)  observe x ~ normal(0, 1)`;
    expect(refusals(text, { x: 1 })).toEqual([
      "PPL521 `z` has 1001 states, too many to sum out step by step; the most is 1000",
    ]);
  });

  test("discrete values of a whole plate in one density", () => {
    const text = `data x: real  sample m ~ normal(0, 1)
      plate n in 3 { sample k ~ bernoulli(0.5) }  observe x ~ normal(m + sum(k), 1)`;
    const [found] = refusals(text, { x: 1 });
    expect(found).toMatch(/^PPL522 `k` is summed out for each element of its plate/);
  });

  test("bounds that move with a discrete site", () => {
    const text = `data x: real  sample k ~ bernoulli(0.5)  sample z: real<k..> ~ normal(0, 1)
      observe x ~ normal(z, 1)`;
    const [found] = refusals(text, { x: 1 });
    expect(found).toBe("PPL527 the bounds of `z` move with `k`, which is summed out");
  });

  test("more joint values than a table holds", () => {
    const names = ["a", "b", "c"];
    const sites = names.map((name) => `sample ${name} ~ binomial(99, 0.5)`).join("\n");
    const text = `data x: real  sample m ~ normal(0, 1)  ${sites}  observe x ~ normal(m + a * b * c, 1)`;
    expect(refusals(text, { x: 1 })).toEqual([
      "PPL523 `a`, `b`, `c` must be summed out together, over a table of 1000000 joint values; the most is 100000",
    ]);
  });

  test("a minibatch of the data that share a discrete site", () => {
    const text = `data x: real[N]  sample m ~ normal(0, 1)  sample k ~ bernoulli(0.5)
      plate n in N { observe x[n] ~ normal(m + k, 1) }`;
    const objective = { bound: "selbo" } as const;
    const [found] = refusals(text, { x }, { batch: { n: 2 }, objective });
    expect(found).toMatch(/^PPL524 `k` is shared by the data of the minibatched plate `n`/);
    expect(refusals(text, { x }, { objective })).toEqual([]);
  });

  test("data with guides of their own that a discrete site ties together", () => {
    const text = `data x: real[N]  sample k ~ bernoulli(0.5)
      plate n in N { sample z ~ normal(k, 1)  observe x[n] ~ normal(z, 1) }`;
    const [found] = refusals(text, { x }, { guide: { amortize: true } });
    expect(found).toMatch(/^PPL525 `z` has a guide of its own for each datum of plate `n`/);
    expect(refusals(text, { x })).toEqual([]);
  });

  test("a pathwise gradient through a jump, through lets too", () => {
    const text = "data x: real  sample z ~ normal(0, 1)  let s = floor(z)  observe x ~ normal(s, 1)";
    const [found] = refusals(text, { x: 1 });
    expect(found).toMatch(/^PPL502 `--gradient pathwise` would be wrong for `z`, which flows through `floor`/);
    expect(refusals(text, { x: 1 }, { objective: { estimator: "score" } })).toEqual([]);
  });

  test("a pathwise gradient through an index, a comparison or a conversion, but not of what is summed out", () => {
    const model = (value: string): string => `data x: real  sample z ~ normal(0, 1)
      sample k ~ bernoulli(0.5)  observe x ~ normal(z + ${value}, 1)`;
    for (const value of ["[1, 2][min(max(floor(z), 0), 1)]", "(z > 0)", "where(z < 1, 2, 3)"])
      expect(refusals(model(value), { x: 1 })[0], value).toMatch(/^PPL502 .* for `z`, which flows through/);
    for (const value of ["[1, 2][k]", "(k > 0)", "where(k == 1, 2, 3)"])
      expect(refusals(model(value), { x: 1 }), value).toEqual([]);
  });

  test("an importance-weighted bound on a global site with a minibatch", () => {
    const batch = { n: 2 };
    const [found] = refusals(global, { x }, { batch });
    expect(found).toBe("PPL504 `siwae` is biased when `mu` is outside the minibatched plate `n`");
    expect(refusals(global, { x }, { batch, objective: { bound: "selbo" } })).toEqual([]);
  });

  test("leave-one-out over a single draw of an amortized site, for each draw of a shared one", () => {
    const score = (innerT: number, baseline: "none" | "loo") =>
      refusals(both, { x }, { guide: { amortize: true }, objective: { estimator: "score", baseline, T: 2, innerT } });
    expect(score(1, "loo")[0]).toMatch(/^PPL505 /);
    expect([score(2, "loo"), score(1, "none")]).toEqual([[], []]);
  });

  test("leave-one-out with nothing left", () => {
    const [found] = refusals(local, { x }, { objective: { estimator: "score", baseline: "loo", T: 1 } });
    expect(found).toMatch(/^PPL506 /);
  });

  test("minibatches that are not of the model", () => {
    expect(refusals(local, { x }, { batch: { m: 2 } })[0]).toMatch(/^PPL507 /);
    expect(refusals(local, { x }, { batch: { n: 4 } })[0]).toMatch(/^PPL508 /);
    expect(refusals(local, { x }, { batch: { n: 0 } })[0]).toMatch(/^PPL508 /);
  });

  test("an amortized site whose data meet outside its plate", () => {
    const text = `data x: real[N]
      plate n in N { sample z ~ normal(0, 1)  observe x[n] ~ normal(z, 1) }
      factor -sum(z)`;
    expect(refusals(text, { x }, { guide: { amortize: true } })[0]).toMatch(/^PPL510 `z` has a guide of its own/);
    expect(refusals(text, { x })).toEqual([]);
  });

  test("an encoder with nothing to read", () => {
    const text = "data y: real[N]  plate n in N { sample z ~ normal(y[n], 1) }";
    expect(refusals(text, { y: x })[0]).toMatch(/^PPL512 no observed datum of plate `n`/);
    expect(refusals(text, { y: x }, { guide: { amortize: false } })).toEqual([]);
  });

  test("a model with nothing to learn", () => {
    expect(refusals("data x: real  observe x ~ normal(0, 1)", { x: 1 })[0]).toMatch(/^PPL513 /);
  });
});

describe("every legal pair of bound and estimator has a step program", () => {
  const bounds = ["elbo", "selbo", "iwae", "siwae"] as const;
  const estimators = ["pathwise", "score", "stl"] as const;
  const pairs = bounds.flatMap((bound) => estimators.map((estimator) => ({ bound, estimator })));
  test.each(pairs)("$bound by $estimator", (objective) => {
    const mixtureDraws = objective.bound === "elbo" || objective.bound === "iwae";
    const K = mixtureDraws && objective.estimator !== "score" ? 1 : 3;
    for (const text of [local, global])
      for (const component of ["mean_field", "full_rank"] as const) {
        const model = compiled(text, { x }, { guide: { K, component }, objective });
        expect(model.step().outputs.map(({ name }) => name)).toContain("all.parameters.next");
      }
  });
});

describe("the guide compiler", () => {
  const shapeOf = (text: string, what = {}) =>
    compiled(text, { x }, what).guide.blocks.map(({ id, plates, source, K, component, dimension }) =>
      [id, plates.length, source.kind, K, component, dimension].join(" "),
    );

  test("amortizes what nothing couples, and joins what is coupled", () => {
    expect(shapeOf(local)).toEqual(["n 1 network 4 mean_field 1"]);
    expect(shapeOf(global)).toEqual(["global 0 free 4 mean_field 1"]);
    expect(shapeOf(both)).toEqual(["global 0 free 4 mean_field 4"]);
  });

  test("joins crossed plates: a datum of one meets several of the other", () => {
    const crossed = `data x: real[N]  data k: int<0..2>[N]
      plate g in 2 { sample a ~ normal(0, 1) }
      plate n in N { sample z ~ normal(0, 1)  observe x[n] ~ normal(z + a[k[n]], 1) }`;
    const [block, ...rest] = compiled(crossed, { x, k: [0, 1, 1] }).guide.blocks;
    expect(block).toMatchObject({ id: "global", dimension: 5 });
    expect(rest).toEqual([]);
  });

  test("joins a plate whose elements look at their neighbours", () => {
    const chain = `data x: real[N]  data next: int<0..N>[N]
      plate n in N { sample z ~ normal(0, 1) }
      plate m in N { observe x[m] ~ normal(z[m] + z[next[m]], 1) }`;
    expect(compiled(chain, { x, next: [1, 2, 0] }).guide.blocks.map(({ id }) => id)).toEqual(["global"]);
  });

  test("does as it is told", () => {
    expect(shapeOf(local, { guide: { amortize: false } })).toEqual(["n 1 free 4 mean_field 1"]);
    expect(shapeOf(both, { guide: { amortize: true } })).toEqual([
      "global 0 free 4 mean_field 1",
      "n 1 network 4 mean_field 1",
    ]);
    expect(shapeOf(both, { batch: { n: 2 }, objective: { bound: "selbo" } })).toHaveLength(2);
    expect(shapeOf(global, { guide: { family: "full_rank" } })).toEqual(["global 0 free 1 full_rank 1"]);
  });

  test("lets a model's guide block decide for its sites", () => {
    const text = `${both}
      guide { z ~ mixture(K = 2, component = full_rank) given x[n] by mlp(7, activation = elu) }`;
    const [, block] = compiled(text, { x }).guide.blocks;
    expect(block).toMatchObject({
      K: 2,
      component: "full_rank",
      source: { kind: "network", layers: [{ layer: "dense", args: { units: 7 } }, { layer: "elu" }], input: [1] },
    });
  });

  test("standardises what a network reads", () => {
    const [block] = compiled(local, { x }).guide.blocks;
    // of 1, 2, 3: mean 2, standard deviation 1
    expect(block!.source).toMatchObject({ centre: [2], spread: [1] });
  });

  test("leaves it as it is where the model says so", () => {
    const asIs = `${local} guide { z ~ full_rank() given x[n] by mlp(7, standardise = false) }`;
    expect(compiled(asIs, { x }).guide.blocks[0]!.source).toMatchObject({ centre: [0], spread: [1] });
    const standard = asIs.replace("false", "true");
    expect(compiled(standard, { x }).guide.blocks[0]!.source).toMatchObject({ centre: [2] });
    // one beside a mask of what is missing, which no one standardises
    const gaps = asIs.replace("real[N]", "real[N]?");
    expect(compiled(gaps, { x: [1, null, 4] }).guide.blocks[0]!.source).toMatchObject({
      centre: [0, 0],
      spread: [1, 1],
    });
  });
});

describe("a recurrence", () => {
  const chain = (value: string): string => `
    data y: real[T]
    sample a ~ normal(0, 1)
    let x: real[T]
    x[0] = a
    for t in 1..T { x[t] = ${value} }
    observe y ~ normal(x, 1)`;

  test("through a jump takes no pathwise gradient, whether this turn jumps or an earlier one", () => {
    expect(refusals(chain("a + floor(x[t-1])"), { y: [1, 2, 3] })).toEqual([
      "PPL502 `--gradient pathwise` would be wrong for `a`, which flows through `floor`",
    ]);
    expect(refusals(chain("0.5 * x[t-1] + floor(y[t])"), { y: [1, 2, 3] })).toEqual([]);
  });

  test("of a plate's own latents leaves the plate to itself", () => {
    const text = `
      data y: real[N, T]
      plate n in N {
        sample a ~ normal(0, 1)
        let x: real[T]
        x[0] = a
        for t in 1..T { x[t] = 0.5 * x[t-1] + y[n, t-1] }
        observe y[n] ~ normal(x, 1)
        for t in 1..T { observe y[n, t] ~ normal(x[t-1], 1) }
      }`;
    const y = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const [block, ...rest] = compiled(text, { y }).guide.blocks;
    expect(block).toMatchObject({ id: "n", source: { kind: "network", input: [5] } });
    expect(rest).toEqual([]);
  });
});
