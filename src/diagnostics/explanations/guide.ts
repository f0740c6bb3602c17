import { sceneOf, type Code, type Explanation, type Scene } from "./explanation.ts";

const local = "data x: real[N]\nplate n in N {\n  sample z ~ normal(0, 1)\n  observe x[n] ~ normal(z, 1)\n}";
const global = "data x: real[N]\nsample mu ~ normal(0, 1)\nplate n in N {\n  observe x[n] ~ normal(mu, 1)\n}";
const both =
  "data x: real[N]\nsample mu ~ normal(0, 1)\nplate n in N {\n  sample z ~ normal(mu, 1)\n  observe x[n] ~ normal(z, 1)\n}";
const meeting = `${local}\nfactor -sum(z)`;
const whole = global.replace("  observe", "  let r = x[n] - mu\n  observe").concat("\nfactor -sum(square(r))");
const states = (S: number): string =>
  `data x: real[3]\nconst S = ${S}\nsample p: simplex[S] ~ dirichlet(rep(1, [S]))\nsample q: simplex[S, S] ~ dirichlet(rep(1, [S]))\nsample z ~ markov(p, q, 3)\nplate t in 3 { observe x[t] ~ normal(z[t], 1) }`;
const three = `{ "x": [1, 2, 3] }`;

/** A line of options that is wrong for a model, and one that is right; the data are three numbers unless it is said. */
interface Options {
  readonly model: string;
  readonly wrong: string;
  readonly right: string;
  readonly data?: string;
}

const inferred = (model: string, data: string, line: string): Scene =>
  sceneOf({ "model.ppl": model, "data.json": data }, `infer model.ppl --data data.json${line}`);

/** The same model and data, with two lines of options. */
function options(code: Code, title: string, text: string, example: Options): Explanation {
  const { model, wrong, right, data = three } = example;
  return { code, title, text, example: { wrong: inferred(model, data, wrong), right: inferred(model, data, right) } };
}

/** A model that is wrong and one that is right, their data, and options where there are any. */
interface Models {
  readonly wrong: string;
  readonly right: string;
  readonly data: string;
  readonly more?: string;
}

/** Two models, the same data and options. */
function models(code: Code, title: string, text: string, { wrong, right, data, more = "" }: Models): Explanation {
  return { code, title, text, example: { wrong: inferred(wrong, data, more), right: inferred(right, data, more) } };
}

