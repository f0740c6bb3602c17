import { inCommand, withoutExample, type Explanation } from "./explanation.ts";

/** PPL760 to PPL769: what can be drawn of a run. */
// prettier-ignore
export const plots: readonly Explanation[] = [
  inCommand("PPL760", "no such plot",
    "`stratum plot RUN KIND` draws one picture of a saved run.",
    { files: {}, wrong: "plot run traces", right: "explain PPL760" }),
  withoutExample("PPL761", "a plot needs the data",
    "A run folder holds what was learned, not the data. The exact posterior of a datum, and what a network makes of it, are computed from the datum: give the file that holds it."),
  withoutExample("PPL762", "no such latent",
    "`--site` names a `sample` statement, or several with commas between them. Without it the first coordinates of all of them are drawn."),
  withoutExample("PPL763", "no such datum",
    "`--datum 0,3` chooses rows of the data, counted from 0."),
  withoutExample("PPL764", "no line or plane to draw",
    "The plot of a latent space has its axes along the latent of each datum. That is possible where each datum has one latent, of one or two real numbers, and nothing else is hidden; discrete sites that are summed out do not count."),
  withoutExample("PPL765", "no classes to colour the latent space by",
    "The background of the plot is the class that the model predicts at each place of the latent space. That is the value of an observed `categorical`, `bernoulli` or `ordered_logistic` in the plate of the latent."),
  withoutExample("PPL766", "no calibration bins",
    "A reliability diagram is drawn from predictions that can be compared with what was observed: probabilities of classes, in bins, with the share of those that were right."),
  withoutExample("PPL767", "a guide with parameters for other data",
    "Without a network the guide has parameters of its own for each datum of the training data, and says nothing of others. Give the same data again, or train with `--amortize`."),
  withoutExample("PPL769", "nothing to draw",
    "A trace is the bound at each step of training. A guide that `auto` found by a search is taken as it is where training would not improve it, a model without latents and params has nothing to train, and a run that was interrupted early may have no step yet: what was found instead is in `stratum posterior RUN`. Discrete latents with few values are summed out exactly, so that no draws of them are made: the report has their probabilities."),
  withoutExample("PPL768", "what draws pictures is not installed",
    "What only pictures need are optional packages, of some 16 MB: a fit needs none of them. The hint is the command that installs them, beside `stratum` itself: with `-g` where that was. Without them a plot is there as a specification (`--json`), and a graph as DOT."),
];
