import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { ofSweep } from "../begin.ts";

/** What became of a process. */
export interface Exited {
  /** Null when a signal ended it. */
  readonly exit: number | null;
  readonly signal: string | null;
  /** Wall clock. */
  readonly seconds: number;
  /** The most memory that it held; null where it did not tell. */
  readonly peakMemoryBytes: number | null;
}

/** Runs stratum with these arguments; what it prints goes to two files. Ends early when `stop` is aborted. */
export type Launch = (
  args: readonly string[],
  files: { readonly out: string; readonly err: string },
  stop: AbortSignal,
) => Promise<Exited>;

/** How long a process may take to end when it is asked to, before it is made to. */
const patience = 5000;

/** What a process tells its parent when it is done (see main.ts). */
interface Told {
  readonly peakMemoryBytes?: number;
}

/** A process that starts as this one did: the same Node, loaders and file. It ends when this process does, however that ends. */
export const launchProcess: Launch = (args, files, stop) => {
  const [out, err] = [openSync(files.out, "w"), openSync(files.err, "w")];
  const began = performance.now();
  const [node = process.execPath, main = ""] = process.argv;
  const child = spawn(node, [...process.execArgv, main, ...args], {
    stdio: ["ignore", out, err, "ipc"],
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", [ofSweep]: "1" },
  });
  let peakMemoryBytes: number | null = null;
  child.on("message", (told: Told) => (peakMemoryBytes = told.peakMemoryBytes ?? null));
  let last: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill("SIGTERM");
    last = setTimeout(() => child.kill("SIGKILL"), patience);
  };
  stop.addEventListener("abort", end, { once: true });
  if (stop.aborted) end();
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(last);
      stop.removeEventListener("abort", end);
      closeSync(out);
      closeSync(err);
    };
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("close", (exit, signal) => {
      settle();
      resolve({ exit, signal, seconds: (performance.now() - began) / 1000, peakMemoryBytes });
    });
  });
};
