import { checkModel, randomOptions } from "../checks.ts";
import type { Fuzzer } from "../fuzzer.ts";
import { randomModel } from "../models.ts";

/** Random typed models through the whole compiler and both evaluators. */
export const models: Fuzzer = {
  law: "random models compile, print back, run alike on both evaluators and have the gradients that differences give",
  few: 60,
  within: null,
  async attempt(dice, number) {
    const model = randomModel(dice);
    const options = randomOptions(dice);
    const failure = await checkModel(model, options, number).catch((error: Error) => `threw ${error.stack}`);
    const { guide, objective } = options;
    return {
      input: `${model.text}\ndata ${JSON.stringify(model.data)}\n${JSON.stringify({ guide, objective })}`,
      failure,
    };
  },
};
