import { anyText, positive } from "../../options/kinds.ts";
import { option, optional } from "../../options/option.ts";
import { compileRows, runRows, testRows, trainRows } from "../../options/rows.ts";
import { modelArgument, usage } from "../command.ts";
import { dataOptions, flag, texts } from "../options.ts";

export const infer = usage({
  name: "infer",
  doc: "Fit a guide to data and report the posterior.",
  args: [modelArgument],
  options: {
    out: optional("dir", anyText, "save the run in this folder"),
    resume: flag("go on with the run that was to be saved there, from its last checkpoint"),
    checkpointEvery: option("seconds", positive, 30, "with `--out`: seconds between checkpoints, beside the folder"),
    profile: flag("measure where the time of a training step goes, by source line"),
    printConfig: flag("print what every option ended up as, and stop"),
    ...dataOptions,
    ...compileRows,
    ...trainRows,
    ...runRows,
    test: texts("file", "data that are not trained on, to score predictions with; as `--data`"),
    ...testRows,
  },
});
