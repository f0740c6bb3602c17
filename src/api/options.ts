import { boundNames } from "../objective/bounds/index.ts";
import { estimatorNames } from "../objective/estimators/index.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { engineNames, type EngineName } from "../execute/select.ts";
import type { BackendName } from "../execute/tfjs/backends.ts";
import { componentNames, guideFamilyNames, type GuideFamily } from "../components/index.ts";
import type { FitOptions } from "../inference/fit.ts";
import type { Settings } from "../inference/strategy/strategy.ts";
import { activationNames } from "../nn/activations.ts";
import { anyNumber, choice, list, named, nonnegative, positive, real, whole, type Reader } from "./readers.ts";
import { defaultOptions, type CompileOptions } from "../plan/options.ts";
import { baselineNames } from "../objective/baselines.ts";

/** One option of `infer` (and of the other commands that compile): the command line, `options.json` and the manual read it off here. */
interface Row<T> {
  /** Shown in help: `--lr <x>`. */
  readonly argument: string;
  readonly doc: string;
  /** In the manual; null where nothing is assumed. */
  readonly otherwise: T;
  readonly read: Reader<Exclude<T, null>>;
  /** May be given several times: the values are joined. */
  readonly repeats?: boolean;
}
const row = <T>(
  argument: string,
  read: Reader<Exclude<T, null>>,
  otherwise: T,
  doc: string,
  repeats = false,
): Row<T> => ({ argument, read, otherwise, doc, repeats });

const { guide, objective } = defaultOptions;
const sizes = named(whole(1), "sizes such as `N=100`");
const batches = named(whole(1), "plates or sizes with their rows, such as `n=32`");
const numbers = named(anyNumber, "constants with their values, such as `sigma=0.1`");

/** How the guide and the objective are chosen: everything that decides which program is written. */
// prettier-ignore
export const compileRows = {
  guide: row<"auto" | GuideFamily>("family", choice("auto", ...guideFamilyNames), "auto", "approximating family; `auto` finds modes first and needs no tuning"),
  K: row("count", whole(1), guide.K, "components of a mixture guide"),
  component: row("family", choice(...componentNames), guide.component, "family of each component"),
  rank: row("count", whole(1), guide.rank, "for `low_rank`: directions beside the diagonal of each component"),
  hidden: row("widths", list(whole(1), "widths such as `100,100`"), guide.hidden, "hidden layers of encoder networks"),
  activation: row("name", choice(...activationNames), guide.activation, "between those layers"),
  objective: row("bound", choice(...boundNames), objective.bound, "the bound to raise"),
  gradient: row("estimator", choice(...estimatorNames), objective.estimator, "how its gradient is estimated"),
  baseline: row("kind", choice(...baselineNames), objective.baseline, "for `score`: leave-one-out over the draws, or none"),
  T: row("draws", whole(1), objective.T, "draws per component and step"),
  "inner-T": row("draws", whole(1), objective.innerT, "draws of local latents for each draw of the globals"),
  beta: row("weight", nonnegative, 1, "weight of (log prior - log q) against the likelihood"),
  batch: row<Readonly<Record<string, number>>>("n=rows", batches, {}, "minibatch: rows of a plate in each step", true),
  clip: row<number | null>("norm", positive, null, "longest gradient"),
  "weight-decay": row("rate", nonnegative, 0, "weights of networks shrink by this times the learning rate in each step"),
  set: row<Readonly<Record<string, number>>>("name=value", numbers, {}, "override a `const`", true),
  size: row<Readonly<Record<string, number>>>("N=count", sizes, {}, "a size that no data fix", true),
};

const defaultSteps = 5000;

