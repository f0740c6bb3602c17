import { keysOf } from "../base/records.ts";
import { backendNames, engineNames } from "../execute/names.ts";
import type { Decay } from "../inference/schedules.ts";
import { componentNames, guideFamilyNames } from "../components/index.ts";
import { activationNames } from "../nn/activations.ts";
import { boundNames } from "../objective/bounds/index.ts";
import { baselineNames } from "../objective/baselines.ts";
import { estimatorNames } from "../objective/estimators/index.ts";
import { defaultOptions } from "../plan/options.ts";
import { anyNumber, choice, list, named, nonnegative, positive, real, whole, yesOrNo } from "./kinds.ts";
import { flagName, option, optional, under, where, type ValuesOf } from "./option.ts";

/**
 * The options of `infer`, and of whatever else compiles or runs. Everything that knows an option reads it off its row:
 * the types and comments of the API, the command line and its help, `options.json`, the axes of sweeps, the manual. To
 * add an option, add a row, hand it to the stage that it is for in parts.ts, and `npm run generate`.
 */

const { guide, objective } = defaultOptions;

/** How a learning rate falls, by the name of its schedule. */
export const decays: {
  readonly [K in Decay["kind"]]: (of: {
    readonly decay: number;
    readonly decayEvery: number;
    readonly floor: number;
  }) => Decay;
} = {
  constant: () => ({ kind: "constant" }),
  step: ({ decay, decayEvery }) => ({ kind: "step", every: decayEvery, factor: decay }),
  cosine: ({ floor }) => ({ kind: "cosine", floor }),
};

const sizes = named(whole(1), "sizes such as `N=100`", "sizes such as `{ N: 100 }`");
const batches = named(
  whole(1),
  "plates or sizes with their rows, such as `n=32`",
  "plates or sizes with their rows, such as `{ n: 32 }`",
);
const numbers = named(
  anyNumber,
  "constants with their values, such as `sigma=0.1`",
  "constants with their values, such as `{ sigma: 0.1 }`",
);
const factor = real("a number above 0 and at most 1", (x) => x > 0 && x <= 1);
const fraction = real("a number from 0 to 1", (x) => x >= 0 && x <= 1);
const share = real("a share from 0 to 1", (x) => x >= 0 && x <= 1);

const training = { uses: [where("training")] };
const mixture = under({ option: "guide", among: ["mixture", "auto"] });
const plateau = under({ option: "stop", among: ["plateau"] }, { option: "guide", among: ["auto"] });
const whenPlateau = { uses: [plateau, where("plateau"), where("training")] };
const whenStep = { uses: [under({ option: "schedule", among: ["step"] }), where("training")] };
const whenCosine = { uses: [under({ option: "schedule", among: ["cosine"] }), where("training"), where("cosine")] };

/** How the guide and the objective are chosen: everything that decides which program is written. */
// prettier-ignore
export const compileRows = {
  guide: option("family", choice("auto", ...guideFamilyNames), "auto", "approximating family; `auto` finds modes first and needs no tuning"),
  K: option("count", whole(1), guide.K, "components of a mixture guide", { uses: [mixture, where("mixture")] }),
  component: option("family", choice(...componentNames), guide.component, "family of each component", { uses: [mixture, where("component")] }),
  rank: option("count", whole(1), guide.rank, "for `low_rank`: directions beside the diagonal of each component", { uses: [where("rank")] }),
  hidden: option("widths", list(whole(1), "widths such as `100,100`", "widths such as `[100, 100]`"), guide.hidden, "hidden layers of encoder networks", { uses: [where("widths")] }),
  activation: option("name", choice(...activationNames), guide.activation, "between those layers", { uses: [where("activation")] }),
  objective: option("bound", choice(...boundNames), objective.bound, "the bound to raise"),
  gradient: option("estimator", choice(...estimatorNames), objective.estimator, "how its gradient is estimated"),
  baseline: option("kind", choice(...baselineNames), objective.baseline, "for `score`: leave-one-out over the draws, or none", {
    uses: [under({ option: "gradient", among: ["score"] })],
  }),
  T: option("draws", whole(1), objective.T, "draws per component and step"),
  innerT: option("draws", whole(1), objective.innerT, "draws of local latents for each draw of the globals", { uses: [where("nesting")] }),
  beta: option("weight", nonnegative, 1, "weight of (log prior - log q) against the likelihood"),
  batch: option("n=rows", batches, {}, "minibatch: rows of a plate in each step", {
    says: "minibatches: rows in each step, by plate or size",
    repeats: true,
  }),
  clip: optional("norm", positive, "longest gradient", training),
  weightDecay: option("rate", nonnegative, 0, "weights of networks shrink by this times the learning rate in each step", {
    says: "weights of networks shrink by this times the learning rate in each step (AdamW)",
    uses: [where("weights"), where("training")],
  }),
  set: option("name=value", numbers, {}, "override a `const`", { says: "constants of the model to override", repeats: true }),
  size: option("N=count", sizes, {}, "a size that no data fix", { says: "sizes that no data fix", repeats: true }),
  amortize: optional("", yesOrNo, "read local latents off their data by a network", {
    says: "whether local latents are read off their data by a network; left out, the compiler decides",
    negated: "give each datum guide parameters of its own",
    uses: [where("local latents")],
  }),
};

