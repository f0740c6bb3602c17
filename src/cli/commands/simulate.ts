import { pick } from "../../options/rows.ts";
import { modelArgument, usage } from "../command.ts";
import { dataOptions, outFile } from "../options.ts";

export const simulate = usage({
  name: "simulate",
  doc: "Draw data from the model.",
  args: [modelArgument],
  options: { out: outFile, ...dataOptions, ...pick("seed", "size", "set") },
  examples: ["stratum simulate model.ppl --size N=100 --seed 0 --out data.json"],
});
