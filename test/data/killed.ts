import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { readRunFiles, saveRun } from "../../src/data/runs.ts";
import type { RunFiles } from "../../src/posterior/run.ts";

const die = fileURLToPath(new URL("die.mjs", import.meta.url));

/** When a writer is killed: when it touches its folder for the nth time, or after so many milliseconds. */
export type Moment = { readonly touch: number } | { readonly after: number } | null;

/** What became of a writer. */
export interface Died {
  readonly killed: boolean;
  /** How often it touched its folder, where it was left to. */
  readonly touched: number;
}

/** Runs Node with these arguments, to be killed at a moment; null to be left alone. */
export async function killedAt(argv: readonly string[], folder: string, moment: Moment): Promise<Died> {
  const at = moment !== null && "touch" in moment ? { STRATUM_KILL_AT: String(moment.touch) } : {};
  const child = spawn(process.execPath, ["--import", "tsx", "--import", die, ...argv], {
    env: { ...process.env, STRATUM_KILL_IN: folder, ...at },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<string | null>((resolve) => child.on("close", (_, signal) => resolve(signal)));
  if (moment !== null && "after" in moment) {
    await Promise.race([ended, pause(moment.after)]);
    child.kill("SIGKILL");
  }
  const signal = await ended;
  return { killed: signal === "SIGKILL", touched: Number(/touched (\d+)/.exec(said)?.[1] ?? NaN) };
}

/** What a reader finds. */
export type Found = "none" | "old" | "new" | "unreadable" | "mixed";

export async function foundIn(folder: string, old: RunFiles | null, fresh: RunFiles): Promise<Found> {
  const read = await readRunFiles(folder);
  if (!read.ok) return read.errors.every(({ code }) => code === "PPL779") ? "none" : "unreadable";
  if (isDeepStrictEqual(read.value, fresh)) return "new";
  return isDeepStrictEqual(read.value, old) ? "old" : "mixed";
}

/** The next writer succeeds, and leaves nothing but its run. */
export async function isTidiedBy(folder: string, files: RunFiles): Promise<boolean> {
  if ((await saveRun(folder, files)) !== null) return false;
  const names = [...Object.keys(files), "manifest.json"].toSorted();
  return isDeepStrictEqual(readdirSync(folder).toSorted(), names);
}
