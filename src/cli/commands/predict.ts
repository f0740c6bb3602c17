import { anyText, list, whole } from "../../options/kinds.ts";
import { option, optional } from "../../options/option.ts";
import { pick } from "../../options/rows.ts";
import { usualStatistics } from "../../posterior/statistics.ts";
import { runArgument, usage } from "../command.ts";
import { dataOptions, flag } from "../options.ts";

export const predict = usage({
  name: "predict",
  doc: "Predict data with a saved run, and score the predictions.",
  args: [runArgument],
  options: {
    draws: option("count", whole(2), 1000, "draws that predictions are averaged over, and data sets to draw, at most"),
    scores: flag("the scores, and nothing that has to be simulated"),
    statistic: option("names", list(anyText, "names"), usualStatistics, "of data, compared with those observed"),
    out: optional("file", anyText, "write the summaries of every datum: `.csv` or `.json`"),
    ...dataOptions,
    ...pick("seed", "size", "engine", "backend", "threads"),
  },
  examples: ["stratum predict run --data test.json", "stratum predict run --data test.json --out predictions.csv"],
});
