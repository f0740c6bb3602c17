import { example, type Example } from "./example.ts";

/** One row for each family and combinator, by its name. The notes are the families' own. */
const row = (of: string, model: string, data: Example["data"] = {}): Example => example(of, "", model, data);

const reals = { y: [0.5, -1.2, 2.1] };
const counts = { y: [0, 3, 1] };
const located = (name: string): Example =>
  row(name, `data y: real[N]\nsample m ~ ${name}(0, 2)\nobserve y ~ ${name}(m, 1)`, reals);
const above = { y: [0.5, 1.2, 2.1] };

// prettier-ignore
export const families: readonly Example[] = [
  located("normal"),
  row("student_t", "data y: real[N]\nsample m ~ student_t(3, 0, 2.5)\nobserve y ~ student_t(df = 4, loc = m, scale = 1)", reals),
  located("cauchy"),
  located("laplace"),
  located("logistic"),
  located("gumbel"),
  row("half_normal", "data y: real[N]\nsample s ~ half_normal(2)\nobserve y ~ normal(0, s)", reals),
  row("half_cauchy", "data y: real[N]\nsample s ~ half_cauchy(5)\nobserve y ~ normal(0, s)", reals),
  row("half_student_t", "data y: real[N]\nsample s ~ half_student_t(3, 2.5)\nobserve y ~ normal(0, s)", reals),
  row("log_normal", "data y: real<0..>[N]\nsample m ~ normal(0, 1)\nobserve y ~ log_normal(m, 0.5)", above),
  row("exponential", "data y: real<0..>[N]\nsample r ~ exponential(1)\nobserve y ~ exponential(rate = r)", above),
  row("gamma", "data y: real<0..>[N]\nsample r ~ gamma(2, 1)\nobserve y ~ gamma(shape = 3, rate = r)", above),
  row("inverse_gamma", "data y: real[N]\nsample v ~ inverse_gamma(3, 2)\nobserve y ~ normal(0, sqrt(v))", reals),
  row("chi_squared", "data y: real<0..>[N]\nsample s ~ half_normal(1)\nobserve y / 2 ~ chi_squared(1 + s)", above),
  row("beta", "data k: int<0..2>[N]\nsample p ~ beta(2, 3)\nobserve k ~ bernoulli(p)", { k: [1, 0, 1] }),
  row("uniform", "data y: real[N]\nsample m ~ uniform(-5, 5)\nobserve y ~ normal(m, 1)", reals),
  row("weibull", "data y: real<0..>[N]\nsample k ~ gamma(2, 1)\nobserve y ~ weibull(shape = k, scale = 1)", above),
  row("pareto", "data y: real<0..>[N]\nsample k ~ gamma(2, 1)\nobserve y ~ pareto(min = 0.1, shape = k)", above),
  row("von_mises", "data angle: real[N]\nsample m: real<-3..3> ~ normal(0, 1)\nobserve angle ~ von_mises(mean = m, concentration = 2)", { angle: [0.1, -0.4, 3] }),
  row("bernoulli", "data k: int<0..2>[N]\nsample a ~ normal(0, 1)\nobserve k ~ bernoulli(logits = a)", { k: [1, 0, 1] }),
  row("binomial", "data k: int<0..>[N]\nsample p ~ beta(1, 1)\nobserve k ~ binomial(10, p)", { k: [3, 7, 10] }),
  row("beta_binomial", "data k: int<0..>[N]\nsample a ~ gamma(2, 1)\nobserve k ~ beta_binomial(10, a, 2)", { k: [3, 7, 10] }),
  row("categorical", "data k: int<0..3>[N]\nsample w: real[3] ~ normal(0, 1)\nobserve k ~ categorical(logits = w)", { k: [0, 2, 1] }),
  row("markov", "data y: real[T]\nsample m: ordered[2] ~ normal(0, 2)\nsample z ~ markov(initial = [0.5, 0.5], transition = [[0.9, 0.1], [0.2, 0.8]], steps = T)\nplate t in T {\n  observe y[t] ~ normal(m[z[t]], 1)\n}", reals),
  row("multinomial", "data k: int<0..>[3]\nsample p ~ dirichlet(ones([3]))\nobserve k ~ multinomial(6, p)", { k: [1, 2, 3] }),
  row("ordered_logistic", "data k: int<0..3>[N]\nsample c: ordered[2] ~ normal(0, 2)\nsample b ~ normal(0, 1)\nobserve k ~ ordered_logistic(eta = b, cutpoints = c)", { k: [0, 2, 1] }),
  row("poisson", "data y: int<0..>[N]\nsample a ~ normal(0, 1)\nobserve y ~ poisson(log_rate = a)", counts),
  row("neg_binomial", "data y: int<0..>[N]\nsample m ~ half_normal(3)\nobserve y ~ neg_binomial(mean = m, dispersion = 2)", counts),
  row("geometric", "data y: int<0..>[N]\nsample p ~ beta(2, 2)\nobserve y ~ geometric(p)", counts),
  row("dirichlet", "data k: int<0..3>[N]\nsample p ~ dirichlet([1, 2, 3])\nobserve k ~ categorical(p)", { k: [0, 2, 1] }),
  row("multivariate_normal", "data y: real[N, 2]\nsample m ~ multivariate_normal([0, 0], covariance = [[2, 1], [1, 2]])\nplate n in N {\n  observe y[n] ~ multivariate_normal(m, cholesky = [[1, 0], [0.5, 1]])\n}", { y: [[1, 2], [0, 1]] }),
  row("lkj_cholesky", "data y: real[N, 2]\nsample L: cholesky_corr[2] ~ lkj_cholesky(2)\nplate n in N {\n  observe y[n] ~ multivariate_normal([0, 0], cholesky = L)\n}", { y: [[1, 2], [0, 1]] }),
  // An improper prior is said to be one.
  { ...row("flat", "data y: real[N]\nsample mu ~ flat()\nobserve y ~ normal(mu, 1)", reals), warns: ["PPL420"] },
  row("mixture", "data y: real[N]\nsample w: real[3] ~ normal(0, 1)\nsample m: real[3] ~ normal(0, 5)\nobserve y ~ mixture(logits = w, normal(m, 1))\nobserve y ~ mixture(p = [0.9, 0.1], normal(m[0], 1), cauchy(0, 5))", reals),
  row("truncate", "data y: real<0..>[N]\nsample m ~ normal(0, 1)\nobserve y ~ truncate(normal(m, 1), low = 0)", above),
  row("censor", "data y: real[N]\nsample m ~ normal(0, 1)\nobserve y ~ censor(normal(m, 1), high = 2)", { y: [0.5, 2, 1] }),
  row("zero_inflate", "data y: int<0..>[N]\nsample p ~ beta(1, 1)\nobserve y ~ zero_inflate(p, poisson(3))", counts),
];
