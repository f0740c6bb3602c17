import { whole } from "../../options/kinds.ts";
import { option } from "../../options/option.ts";
import { compileRows, runRows, trainRows } from "../../options/rows.ts";
import { modelArgument, usage } from "../command.ts";
import { dataOptions } from "../options.ts";

export const calibrate = usage({
  name: "calibrate",
  doc: "Fit simulated data: are the true values found where they should be?",
  args: [modelArgument],
  options: {
    simulations: option("count", whole(1), 100, "data sets to simulate and fit"),
    draws: option("count", whole(1), 99, "posterior draws that each true value is ranked among"),
    ...dataOptions,
    ...compileRows,
    ...trainRows,
    ...runRows,
  },
  examples: ["stratum calibrate model.ppl --size N=20 --simulations 200"],
});
