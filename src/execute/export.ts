import type { Program } from "../program/program.ts";
import { compileProgram } from "./fused/compile.ts";
import { precisionFor } from "./fused/executor.ts";
import { emitModule, type ModuleOptions } from "./tfjs/module.ts";

/** A form in which a program leaves this system, as text. */
export interface ExportTarget {
  readonly name: string;
  readonly doc: string;
  /** The program, and the declarations of its types where the form has them apart. */
  readonly write: (program: Program, about: ModuleOptions) => { readonly code: string; readonly types: string | null };
}

const tfjsModule: ExportTarget = {
  name: "module",
  doc: "an ES module that needs TensorFlow.js alone",
  write(program, about) {
    const { js, dts } = emitModule(program, about);
    return { code: js, types: dts };
  },
};

const webAssembly: ExportTarget = {
  name: "wasm",
  doc: "the WebAssembly of the fused engine, to be read",
  write: (program, { source }) => ({
    code: compileProgram(program, precisionFor(program), source).text(),
    types: null,
  }),
};

/** All of them. */
export const exportTargets = { module: tfjsModule, wasm: webAssembly } as const;
