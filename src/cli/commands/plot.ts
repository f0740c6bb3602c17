import { anyText, list, whole } from "../../options/kinds.ts";
import { option, optional } from "../../options/option.ts";
import { pick } from "../../options/rows.ts";
import { runArgument, usage } from "../command.ts";
import { dataOptions, outFile } from "../options.ts";

export const plot = usage({
  name: "plot",
  doc: "Draw a picture of a saved run, as SVG.",
  args: [runArgument, { name: "kind", takes: "one", doc: "`trace`, `draws`, `latent` or `reliability`" }],
  options: {
    out: outFile,
    site: optional("names", list(anyText, "names"), "latents to draw (default: the first coordinates of all)"),
    datum: optional(
      "rows",
      list(whole(0), "whole numbers, as in `0,3`"),
      "rows of the data, counted from 0 (default: the first, or the first few)",
    ),
    draws: option("count", whole(1), 250, "draws that are shown"),
    ...dataOptions,
    ...pick("seed", "engine", "backend", "threads"),
  },
  examples: ["stratum plot run draws --site mu,tau --out draws.svg", "stratum plot run trace --out trace.svg"],
});
