import { inModel, withoutExample, type Explanation } from "./explanation.ts";

/** PPL414 to PPL422: combinators, improper priors, bounds that move. */
// prettier-ignore
export const improper: readonly Explanation[] = [
  inModel("PPL414", "a combinator changes a distribution",
    "`truncate`, `censor` and `zero_inflate` take a distribution, with its arguments.",
    "data y: real\nobserve y ~ truncate(1, 0, 2)", "data y: real\nobserve y ~ truncate(normal(1, 1), 0, 2)"),
  inModel("PPL415", "a combinator takes single numbers",
    "Vectors and improper densities cannot be truncated, censored or inflated.",
    "observe 1 ~ truncate(dirichlet([1, 1]), 0, 1)", "observe 1 ~ truncate(normal(0, 1), 0, 2)"),
  inModel("PPL416", "a probability that cannot be computed",
    "A truncated distribution is divided by the probability of its range, and a censored one puts it on the ends. Not every family has its distribution function in closed form.",
    "data y: real\nobserve y ~ truncate(von_mises(0, 1), 0, 1)", "data y: real\nobserve y ~ truncate(normal(0, 1), 0, 2)"),
  inModel("PPL417", "a latent with probability at single values",
    "`censor` and `zero_inflate` put probability on single values among others, which no guide can follow. Draw the value before it is changed.",
    "sample x ~ censor(normal(0, 1), 0, 2)", "sample x ~ normal(0, 1)\nlet seen = min(max(x, 0), 2)"),
  inModel("PPL418", "a latent whose type has to be said",
    "The distribution does not tell the shape of what it draws.",
    "sample L ~ lkj_cholesky(2)", "sample L: cholesky_corr[3] ~ lkj_cholesky(2)"),
  inModel("PPL419", "flat is a prior",
    "It says nothing about data, so that observing from it would add nothing.",
    "data y: real\nobserve y ~ flat()", "data y: real\nobserve y ~ normal(0, 1)"),
  inModel("PPL420", "an improper prior",
    "A density of 1 everywhere has no finite integral. The posterior may be fine all the same; the evidence is then defined up to a constant, and can be compared only between models with the same improper priors.",
    "data y: real\nsample mu ~ flat()\nobserve y ~ normal(mu, 1)", "data y: real\nsample mu ~ normal(0, 10)\nobserve y ~ normal(mu, 1)"),
  inModel("PPL421", "cutpoints that may not increase",
    "Nothing tells that the vector increases. `ordered[K]` does.",
    "data k: int<0..3>\nsample c: real[2] ~ normal(0, 1)\nobserve k ~ ordered_logistic(0, c)", "data k: int<0..3>\nsample c: ordered[2] ~ normal(0, 1)\nobserve k ~ ordered_logistic(0, c)"),
  inModel("PPL422", "bounds that may cross",
    "The bounds of a latent may hang on other latents, and for some of their values nothing would lie between.",
    "sample a ~ normal(0, 1)\nsample b: real<0..a> ~ normal(0, 1)", "sample a ~ half_normal(1)\nsample b: real<0..a> ~ normal(0, 1)"),
];

/** PPL791 goes to the usage group. */
// prettier-ignore
export const improperDraw: Explanation = withoutExample("PPL791", "an improper prior has no draws",
  "Simulation draws every latent from its prior, and a density of 1 everywhere cannot be drawn from. Give it a proper prior.");
