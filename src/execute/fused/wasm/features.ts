import { ModuleBuilder, w } from "./assembler.ts";
import { wasmHost } from "./host.ts";

/** What the host's WebAssembly can do beyond the first version. */
export interface Features {
  readonly simd: boolean;
  /** Fused multiply-add and friends. No program uses them: their digits are the host's (decision 20). */
  readonly relaxedSimd: boolean;
  /** Memory shared between workers, and atomic operations on it. */
  readonly threads: boolean;
}

/** Asks the host, by validating three modules of a few bytes. */
export function features(): Features {
  const host = wasmHost();
  const valid = (write: (module: ModuleBuilder) => void, shared = false): boolean => {
    const module = new ModuleBuilder(shared ? { minPages: 1, maxPages: 1, shared } : null);
    write(module);
    return host?.validate(module.toBytes()) ?? false;
  };
  return {
    simd: valid((m) => m.fn("simd", ["v128"], ["v128"], (_, x) => w.f32x4.sqrt(x))),
    relaxedSimd: valid((m) => m.fn("madd", ["v128"], ["v128"], (_, x) => w.f32x4.relaxed_madd(x, x, x))),
    threads: valid((m) => m.fn("load", [], ["i32"], () => w.atomic.load(0)), true) && "SharedArrayBuffer" in globalThis,
  };
}
