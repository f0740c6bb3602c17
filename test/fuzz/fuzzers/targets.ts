import { doors, plotAbout } from "../../escape/doors.ts";
import { hostileText } from "../../escape/strings.ts";
import { targets } from "../../escape/targets.ts";
import type { Fuzzer } from "../fuzzer.ts";

/** Hostile texts on their way into one target. */
const into = (target: keyof typeof targets): Fuzzer => ({
  law: `hostile texts stay texts in ${target}`,
  few: 60,
  within: 2,
  attempt(dice) {
    const text = hostileText(dice);
    return { input: JSON.stringify(text), failure: targets[target](text) };
  },
});

export const javascript = into("javascript");
export const wat = into("wat");
export const dot = into("dot");
export const markup = into("markup");
export const markdown = into("markdown");
export const csv = into("csv");
export const json = into("json");
export const terminal = into("terminal");

/** Drawings with twenty hostile names each. */
export const drawings: Fuzzer = {
  law: "hostile texts stay texts in drawings",
  few: 5,
  within: 10,
  async attempt(dice) {
    const names = Array.from({ length: 20 }, () => hostileText(dice));
    return { input: JSON.stringify(names), failure: await plotAbout(names) };
  },
};

/** Hostile comments, paths, options and names of data through the commands: a dozen of them in one trial. */
export const commands: Fuzzer = {
  law: "hostile texts stay texts in what commands print and write",
  few: 10,
  within: null,
  async attempt(dice) {
    const text = hostileText(dice);
    return { input: JSON.stringify(text), failure: await doors(text) };
  },
};
