import { exportNames } from "../../execute/export/index.ts";
import { anyText, choice } from "../../options/kinds.ts";
import { option, optional } from "../../options/option.ts";
import { compileRows } from "../../options/rows.ts";
import { modelArgument, usage } from "../command.ts";
import { dataOptions } from "../options.ts";

export const compile = usage({
  name: "compile",
  doc: "Compile a training step to a file that other software runs or people read.",
  args: [modelArgument],
  options: {
    out: option("file", anyText, "step.mjs", "where it goes, `-` for standard output; declarations go beside it"),
    to: optional("form", choice(...exportNames), "the form (default: by the ending of `--out`, else `module`)"),
    ...dataOptions,
    ...compileRows,
  },
  examples: [
    "stratum compile models/eight_schools --out step.mjs",
    "stratum compile model.ppl --data data.json --to wasm --out step.wat",
  ],
});
