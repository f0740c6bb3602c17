import { otherUnder } from "../../names/law.ts";
import { hostileNames, renamable } from "../../names/models.ts";
import type { Fuzzer } from "../fuzzer.ts";

/** Every name of every model under every hostile one: as many trials as there are models times hostile names. */
export const names: Fuzzer = {
  law: "a model says the same under hostile names",
  few: renamable.length,
  within: null,
  async attempt(_, number) {
    const model = renamable[number % renamable.length]!;
    // far apart, so that few trials have many names
    const turn = (37 * Math.floor(number / renamable.length)) % hostileNames.length;
    return { input: `${model.title} from ${hostileNames[turn]} on`, failure: await otherUnder(model, turn) };
  },
};
