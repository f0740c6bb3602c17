import { anyText } from "../../options/kinds.ts";
import { option } from "../../options/option.ts";
import { compileRows } from "../../options/rows.ts";
import { modelArgument, usage } from "../command.ts";
import { dataOptions } from "../options.ts";

export const compile = usage({
  name: "compile",
  doc: "Compile a training step to a JavaScript module.",
  args: [modelArgument],
  options: {
    out: option(
      "file",
      anyText,
      "step.mjs",
      "where the module goes, `-` for standard output; its declarations go beside it",
    ),
    ...dataOptions,
    ...compileRows,
  },
});
