import { anyText, whole } from "../../options/kinds.ts";
import { optional } from "../../options/option.ts";
import { usage } from "../command.ts";
import { flag } from "../options.ts";

export const sweep = usage({
  name: "sweep",
  doc: "Fit a grid of settings, in processes side by side; what is done is not done again.",
  args: [{ name: "file", takes: "one", doc: "a sweep file (JSON): model, data, options, grid, metrics, plots" }],
  options: {
    out: optional("dir", anyText, "results go here (default: a folder beside the file, named like it)"),
    jobs: optional("count", whole(1), "fits at once (default: the number of cores)"),
    dryRun: flag("list the fits and which are done, and stop"),
    reportOnly: flag("write tables and plots of what is done, and run nothing"),
  },
  examples: ["stratum sweep grid.json --dry-run", "stratum sweep grid.json --jobs 2"],
});
