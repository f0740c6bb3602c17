import { emitModule } from "../tfjs/module.ts";
import type { ExportTarget } from "./target.ts";

/** The bound and its gradients on TensorFlow.js, with declarations beside it. */
export const tfjsModule: ExportTarget = {
  doc: "an ES module that needs TensorFlow.js alone",
  endings: [".mjs", ".js"],
  of: "gradient",
  write(program, options, ending) {
    const { js, dts } = emitModule(program, options);
    return { code: js, types: { ending: ending === ".js" ? ".d.ts" : ".d.mts", text: dts } };
  },
};
