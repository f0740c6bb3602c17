import { inCommand, type Explanation } from "./explanation.ts";

const local =
  "data x: real[N]\nplate n in N {\n  sample z ~ normal(0, 1)\n  observe x[n] ~ normal(z, 1)\n}";
const global =
  "data x: real[N]\nsample mu ~ normal(0, 1)\nplate n in N {\n  observe x[n] ~ normal(mu, 1)\n}";
const both =
  "data x: real[N]\nsample mu ~ normal(0, 1)\nplate n in N {\n  sample z ~ normal(mu, 1)\n  observe x[n] ~ normal(z, 1)\n}";
const meeting = `${local}\nfactor -sum(z)`;
const whole = global
  .replace("  observe", "  let r = x[n] - mu\n  observe")
  .concat("\nfactor -sum(square(r))");
const three = `{ "x": [1, 2, 3] }`;

/** The same model and data, with two lines of options. */
const options = (code: Explanation["code"], title: string, text: string, model: string, wrong: string, right: string, data = three): Explanation => // prettier-ignore
  inCommand(code, title, text, { "model.ppl": model, "data.json": data },
    `infer model.ppl --data data.json${wrong}`,
    `infer model.ppl --data data.json${right}`); // prettier-ignore

/** Two models, the same data and options. */
function models(
  code: Explanation["code"],
  title: string,
  text: string,
  wrong: string,
  right: string,
  data: string,
  more = "",
): Explanation {
  // prettier-ignore
  const of = (model: string) => options(code, title, text, model, more, more, data).example!.right;
  return { code, title, text, example: { wrong: of(wrong), right: of(right) } };
}

/** PPL5xx: what a guide and an objective can be for a model. */
// prettier-ignore
export const guide: readonly Explanation[] = [
  models("PPL501", "a discrete latent has no path to differentiate",
    "A pathwise gradient moves a latent a little and sees what changes; whole numbers do not move a little. Sum the latent out with `mixture(...)`, or choose a continuous family.",
    "data x: real\nsample k ~ poisson(3)\nobserve x ~ normal(k, 1)",
    "data x: real\nsample k ~ gamma(3, 1)\nobserve x ~ normal(k, 1)", `{ "x": 2 }`),
  options("PPL502", "a latent that flows through a jump",
    "`floor`, comparisons and whole-number conversions are flat with jumps between: their derivative is 0 almost everywhere, and a gradient through them would be wrong without looking wrong. The score-function estimator needs no derivative of the model.",
    "data x: real\nsample z ~ normal(0, 1)\nobserve x ~ normal(floor(z), 1)",
    "", " --gradient score --baseline loo --T 4", `{ "x": 1 }`),
  options("PPL503", "a draw from the whole mixture chooses a component",
    "`elbo` and `iwae` draw from the mixture, and the choice of the component has no derivative. `selbo` and `siwae` draw from every component instead and weigh the draws, which has one.",
    local, " --objective elbo", " --objective selbo"),
  options("PPL504", "an importance-weighted bound of a global latent on a minibatch",
    "A latent outside the plate is weighed by all the data at once. With a part of the data inside the logarithm the bound is biased; `elbo` and `selbo`, which are sums over data, are not.",
    global, " --batch n=2 --objective siwae", " --batch n=2 --objective selbo"),
  options("PPL505", "score with global and amortized latents",
    "The score-function estimator is available for one level of latents.",
    both, " --gradient score --amortize", " --gradient score --no-amortize"),
  options("PPL506", "leave-one-out needs others",
    "The baseline of a draw is the mean over the other draws, so that there are at least two.",
    local, " --gradient score --baseline loo --T 1", " --gradient score --baseline loo --T 2"),
  options("PPL507", "--batch names a plate",
    "A minibatch belongs to a plate, named by its index.",
    local, " --batch m=2", " --batch n=2"),
  options("PPL508", "a minibatch larger than its plate",
    "A minibatch has at least one row and at most as many as there are.",
    local, " --batch n=4", " --batch n=2"),
  options("PPL509", "an array that is needed whole",
    "With a minibatch only some rows of the plate are there, and a statement outside the plate uses all of them.",
    whole, " --batch n=2 --objective selbo", ""),
  options("PPL510", "an amortized latent outside its plate",
    "An amortized guide knows each latent from its own datum alone. A term that joins the latents of several data couples them, so they need one joint guide.",
    meeting, " --amortize", " --no-amortize"),
  options("PPL512", "an encoder with nothing to read",
    "An amortized guide reads the data that its latents explain, and here there are none in the plate. Name something with `given`, or give each datum parameters of its own.",
    "data y: real[N]\nplate n in N {\n  sample z ~ normal(y[n], 1)\n}", "", " --no-amortize", `{ "y": [1, 2, 3] }`),
  models("PPL513", "a model with nothing to infer",
    "There is neither a latent nor a param.",
    "data x: real\nobserve x ~ normal(0, 1)",
    "data x: real\nsample mu ~ normal(0, 1)\nobserve x ~ normal(mu, 1)", `{ "x": 1 }`),
];