/** How long and how fast to train. */
// prettier-ignore
export const trainRows = {
  epochs: row<number | null>("count", whole(1), null, "passes over the data (steps, without minibatches)"),
  steps: row<number | null>("count", whole(1), null, `steps, instead of epochs (default: ${defaultSteps})`),
  lr: row("rate", positive, 0.01, "learning rate of Adam"),
  schedule: row<"constant" | "step" | "cosine">("kind", choice("constant", "step", "cosine"), "cosine", "of the learning rate"),
  "decay-every": row("steps", whole(1), 1000, "for `step`: steps between decays"),
  decay: row("factor", real("a number above 0 and at most 1", (x) => x > 0 && x <= 1), 0.5, "for `step`: what the rate is multiplied by"),
  floor: row("fraction", real("a number from 0 to 1", (x) => x >= 0 && x <= 1), 0.01, "for `cosine`: where the rate ends, as a fraction"),
  "warm-up": row("steps", whole(0), 0, "steps over which the learning rate rises"),
  "beta-warm-up": row("steps", whole(0), 0, "steps over which beta rises from 0"),
  "average-last": row("share", real("a share from 0 to 1", (x) => x >= 0 && x <= 1), 0, "average the parameters over this share of the steps, the last ones"),
  stop: row<"plateau" | null>("rule", choice("plateau"), null, "end early when the bound no longer rises"),
  window: row("steps", whole(1), 250, "for `plateau`: steps averaged before they are compared"),
  settle: row("steps", whole(0), 0, "for `plateau`: steps still run then, their parameters averaged"),
  patience: row("windows", whole(1), 4, "for `plateau`: windows without progress before it ends"),
};

/** Where it runs and what is made of it. */
// prettier-ignore
export const runRows = {
  seed: row<number | null>("number", whole(0), null, "of everything random; drawn and echoed when not given"),
  engine: row<EngineName>("name", choice(...engineNames), "auto", "what computes: `auto` is TensorFlow.js when a `--backend` is given, else fused"),
  backend: row<BackendName | null>("name", choice("wasm", "cpu", "webgpu", "node", "node-gpu"), null, "of TensorFlow.js (wasm)"),
  threads: row("count", whole(1), 1, "threads of the fused engine that run a step together; the numbers are the same for any"),
  "evidence-draws": row("count", whole(1), 10_000, "importance draws for the evidence and the summaries"),
};

/** What is made of a test set. */
// prettier-ignore
export const testRows = {
  "test-draws": row("count", whole(1), 10_000, "draws that predictions of the test set are averaged over"),
};

export const inferRows = { ...compileRows, ...trainRows, ...runRows, ...testRows };
type Rows = typeof inferRows;
export type OptionName = keyof Rows;

/** What every option ended up as. `amortize` is null when the compiler decides. */
export type Config = {
  readonly [K in OptionName]: Rows[K] extends Row<infer T> ? T : never;
} & {
  readonly amortize: boolean | null;
  /** The options that somebody gave, rather than left to their defaults. */
  readonly given: readonly string[];
};

/** Values as they came, by option name: texts from the command line or from `options.json`. */
export type Given = Readonly<Record<string, string | boolean>>;

export const optionNames: readonly string[] = [...Object.keys(inferRows), "amortize"];

/**
 * Reads what was given over the defaults. Later sources win; an `epochs` in one silences a `steps` in an earlier one.
 * All mistakes at once.
 */
export function readConfig(sources: readonly { readonly given: Given; readonly where: string }[]): Outcome<Config> {
  const config: Record<string, unknown> = { amortize: null };
  for (const [name, { otherwise }] of Object.entries(inferRows)) config[name] = otherwise;

  const mistakes: Diagnostic[] = [];
  for (const { given, where } of sources) {
    const both = "epochs" in given && "steps" in given;
    if (both)
      mistakes.push(
        usage.optionsExclude({
          first: "epochs",
          second: "steps",
          because: "each says how long to train",
        }),
      );
    if ("epochs" in given) config["steps"] = null;
    if ("steps" in given) config["epochs"] = null;
    for (const [name, value] of Object.entries(given)) {
      if (name === "amortize") {
        if (typeof value === "boolean" || value === "true" || value === "false")
          config[name] = String(value) === "true";
        else
          mistakes.push(
            usage.optionValue({ option: name, found: value, expected: "`true` or `false`", choices: [], where }),
          );
        continue;
      }
      const found = String(value);
      const reader = (inferRows as Readonly<Record<string, Row<unknown>>>)[name];
      if (!reader) {
        mistakes.push(usage.unknownOption({ name, known: optionNames, where }));
        continue;
      }
      const read = (reader.read as Reader<unknown>)(found);
      if ("value" in read)
        config[name] = reader.repeats ? { ...(config[name] as object), ...(read.value as object) } : read.value;
      else
        mistakes.push(
          usage.optionValue({
            option: name,
            found,
            expected: read.expected,
            choices: read.choices ?? [],
            where,
          }),
        );
    }
  }
  const [first, ...rest] = mistakes;
  if (first) return { ok: false, errors: [first, ...rest] };
  const names = [...new Set(sources.flatMap(({ given }) => Object.keys(given)))];
  // whoever says how many components, or which, has chosen a mixture
  if (!names.includes("guide") && (names.includes("K") || names.includes("component"))) config["guide"] = "mixture";
  return ok({ ...config, given: names } as unknown as Config);
}

