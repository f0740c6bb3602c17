import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { fromFiles, type LoadedRun } from "../posterior/load.ts";
import type { RunFiles } from "../posterior/run.ts";
import { folderNear, kindOf, namesIn, write } from "./files.ts";

/** Writes a run folder; what is wrong, or null. Files of an earlier run in the same folder are overwritten. */
export async function saveRun(folder: string, files: RunFiles): Promise<Diagnostic | null> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    const problem = await write(path, content);
    if (problem !== null) return usage.unwritable({ path, problem });
  }
  return null;
}

/** Reads a run folder back. */
export async function loadRun(folder: string): Promise<Outcome<LoadedRun>> {
  const kind = await kindOf(folder);
  if (kind !== "folder")
    return failed(
      usage.notARun({
        path: folder,
        problem: kind === "file" ? "it is a file, not a folder" : "there is no such folder",
        near: await folderNear(folder),
      }),
    );
  const names = await namesIn(folder);
  if (!names.includes("run.json")) return failed(usage.notARun({ path: folder, problem: "it holds no `run.json`" }));
  const run = fromFiles(await runFiles(folder));
  return run.ok ? ok(run.value, run.warnings) : run;
}

/** The contents of a run folder, unread: arrays as bytes, everything else as text. */
export async function runFiles(folder: string): Promise<RunFiles> {
  const files: Record<string, string | Uint8Array> = {};
  for (const name of await namesIn(folder)) {
    if (!/\.(npy|json|csv|ppl)$/.test(name)) continue;
    const bytes = await readFile(join(folder, name));
    files[name] = name.endsWith(".npy") ? new Uint8Array(bytes) : bytes.toString("utf8");
  }
  return files;
}
