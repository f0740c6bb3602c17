import { ModuleBuilder } from "./wasm/assembler.ts";
import { wasmHost } from "./wasm/host.ts";
import { present } from "../../base/assert.ts";
import { breathe } from "../../base/turns.ts";
import type { Equation } from "../../program/program.ts";
import type { Profile } from "../executor.ts";

/** What a module offers to be called. */
export type Exports = Readonly<Record<string, ((...args: number[]) => number) | undefined>>;

/**
 * Times the parts of a step where they stand: after each whole step its loops are run once more, in order and over the
 * memory that the step left, with the clock read between them. What reading the clock costs is measured and taken off.
 *
 * @param loops    what each exported `loop_N` computes
 * @param runStep  runs a whole step, the one of that number after the first
 */
export async function timeParts(
  loops: readonly (readonly Equation[])[],
  exports: Exports,
  seconds: number,
  runStep: (at: number) => void,
): Promise<Profile> {
  const before = present(exports["copies_before"], "the copies before the loops");
  const parts = loops.map((_, i) => present(exports[`loop_${i}`], `loop ${i}`));
  const totals = new Float64Array(parts.length);
  const nothing = emptyCall();
  let [step, steps, clock] = [0, 0, 0];
  const began = performance.now();
  const spent = (): number => (performance.now() - began) / 1000;
  // the first few run code that the host has not optimised yet; of long steps one has to do, and at least one is timed
  let warm = false;
  for (let at = 0; steps === 0 || spent() < seconds; at++) {
    await breathe();
    warm ||= at >= warmUp || (at > 0 && spent() > seconds / 2);
    const timed = warm;
    const start = performance.now();
    runStep(at);
    const whole = performance.now() - start;
    before();
    let last = performance.now();
    parts.forEach((part, i) => {
      part();
      const now = performance.now();
      if (timed) totals[i]! += now - last;
      last = now;
    });
    nothing();
    if (!timed) continue;
    clock += performance.now() - last;
    step += whole;
    steps++;
  }
  return {
    steps,
    step: step / steps / 1000,
    parts: loops.map((equations, i) => ({
      equations,
      seconds: Math.max(0, totals[i]! - clock) / steps / 1000,
    })),
  };
}

const warmUp = 20;

/** A call from here into WebAssembly that does nothing. */
function emptyCall(): () => void {
  const module = new ModuleBuilder({ minPages: 0 });
  module.export(module.fn("nothing", [], [], () => undefined));
  const host = present(wasmHost(), "WebAssembly");
  const memory = new host.Memory({ initial: 0 });
  const { exports } = new host.Instance(new host.Module(module.toBytes()), { env: { memory } });
  return present(exports["nothing"], "an exported function") as () => void;
}