/** The texts behind the JSON of an options file: numbers, lists and objects are written as on the command line. */
export function givenFromJson(json: Readonly<Record<string, unknown>>): Given {
  const text = (value: unknown): string | boolean => {
    if (typeof value === "boolean") return value;
    if (Array.isArray(value)) return value.map(String).join(",");
    if (typeof value === "object" && value !== null)
      return Object.entries(value)
        .map(([name, one]) => `${name}=${String(one)}`)
        .join(",");
    return String(value);
  };
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, text(value)]));
}

/** A number a person can type back in. */
export function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** The part of the configuration that decides which programs are written. */
export function compileOptions(config: Config): CompileOptions {
  return {
    guide: {
      // what `auto` becomes is decided when the model meets its data (see auto.ts); until then, and for models that it
      // has no answer to, a mixture
      family: config.guide === "auto" ? "mixture" : config.guide,
      K: config.guide === "mixture" || config.guide === "auto" ? config.K : 1,
      component: config.component,
      rank: config.rank,
      amortize: config.amortize,
      hidden: config.hidden,
      activation: config.activation,
    },
    objective: {
      bound: config.objective,
      estimator: config.gradient,
      baseline: config.baseline,
      T: config.T,
      innerT: config["inner-T"],
      beta: config["beta-warm-up"] > 0 ? "feed" : config.beta,
    },
    batch: config.batch,
    clip: config.clip,
    weightDecay: config["weight-decay"],
  };
}

/** The part that decides how it is trained. */
export function fitOptions(config: Config, seed: number): FitOptions {
  const { epochs, steps, schedule, floor, window, patience, beta } = config;
  const decay =
    schedule === "step"
      ? ({ kind: schedule, every: config["decay-every"], factor: config.decay } as const)
      : schedule === "cosine"
        ? ({ kind: schedule, floor } as const)
        : ({ kind: schedule } as const);
  return {
    seed,
    length: epochs !== null ? { epochs } : steps !== null ? { steps } : { steps: defaultSteps },
    rate: { rate: config.lr, decay, warmUp: config["warm-up"] },
    plateau: config.stop === "plateau" ? { window, patience, settle: config.settle } : null,
    beta: { from: config["beta-warm-up"] > 0 ? 0 : beta, to: beta, steps: config["beta-warm-up"] },
    averageLast: config["average-last"],
    checkpointEvery: null,
  };
}

/** The configuration as a strategy takes it: it may choose where nobody has. */
export function settingsOf(config: Config, seed: number): Settings {
  return {
    guide: config.guide,
    plan: compileOptions(config),
    fit: fitOptions(config, seed),
    lengthGiven: config.given.includes("steps") || config.given.includes("epochs"),
    otherwise: (choices) => {
      const named = Object.entries(choices).map(
        ([name, value]) => [name === "innerT" ? "inner-T" : name, value] as const,
      );
      const chosen = Object.fromEntries(named.filter(([name]) => !config.given.includes(name)));
      return settingsOf({ ...config, ...chosen }, seed);
    },
  };
}

/** `--print-config`: one option a line, in the form that the command line takes. */
export function printConfig(config: Config): string {
  const width = Math.max(...optionNames.map((name) => name.length));
  const shown = (value: unknown): string => {
    if (value === null) return "-";
    if (Array.isArray(value)) return value.join(",");
    if (typeof value === "object")
      return (
        Object.entries(value)
          .map(([name, one]) => `${name}=${String(one)}`)
          .join(",") || "-"
      );
    return String(value);
  };
  return optionNames.map((name) => `${name.padEnd(width)}  ${shown(config[name as keyof Config])}\n`).join("");
}
