import { usage } from "../command.ts";
import { flag } from "../options.ts";

export const format = usage({
  name: "format",
  doc: "Print a model in the canonical form.",
  args: [{ name: "models", takes: "several", doc: "`.ppl` files, folders of them, or `-` for standard input" }],
  options: {
    check: flag("change nothing; exit 1 when a model is not in that form"),
    write: flag("rewrite the files in place"),
  },
  examples: ["stratum format --write models", "stratum format --check model.ppl"],
});
