import { anyText, choice, list, whole, type Kind } from "../../options/kinds.ts";
import { optional } from "../../options/option.ts";
import { compileRows, pick } from "../../options/rows.ts";
import type { BoundName } from "../../objective/bounds/index.ts";
import { boundNames } from "../../objective/bounds/index.ts";
import { modelArgument, usage } from "../command.ts";
import { dataOptions } from "../options.ts";

/** A bound, and its draws where they are given: `siwae:10`. */
interface Asked {
  readonly bound: BoundName;
  readonly T: number | null;
}

const names = boundNames;
const name = choice(...names);
const draws = whole(1);

const asked: Kind<Asked> = {
  expected: "a bound",
  choices: [],
  type: "",
  holds: (value): value is Asked =>
    typeof value === "object" &&
    value !== null &&
    "bound" in value &&
    "T" in value &&
    name.holds(value.bound) &&
    (value.T === null || draws.holds(value.T)),
  parse: (text) => {
    const [bound = "", T] = text.split(":");
    return { bound: bound.trim(), T: T === undefined ? null : draws.parse(T) };
  },
};

const quoted = names.map((one) => `\`${one}\``);
const listed = `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;

export const checkGradients = usage({
  name: "check-gradients",
  doc: "Compare the gradient's estimators with each other.",
  args: [modelArgument],
  options: {
    run: optional(
      "dir",
      anyText,
      "at the trained parameters of this run, with its guide and options; the model gives the data",
    ),
    objectives: optional(
      "bounds",
      list(asked, `bounds among ${listed}, each with its draws or without, such as \`siwae:10,selbo\``),
      "bounds to compare, with their draws: `siwae:10,selbo:100` (default: the one of the options)",
    ),
    repeats: optional("count", whole(2), "times each gradient is estimated (default: enough for a few seconds)"),
    points: optional(
      "count",
      whole(1),
      "points: the starting (trained) parameters, then random ones near (default: 3; with --run, 1)",
    ),
    ...dataOptions,
    ...compileRows,
    ...pick("seed", "engine", "backend"),
  },
  examples: [
    "stratum check-gradients models/coin",
    "stratum check-gradients model.ppl --data data.json --objectives siwae:10,selbo",
  ],
});
