import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A process of the command line, as a person would start it. */
export interface Started {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Milliseconds from the first interrupt on, and what had been said. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly at: number;
    readonly err: string;
    readonly out: string;
  }>;
  /** Resolves when standard error holds a text: to the time; to NaN where the process ends without. */
  readonly says: (text: string) => Promise<number>;
}

/** Starts `stratum ARGUMENTS`. */
export function stratum(argv: readonly string[]): Started {
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [err, out] = ["", ""];
  const waiting: { readonly text: string; readonly tell: (at: number) => void }[] = [];
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
    for (const { text, tell } of waiting) if (err.includes(text)) tell(performance.now());
  });
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  return {
    kill: (signal) => void child.kill(signal),
    ended: new Promise((resolve) => {
      child.on("close", (code) => {
        for (const { tell } of waiting) tell(Number.NaN);
        resolve({ code, at: performance.now(), err, out });
      });
    }),
    says: (text) => new Promise((resolve) => waiting.push({ text, tell: resolve })),
  };
}

/** The files of a folder and those in its folders, by path. */
export function filesIn(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return new Map(paths.map((path) => [path.slice(folder.length), readFileSync(path).toString("base64")]));
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
