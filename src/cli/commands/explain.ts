import { usage } from "../command.ts";

export const explain = usage({
  name: "explain",
  doc: "Explain a message by its code, with an example; without a code, list them.",
  args: [{ name: "code", takes: "at most one", doc: "as in `error[PPL304]`: `PPL304` or `304`" }],
  options: {},
  examples: ["stratum explain PPL304", "stratum explain"],
});
