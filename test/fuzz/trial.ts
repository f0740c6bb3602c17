import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { checkModel, checkText, randomOptions, type Failure } from "./checks.ts";
import { corpus } from "./corpus.ts";
import { diceOf, randomModel } from "./models.ts";
import { mutate } from "./mutate.ts";

export const kinds = ["models", "text"] as const;
export type Kind = (typeof kinds)[number];

/** One numbered trial of a seed: what was tried, and what went wrong. The same numbers give the same trial. */
export interface Trial {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly failure: Failure;
}

export async function trial(kind: Kind, seed: number, number: number): Promise<Trial> {
  const dice = diceOf(randomStream(seedKey(seed, `fuzz.${kind}.${number}`)));
  const model = randomModel(dice);
  if (kind === "models") {
    const options = randomOptions(dice);
    const failure = await checkModel(model, options, number).catch((error: Error) => `threw ${error.stack}`);
    return {
      ...model,
      failure:
        failure && `${failure}\n  with ${JSON.stringify({ guide: options.guide, objective: options.objective })}`,
    };
  }
  const text = mutate(dice.chance(0.5) ? model.text : dice.pick(corpus), dice);
  return { text, data: model.data, failure: checkText(text, model.data) };
}
