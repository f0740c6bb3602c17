import { checkText } from "../checks.ts";
import { corpus } from "../corpus.ts";
import type { Fuzzer } from "../fuzzer.ts";
import { randomModel } from "../models.ts";
import { mutate } from "../mutate.ts";

/** Mutated texts through the front end. */
export const text: Fuzzer = {
  law: "mutated texts get a model or mistakes inside the file, never an internal error",
  few: 400,
  within: 2,
  attempt(dice) {
    const model = randomModel(dice);
    const mutated = mutate(dice.chance(0.5) ? model.text : dice.pick(corpus), dice);
    return { input: `${mutated}\ndata ${JSON.stringify(model.data)}`, failure: checkText(mutated, model.data) };
  },
};
