import { compileProgram } from "../fused/compile.ts";
import { precisionFor } from "../fused/executor.ts";
import type { ExportTarget } from "./target.ts";

/** What the fused engine runs. */
export const webAssembly: ExportTarget = {
  doc: "the WebAssembly of the fused engine, to be read",
  endings: [".wat"],
  of: "step",
  write: (program, { source }) => ({
    code: compileProgram(program, precisionFor(program), source).text(),
    types: null,
  }),
};
