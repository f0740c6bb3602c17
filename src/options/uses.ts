import { optionIdle } from "../diagnostics/catalogue/options.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Block } from "../guide/guide.ts";
import { strategyFor } from "../inference/strategy/index.ts";
import type { GuideEntry } from "../model/model.ts";
import type { Plan } from "../plan/plan.ts";
import { settingsOf, type Config, type Origin } from "./config.ts";
import type { Condition, PlanUse, Use } from "./option.ts";
import { inferRows, type OptionName } from "./rows.ts";

/**
 * Options that change nothing are mistakes: what each is for is a column of its row, and here is the only judge of it.
 * Judged is what somebody asked for; what a model's folder recommends is for the guide that it recommends.
 */

/** What is known of a fit beside its options: null where there is no model with data yet. */
interface Facts {
  readonly plan: Plan | null;
  /** Data are there whose predictions are scored. */
  readonly tested: boolean;
}

/** The options that somebody asked for and that change nothing, as far as it is known. */
export function idleOptions(config: Config, facts: Facts): readonly Diagnostic[] {
  return [...config.origins].flatMap(([name, origin]) => {
    if (origin.recommended) return [];
    const uses: readonly Use[] = inferRows[name].uses ?? [];
    const missed = uses.find((use) => !holds(use, config, facts));
    return missed ? [idle(name, origin, missed, config)] : [];
  });
}

function holds(use: Use, config: Config, { plan, tested }: Facts): boolean {
  switch (use.of) {
    case "options":
      return use.anyOf.some((condition) => meets(condition, config));
    case "plan":
      return plan === null || planUses[use.use].holds(plan, config);
    case "test data":
      return tested;
  }
}

const valueOf = ({ values }: Config, { option }: Condition): unknown => values[option as OptionName];

const meets = (condition: Condition, config: Config): boolean =>
  condition.among.some((value) => value === valueOf(config, condition));

function idle(name: OptionName, { door, spelt, where }: Origin, use: Use, config: Config): Diagnostic {
  const at = { option: door.quote(spelt), where };
  switch (use.of) {
    case "options": {
      const wanted = use.anyOf.flatMap(({ option, among }) => among.map((value) => door.setting(option, value)));
      const [first] = use.anyOf;
      const option = first.option as OptionName;
      const said = config.origins.get(option);
      const found = door.setting(option, String(config.values[option]));
      return optionIdle({ ...at, wanted, found, by: said?.recommended ? said.where : null });
    }
    case "plan":
      return optionIdle({ ...at, ...planUses[use.use].words });
    case "test data":
      return optionIdle({ ...at, purpose: "predictions of a test set", but: `no \`${door.quote("test")}\` is given` });
  }
}

/** What only the plan of a model with its data knows: whether there is something that an option is for, and words. */
const planUses: {
  readonly [U in PlanUse]: {
    readonly holds: (plan: Plan, config: Config) => boolean;
    readonly words: { readonly purpose: string; readonly but: string };
  };
} = {
  mixture: {
    holds: (plan, config) =>
      !isFound(plan, config) &&
      plan.guide.blocks.some((block) => asOptionsSay(entryOf(plan, block), ({ K }) => K !== null)),
    words: { purpose: "mixture guides that leave it open", but: "no latent has such a guide" },
  },
  component: {
    holds: (plan, config) =>
      !isFound(plan, config) &&
      plan.guide.blocks.some((block) => asOptionsSay(entryOf(plan, block), ({ component }) => component !== null)),
    words: { purpose: "mixture guides that leave it open", but: "no latent has such a guide" },
  },
  rank: {
    holds: (plan, config) =>
      !isFound(plan, config) &&
      plan.guide.blocks.some(
        (block) => block.component === "low_rank" && (entryOf(plan, block)?.rank ?? null) === null,
      ),
    words: { purpose: "guides or components that are `low_rank`", but: "no latent has such a guide" },
  },
  widths: {
    holds: (plan) => plan.guide.blocks.some((block) => reads(block) && !entryOf(plan, block)?.network),
    words: { purpose: "networks of the guide that the model does not write out", but: "there are none" },
  },
  activation: {
    holds: (plan) =>
      plan.guide.blocks.some((block) => {
        const network = entryOf(plan, block)?.network ?? null;
        return reads(block) && (network === null || (network.kind === "mlp" && network.activation === null));
      }),
    words: { purpose: "networks of the guide whose activation the model leaves open", but: "there are none" },
  },
  weights: {
    holds: ({ paramSpecs }) => paramSpecs.some(({ shrinks }) => shrinks),
    words: { purpose: "the weights of networks", but: "there are none" },
  },
  "local latents": {
    holds: ({ guide, model }) =>
      guide.blocks.some(({ sites }) =>
        sites.some(({ name }) => model.nodes.some((node) => isLatent(node, name) && node.plates.length > 0)),
      ),
    words: { purpose: "latents that stand in a plate", but: "the guide draws none" },
  },
  nesting: {
    holds: ({ guide }) => new Set(guide.blocks.map(({ plates }) => plates.length > 0)).size > 1,
    words: { purpose: "guides that draw latents of data for each draw of others", but: "this one has one level" },
  },
  training: {
    holds: (plan, config) => strategyOf(plan, config) !== "laplace",
    words: { purpose: "training", but: "a `laplace` guide is found without any" },
  },
  cosine: {
    holds: (plan, config) => strategyOf(plan, config) === "train" || config.given.has("schedule"),
    words: { purpose: "a `cosine` schedule", but: "`auto` keeps the rate where no schedule is given" },
  },
  plateau: {
    holds: (plan, config) => strategyOf(plan, config) !== "train" || config.values.stop === "plateau",
    words: { purpose: "training that stops at a plateau", but: "no such rule is given" },
  },
};

const strategyOf = (plan: Plan, config: Config): string => strategyFor(plan, settingsOf(config, 0)).name;

/** A search finds the guide: how many components, and of which family. */
const isFound = (plan: Plan, config: Config): boolean => ["auto", "laplace"].includes(strategyOf(plan, config));

/** What the model's `guide { }` says of a block. */
function entryOf({ model }: Plan, { sites }: Block): GuideEntry | undefined {
  return model.guide.find(({ site }) => sites.some(({ name }) => name === site));
}

/** Whether a block follows the options where its entry says nothing. */
function asOptionsSay(entry: GuideEntry | undefined, says: (entry: GuideEntry) => boolean): boolean {
  return entry === undefined || (entry.family === "mixture" && !says(entry));
}

const reads = ({ source }: Block): boolean => source.kind === "network";

const isLatent = (node: Plan["model"]["nodes"][number], name: string): boolean =>
  node.kind === "latent" && node.name === name;
