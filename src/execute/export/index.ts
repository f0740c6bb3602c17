import { keysOf } from "../../base/records.ts";
import { tfjsModule } from "./module.ts";
import type { ExportTarget } from "./target.ts";
import { webAssembly } from "./wasm.ts";

/** All of them, by the names that commands take. */
export const exportTargets = { module: tfjsModule, wasm: webAssembly } as const satisfies Record<string, ExportTarget>;

export type ExportName = keyof typeof exportTargets;
export const exportNames = keysOf(exportTargets);

/** The target whose files end like this path, and that ending; null where none does. */
export function targetFor(path: string): { readonly name: ExportName; readonly ending: string } | null {
  for (const name of exportNames) {
    const ending = exportTargets[name].endings.find((one) => path.endsWith(one));
    if (ending !== undefined) return { name, ending };
  }
  return null;
}
