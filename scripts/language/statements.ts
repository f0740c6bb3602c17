import { example, type Example } from "./example.ts";

/** One row for each statement, by its keyword. */
// prettier-ignore
export const statements: readonly Example[] = [
  example("model", "The optional first line names the model in reports.",
    "model coin\ndata heads: int<0..2>[N]\nsample p ~ beta(1, 1)\nobserve heads ~ bernoulli(p)", { heads: [1, 0, 1] }),
  example("data", "An input. `N` is first named here, so it is read off the data; the bound is checked when they are loaded.",
    "data y: real[N]\ndata se: real<0..>[N]\nsample mu ~ normal(0, 5)\nobserve y ~ normal(mu, se)", { y: [28, 8], se: [15, 10] }),
  example("const", "A number with a name; `--set sigma=0.1` gives it another value. A whole one can be a size.",
    "const sigma = 0.05\nconst K = 3\nsample w: real[K] ~ normal(0, 1)\nobserve 0.5 ~ normal(mean(w), sigma)"),
  example("param", "Learned, not random: it is fitted by raising the bound. A distribution after `=` is a random start.",
    "data y: real[N]\nparam scale: real<0..> = 1\nparam shift: real = normal(0, 1)\nplate n in N {\n  sample z ~ normal(0, 1)\n  observe y[n] ~ normal(shift + z, scale)\n}", { y: [0.2, -1, 0.7] }),
  example("net", "A learned function: widths of the input, the hidden layers and the output.",
    "data x: real[N, 3]\nnet decode = mlp(2, 16, 3, activation = tanh)\nplate n in N {\n  sample z: real[2] ~ normal(0, 1)\n  observe x[n] ~ normal(decode(z), 0.5)\n}", { x: [[1, 0, 2], [0, 1, 1]] }),
  example("fun", "A pure function: an expression, or `let`s and a `return`.",
    "data x: real[N]\ndata y: real[N]\nfun line(a, b, t) = a + b * t\nfun bend(t) {\n  let s = square(t)\n  return s / (1 + s)\n}\nsample a ~ normal(0, 1)\nsample b ~ normal(0, 1)\nobserve y ~ normal(line(a, b, bend(x)), 1)", { x: [0, 1], y: [0.3, 1] }),
  example("let", "A name for a computed value, recorded in the output.",
    "data y: real[N]\nsample mu ~ normal(0, 5)\nsample tau ~ half_cauchy(5)\nplate n in N {\n  sample eta ~ normal(0, 1)\n  let theta = mu + tau * eta\n  observe y[n] ~ normal(theta, 1)\n}", { y: [2, -1, 3] }),
  example("sample", "A latent. Without a type it has that of its distribution; a type asks for independent entries, or narrows the support and so truncates.",
    "sample mu ~ normal(0, 1)\nsample w: real[3] ~ normal(0, 1)\nsample s: real<0..> ~ normal(0, 2)\nobserve 1 ~ normal(mu + sum(w), s)"),
  example("observe", "A likelihood term: the left side is made of data alone.",
    "data y: real<0..>[N]\nsample mu ~ normal(0, 1)\nobserve log(y) ~ normal(mu, 1)", { y: [1, 2] }),
  example("factor", "Adds a number to the log density.",
    "sample w: real[3] ~ normal(0, 10)\nfactor -0.5 * sum(abs(w))"),
  example("plate", "Turns that are independent given everything outside. Plates nest; a name from inside is an array outside.",
    "data y: real[N, M]\nsample mu ~ normal(0, 1)\nplate n in N {\n  sample a ~ normal(mu, 1)\n  plate m in M {\n    observe y[n, m] ~ normal(a, 1)\n  }\n}\nlet spread = sd(a)", { y: [[1, 2], [3, 5]] }),
  example("for", "Turns one after another over a half-open range. Arrays that are declared in front get their entries, each once: computed from those before, or sampled given them.",
    "data y: real[T]\nsample phi ~ normal(0, 0.5)\nlet m: real[T]\nlet x: real[T]\nm[0] = 0\nsample x[0] ~ normal(0, 1)\nfor t in 1..T {\n  m[t] = phi * y[t - 1] + 0.1 * m[t - 1]\n  sample x[t] ~ normal(x[t - 1], 0.2)\n}\nobserve y ~ normal(m + x, 1)", { y: [0.1, 0.4, -0.2] }),
  example("guide", "What the guide compiler would otherwise choose, site by site.",
    "data x: real[N, 2]\nplate n in N {\n  sample z: real[2] ~ normal(0, 1)\n  observe x[n] ~ normal(abs(z), 0.5)\n}\nguide {\n  z ~ mixture(K = 4, component = full_rank) given x[n] by mlp(16, activation = elu)\n}", { x: [[1, 2], [0.5, 0.1]] }),
];

