import { pick } from "../../options/rows.ts";
import { runArgument, usage } from "../command.ts";
import { dataOptions } from "../options.ts";

export const posterior = usage({
  name: "posterior",
  doc: "Report a saved run, or apply it to new data.",
  args: [runArgument],
  options: { ...dataOptions, ...pick("seed", "evidenceDraws", "engine", "backend", "threads") },
  examples: ["stratum posterior run", "stratum posterior run --data new.json --json"],
});
