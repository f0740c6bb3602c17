import { compile, infer, StratumError } from "../../../src/index.ts";
import { optionNames } from "../../../src/options/rows.ts";
import { hostileValues } from "../../api/hostile-values.ts";
import type { Fuzzer } from "../fuzzer.ts";
import type { Dice } from "../models.ts";

const model = "data y: real[N]\nsample mu ~ normal(0, 2)\nobserve y ~ normal(mu, 1)";
const sound = {
  data: { y: [0.3, 1.1] },
  guide: "mean_field",
  steps: 2,
  evidenceDraws: 20,
  seed: 1,
  engine: "reference",
};
const names = [...optionNames, "data", "test", "signal", "onStep", "dta", "__proto__", "constructor", ""];
/** Some that take much work or memory where they are taken at their word, and are as good as any. */
const costly: ReadonlySet<string> = new Set(["1e15", "a long text"]);
const values = Object.entries(hostileValues).filter(([what]) => !costly.has(what));

function hostileOptions(dice: Dice): { readonly options: object; readonly input: string } {
  const options: Record<string, unknown> = { ...sound };
  const told: string[] = [];
  for (let i = 1 + dice.below(3); i > 0; i--) {
    const [name, [what, make]] = [dice.pick(names), dice.pick(values)];
    Object.defineProperty(options, name, { value: make(), enumerable: true, configurable: true, writable: true });
    told.push(`${name}: ${what}`);
  }
  return { options, input: `{ ${told.join(", ")} }` };
}

/** Options of `infer` and `compile` that are none. */
export const calls: Fuzzer = {
  law: "a call with hostile options answers, or throws a StratumError",
  few: 40,
  within: 2,
  attempt: async (dice, number) => {
    const { options, input } = hostileOptions(dice);
    try {
      if (number % 2 === 0) compile(model, options);
      else await infer(model, options);
      return { input, failure: null };
    } catch (error) {
      const fine = error instanceof StratumError;
      return {
        input,
        failure: fine ? null : error instanceof Error ? (error.stack ?? error.message) : "threw no error",
      };
    }
  },
};
