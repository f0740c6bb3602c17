import { present } from "../../../src/base/assert.ts";
import type { ModuleBuilder } from "../../../src/execute/fused/wasm/assembler.ts";
import { wasmHost, type WasmMemory } from "../../../src/execute/fused/wasm/host.ts";

const host = present(wasmHost(), "WebAssembly");

type Exports = Readonly<Record<string, (...args: readonly number[]) => number | bigint>>;

/** Instantiates a module, with `memory` and `functions` in `env`. */
export function load(
  module: ModuleBuilder,
  memory: WasmMemory | null = null,
  functions: Readonly<Record<string, unknown>> = {},
): Exports {
  const env = memory ? { memory, ...functions } : functions;
  return new host.Instance(new host.Module(module.toBytes()), { env }).exports;
}
load.host = host;

export const memoryOf = (pages: number): WasmMemory => new host.Memory({ initial: pages });
