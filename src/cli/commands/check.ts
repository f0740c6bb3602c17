import { pick } from "../../options/rows.ts";
import { modelArgument, usage } from "../command.ts";
import { dataOptions } from "../options.ts";

export const check = usage({
  name: "check",
  doc: "Check a model (and its data, when there are some).",
  args: [modelArgument],
  options: { ...dataOptions, ...pick("set", "size") },
  examples: ["stratum check model.ppl", "stratum check models/eight_schools --data new.json"],
});