export const defaultSteps = 5000;

/** How long and how fast to train. */
// prettier-ignore
export const trainRows = {
  epochs: optional("count", whole(1), "passes over the data (steps, without minibatches)", training),
  steps: optional("count", whole(1), `steps, instead of epochs (default: ${defaultSteps})`, training),
  lr: option("rate", positive, 0.01, "learning rate of Adam", training),
  schedule: option("kind", choice(...keysOf(decays)), "cosine", "of the learning rate", { says: "how the learning rate falls", ...training }),
  decayEvery: option("steps", whole(1), 1000, "for `step`: steps between decays", whenStep),
  decay: option("factor", factor, 0.5, "for `step`: what the rate is multiplied by", whenStep),
  floor: option("fraction", fraction, 0.01, "for `cosine`: where the rate ends, as a fraction", whenCosine),
  warmUp: option("steps", whole(0), 0, "steps over which the learning rate rises", training),
  betaWarmUp: option("steps", whole(0), 0, "steps over which beta rises from 0", training),
  averageLast: option("share", share, 0, "average the parameters over this share of the steps, the last ones", training),
  stop: optional("rule", choice("plateau"), "end early when the bound no longer rises", training),
  window: option("steps", whole(1), 250, "for `plateau`: steps averaged before they are compared", whenPlateau),
  settle: option("steps", whole(0), 0, "for `plateau`: steps still run then, their parameters averaged", whenPlateau),
  patience: option("windows", whole(1), 4, "for `plateau`: windows without progress before it ends", whenPlateau),
};

/** Where it runs and what is made of it. */
// prettier-ignore
export const runRows = {
  seed: optional("number", whole(0), "of everything random; drawn and echoed when not given", {
    says: "of everything random: a whole number; drawn when left out, and told by `report().seed`",
  }),
  engine: option("name", choice(...engineNames), "auto", "what computes: `auto` is TensorFlow.js when a `--backend` is given, else fused", {
    says: "what computes: `auto` is TensorFlow.js when a `backend` is given, else the fused engine",
  }),
  backend: optional("name", choice(...backendNames), "of TensorFlow.js (wasm)", {
    says: "of TensorFlow.js; left out, `wasm`",
    uses: [under({ option: "engine", among: ["tfjs", "auto"] })],
  }),
  threads: option("count", whole(1), 1, "threads of the fused engine that run a step together; the numbers are the same for any"),
  timeLimit: optional("seconds", positive, "end the fit by then, and judge what it has learned"),
  evidenceDraws: option("count", whole(1), 10_000, "importance draws for the evidence and the summaries"),
};

/** What is made of a test set. */
export const testRows = {
  testDraws: option("count", whole(1), 10_000, "draws that predictions of the test set are averaged over", {
    uses: [{ of: "test data" }],
  }),
};

export const inferRows = { ...compileRows, ...trainRows, ...runRows, ...testRows };

/** The name of an option, as the API spells it. */
export type OptionName = keyof typeof inferRows;
/** What every option ended up as. */
export type Values = ValuesOf<typeof inferRows>;

export const optionNames = keysOf(inferRows);

/** Options by their names on the command line and in option files. */
export const byFlag: ReadonlyMap<string, OptionName> = new Map(optionNames.map((name) => [flagName(name), name]));

/** Some rows, in this order. */
export function pick<K extends OptionName>(...names: readonly K[]): Pick<typeof inferRows, K> {
  const chosen = names.map((name): [K, (typeof inferRows)[K]] => [name, inferRows[name]]);
  return Object.fromEntries(chosen) as Pick<typeof inferRows, K>;
}
