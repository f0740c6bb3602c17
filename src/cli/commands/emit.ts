import { compileRows } from "../../options/rows.ts";
import { modelArgument, usage } from "../command.ts";
import { dataOptions } from "../options.ts";

export const emit = usage({
  name: "emit",
  doc: "Print an intermediate form of the compiler.",
  args: [
    { name: "stage", takes: "one", doc: "the form to print; `stratum emit list` names them" },
    { ...modelArgument, takes: "at most one" },
  ],
  options: { ...dataOptions, ...compileRows },
  examples: ["stratum emit list", "stratum emit guide models/eight_schools"],
});