/** PPL5xx: what a guide and an objective can be for a model. */
// prettier-ignore
export const guide: readonly Explanation[] = [
  options("PPL502", "a latent that flows through a jump",
    "`floor`, comparisons and whole-number conversions are flat with jumps between: their derivative is 0 almost everywhere, and a gradient through them would be wrong without looking wrong. The score-function estimator needs no derivative of the model.",
    { model: "data x: real\nsample z ~ normal(0, 1)\nobserve x ~ normal(floor(z), 1)",
      wrong: "", right: " --gradient score --baseline loo --T 4", data: `{ "x": 1 }` }),
  options("PPL503", "a draw from the whole mixture chooses a component",
    "`elbo` and `iwae` draw from the mixture, and the choice of the component has no derivative. `selbo` and `siwae` draw from every component instead and weigh the draws, which has one.",
    { model: local, wrong: " --objective elbo", right: " --objective selbo" }),
  options("PPL504", "an importance-weighted bound of a global latent on a minibatch",
    "A latent outside the plate is weighed by all the data at once. With a part of the data inside the logarithm the bound is biased; `elbo` and `selbo`, which are sums over data, are not.",
    { model: global, wrong: " --batch n=2 --objective siwae", right: " --batch n=2 --objective selbo" }),
  options("PPL505", "leave-one-out below a global latent needs others too",
    "The draws of each datum are compared with one another, for every draw of the latents outside the plate, so that there are at least two of them: `--inner-T`.",
    { model: both, wrong: " --gradient score --baseline loo --amortize", right: " --gradient score --baseline loo --amortize --inner-T 2" }),
  options("PPL506", "leave-one-out needs others",
    "The baseline of a draw is the mean over the other draws, so that there are at least two.",
    { model: local, wrong: " --gradient score --baseline loo --T 1", right: " --gradient score --baseline loo --T 2" }),
  options("PPL507", "--batch names a plate",
    "A minibatch belongs to a plate, named by its index.",
    { model: local, wrong: " --batch m=2", right: " --batch n=2" }),
  options("PPL508", "a minibatch larger than its plate",
    "A minibatch has at least one row and at most as many as there are.",
    { model: local, wrong: " --batch n=4", right: " --batch n=2" }),
  options("PPL509", "an array that is needed whole",
    "With a minibatch only some rows of the plate are there, and a statement outside the plate uses all of them.",
    { model: whole, wrong: " --batch n=2 --objective selbo", right: "" }),
  options("PPL510", "an amortized latent outside its plate",
    "An amortized guide knows each latent from its own datum alone. A term that joins the latents of several data couples them, so they need one joint guide.",
    { model: meeting, wrong: " --amortize", right: " --no-amortize" }),
  options("PPL512", "an encoder with nothing to read",
    "An amortized guide reads the data that its latents explain, and here there are none in the plate. Name something with `given`, or give each datum parameters of its own.",
    { model: "data y: real[N]\nplate n in N {\n  sample z ~ normal(y[n], 1)\n}", wrong: "", right: " --no-amortize", data: `{ "y": [1, 2, 3] }` }),
  models("PPL513", "a model with nothing to infer",
    "There is neither a latent nor a param.",
    { wrong: "data x: real\nobserve x ~ normal(0, 1)",
      right: "data x: real\nsample mu ~ normal(0, 1)\nobserve x ~ normal(mu, 1)", data: `{ "x": 1 }` }),
  options("PPL514", "a Laplace approximation is of all latents",
    "`laplace` searches for a mode of the joint density of all latents. It cannot be one part of a guide whose other parts belong to data or are networks, or see the data in minibatches.",
    { model: local, wrong: " --guide laplace", right: " --guide full_rank" }),
  options("PPL515", "a density without a mode",
    "Where a density grows without end, or is flat along some direction, there is no mode with a curvature. The mode of a funnel lies where its scale is 0.",
    { model: "data x: real[N]\nsample t ~ normal(0, 3)\nsample z: real[9] ~ normal(0, exp(t))\nobserve x ~ normal(sum(z), 1)", wrong: " --guide laplace --seed 1", right: " --seed 1" }),
  options("PPL516", "more latent numbers than a matrix of their pairs",
    "The Laplace approximation looks at how the density curves along all pairs of latent numbers, which takes the square of their number.",
    { model: "data x: real[N]\nsample z: real[400] ~ normal(0, 1)\nobserve x ~ normal(sum(z), 1)", wrong: " --guide laplace --seed 1", right: " --guide mean_field --steps 10 --seed 1" }),
  models("PPL521", "a sequence of too many states",
    "The states of a sequence are summed out step by step, over every pair of them. A latent of whole numbers that are too many to sum out is drawn instead; states are names without an order, for which there is no such guide.",
    { wrong: states(1001), right: states(3), data: three }),
  models("PPL522", "discrete values meet outside their plate",
    "A discrete latent in a plate is summed out for each element alone. A density that looks at several elements at once would tie them together.",
    { wrong: "data x: real[N]\nsample m ~ normal(0, 1)\nplate n in N {\n  sample k ~ bernoulli(0.5)\n}\nobserve x ~ normal(m + sum(k), 1)",
      right: "data x: real[N]\nsample m ~ normal(0, 1)\nplate n in N {\n  sample k ~ bernoulli(0.5)\n  observe x[n] ~ normal(m + k, 1)\n}", data: `{ "x": [1, 2] }` }),
  models("PPL523", "discrete latents meet in too large a table",
    "Latents that share a term are summed out together, over every combination of their values, less what can be summed out before.",
    { wrong: "data x: real\nsample m ~ normal(0, 1)\nsample a ~ binomial(99, 0.5)\nsample b ~ binomial(99, 0.5)\nsample c ~ binomial(99, 0.5)\nobserve x ~ normal(m + a * b * c, 1)",
      right: "data x: real\nsample m ~ normal(0, 1)\nsample a ~ binomial(99, 0.5)\nsample b ~ binomial(99, 0.5)\nobserve x ~ normal(m + a * b, 1)", data: `{ "x": 2 }` }),
  options("PPL524", "a minibatch of the data that share a discrete latent",
    "The probabilities of a value hang on all the data that share it; a part of them, scaled up, gives another logarithm.",
    { model: global.replace("plate", "sample k ~ bernoulli(0.5)\nplate").replace("(mu,", "(mu + k,"), wrong: " --batch n=2 --objective selbo", right: " --objective selbo" }),
  options("PPL525", "data with guides of their own that a discrete latent ties together",
    "Summing out a discrete latent that the data share couples them, while an amortized guide takes them one by one.",
    { model: local.replace("plate", "sample k ~ bernoulli(0.5)\nplate").replace("normal(0, 1)", "normal(k, 1)"), wrong: " --amortize", right: " --no-amortize" }),
  models("PPL526", "steps of a sequence meet",
    "A sequence of states is summed out step by step, which needs every statement to look at one entry of it, and no other sequence at its side.",
    { wrong: "data x: real[T]\nsample m ~ normal(0, 1)\nsample z ~ markov([0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], T)\nfor t in 1..T {\n  observe x[t] ~ normal(m + z[t] - z[t - 1], 1)\n}",
      right: "data x: real[T]\nsample m ~ normal(0, 1)\nsample z ~ markov([0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], T)\nfor t in 1..T {\n  observe x[t] ~ normal(m + z[t], 1)\n}", data: `{ "x": [1, 2, 3] }` }),
  models("PPL527", "bounds that move with a discrete latent",
    "A latent that is summed out has all of its values at once, so that a bound of another one would too.",
    { wrong: "data x: real\nsample k ~ bernoulli(0.5)\nsample z: real<k..> ~ normal(0, 1)\nobserve x ~ normal(z, 1)",
      right: "data x: real\nsample k ~ bernoulli(0.5)\nsample z: real<0..> ~ normal(k, 1)\nobserve x ~ normal(z, 1)", data: `{ "x": 1 }` }),
  options("PPL528", "a guide that cannot draw whole numbers",
    "A discrete latent whose values have no end, or are too many to sum out, is drawn as a rounded Gaussian, entry by entry. What is rounded has no joint probability in closed form under a correlated Gaussian; components with independent entries have one, and a mixture of them follows what is correlated.",
    { model: "data y: int<0..>\nsample n ~ poisson(20)\nobserve y ~ binomial(n, 0.4)",
      wrong: " --guide full_rank", right: " --guide mixture --K 2 --objective selbo", data: `{ "y": 7 }` }),
  options("PPL541", "doubly reparameterized gradients where there are none",
    "`dreg` removes the noise that the score of q leaves inside the logarithm of a mean of weights. `elbo` and `selbo` average outside the logarithm, where that score averages to 0 and `stl` leaves it out. It asks for derivatives in every draw, which whole numbers do not have, and for latents of one level: those of a datum below latents that all data share are a bound inside a bound.",
    { model: local, wrong: " --objective selbo --gradient dreg", right: " --objective siwae --gradient dreg" }),
];