/** One row for each type, by its first word; bounds, arrays and missing data behind them. */
// prettier-ignore
export const types: readonly Example[] = [
  example("real", "A real number.", "data y: real\nsample mu: real ~ normal(0, 1)\nobserve y ~ normal(mu, 1)", { y: 1 }),
  example("int", "A whole number. With bounds `lo..hi` it is half-open: `int<0..3>` is 0, 1 or 2, and can index three entries.",
    "data group: int<0..3>[N]\ndata count: int<0..>[N]\nsample rate: real<0..>[3] ~ normal(0, 5)\nobserve count ~ poisson(rate[group])", { group: [0, 2, 1], count: [3, 0, 5] }),
  example("simplex", "Numbers of at least 0 that sum to 1.",
    "data k: int<0..3>[N]\nsample p: simplex[3] ~ dirichlet(ones([3]))\nobserve k ~ categorical(p)", { k: [0, 2, 1] }),
  example("ordered", "Increasing numbers: independent draws, sorted, with their log K!.",
    "data y: real[N]\nsample mu: ordered[2] ~ normal(0, 2)\nobserve y ~ mixture(p = [0.5, 0.5], normal(mu[0], 1), normal(mu[1], 1))", { y: [-1, 2] }),
  example("positive_ordered", "Increasing positive numbers.",
    "sample s: positive_ordered[2] ~ half_normal(2)\nobserve 1 ~ normal(0, s[1])"),
  example("cov_matrix", "A symmetric positive definite matrix, as data.",
    "data S: cov_matrix[2]\nsample x ~ multivariate_normal([0, 0], S)\nobserve 1 ~ normal(sum(x), 1)", { S: [[2, 0.5], [0.5, 1]] }),
  example("cholesky_corr", "The lower Cholesky factor of a correlation matrix: its rows have length 1.",
    "data L: cholesky_corr[2]\nsample x ~ multivariate_normal([0, 0], cholesky = L)\nobserve 1 ~ normal(sum(x), 1)", { L: [[1, 0], [0.6, 0.8]] }),
  example("<lo..hi>", "Bounds, of which either may be missing; they may be expressions. On a latent they truncate, normalised.",
    "data top: real<0..>\nsample x: real<0..top> ~ normal(0, 1)\nsample y: real<..0> ~ normal(0, 1)\nobserve 1 ~ normal(x + y, 1)", { top: 2 }),
  example("[dims]", "Arrays of any type.",
    "data X: real[N, 2]\nsample p: simplex[4, 3] ~ dirichlet(ones([3]))\nobserve X ~ normal(p[0, 1], 1)", { X: [[1, 2], [3, 4]] }),
  example("?", "Data that may be missing: a missing entry drops its term from the likelihood.",
    "data y: real[N]?\nsample mu ~ normal(0, 1)\nobserve y ~ normal(mu, 1)", { y: [1, null, 2] }),
];

/** Ways to write a value that are neither functions nor names. */
// prettier-ignore
export const expressions: readonly Example[] = [
  example("arithmetic", "`^` binds tighter than a sign, which binds tighter than products, which bind tighter than sums.",
    "sample x ~ normal(0, 1)\nlet y = -x^2 + 3 * x / 2 - 1\nobserve 1 ~ normal(y, 1)"),
  example("comparisons and logic", "0 or 1, for data or inside `where`: a latent may not flow through them by a pathwise gradient.",
    "data x: real[N]\nsample a ~ normal(0, 1)\nlet inside = x >= 0 && x < 1 || x == 5\nobserve x ~ normal(a * inside, 1 + (x != 0) + !(x <= 2) + (x > 3))", { x: [0.5, -1, 5] }),
  example("remainder", "`a % b` is what is left after `floor(a / b)`.",
    "data day: int<0..>[N]\nsample weekday: real[7] ~ normal(0, 1)\nobserve 1 ~ normal(sum(weekday[day % 7]), 1)", { day: [3, 11] }),
  example("indices", "From 0; fewer indices than axes leave the last axes whole.",
    "data X: real[3, 2]\nsample w: real[2] ~ normal(0, 1)\nobserve 1 ~ normal(dot(X[0], w) + X[2, 1], 1)", { X: [[1, 2], [3, 4], [5, 6]] }),
  example("slices", "Half-open; `:` is a whole axis.",
    "data y: real[T, 2]\nsample a ~ normal(0, 0.5)\nobserve y[1..T, :] ~ normal(a * y[0..T - 1, :], 1)", { y: [[1, 2], [0.5, 1], [0, 1]] }),
  example("gather", "An array of whole numbers picks entries.",
    "data county: int<0..J>[N]\ndata y: real[N]\ndata u: real[J]\nplate j in J {\n  sample a ~ normal(u[j], 1)\n}\nobserve y ~ normal(a[county], 1)", { county: [0, 1, 1], y: [1, 2, 3], u: [0, 1] }),
  example("arrays", "Literals hold entries of one shape.",
    "sample w: real[2] ~ normal([0, 1], [1, 2])\nobserve 1 ~ normal(sum([[1, 0], [0, 1]] @ w), 1)"),
  example("matrix product", "`@` of matrices and vectors.",
    "data X: real[N, 2]\ndata y: real[N]\nsample b: real[2] ~ normal(0, 1)\nobserve y ~ normal(X @ b, 1)", { X: [[1, 2], [3, 4]], y: [1, 2] }),
];
