import { existsSync, lstatSync, readFileSync, renameSync, rmSync, rmdirSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunFiles } from "../posterior/run.ts";
import { hiddenIn, type FolderLock } from "./lock.ts";
import { manifestName, manifestOf, printManifest, readManifest, type Manifest } from "./manifest.ts";

/**
 * How the files of a run are replaced, all or none, whenever the process is killed.
 *
 * 1. The new files and their manifest are written to `.stratum/staging-TOKEN`, each flushed to the disk.
 * 2. That folder is renamed to `.stratum/pending`: from this moment readers see the new run, whose files they look for
 *    there first, and else in their places.
 * 3. Files of the old run that the new one has not are deleted, those of the new one are moved to their places, and the
 *    manifest last. Whoever finds a pending folder can do this, as often as it takes.
 *
 * Files that no manifest names are somebody else's, and are left alone.
 */

const pendingIn = (folder: string): string => join(hiddenIn(folder), "pending");

/** Where the files of a run are: its manifest, and the folders to look in, the first one first. */
export interface Located {
  readonly manifest: string;
  readonly places: readonly string[];
}

export function locate(folder: string): Located {
  const pending = pendingIn(folder);
  const moving = existsSync(join(pending, manifestName));
  return { manifest: join(moving ? pending : folder, manifestName), places: moving ? [pending, folder] : [folder] };
}

/** Replaces the files of the run in a locked folder; null, or why not, in which case the old run is still there. */
export async function replaceFiles(lock: FolderLock, files: RunFiles): Promise<"lost" | null> {
  const { folder, token } = lock;
  const hidden = hiddenIn(folder);
  const staging = join(hidden, `staging-${token}`);
  try {
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFlushed(join(staging, name), content);
    await writeFlushed(join(staging, manifestName), printManifest(manifestOf(files)));
    await flushFolder(staging);
    if (!(await lock.holds())) return "lost";
    await rename(staging, pendingIn(folder));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  await flushFolder(hidden);
  finish(folder);
  await flushFolder(folder);
  return null;
}

/** Brings a folder that was just locked into order: what a killed writer had decided is done, what it had not is removed. */
export async function recover(folder: string): Promise<void> {
  finish(folder);
  const hidden = hiddenIn(folder);
  for (const name of await readdir(hidden))
    if (name.startsWith("staging-") || name === "pending")
      await rm(join(hidden, name), { recursive: true, force: true });
}

/** The moves of step 3, in one go: the shorter they take, the less often anybody sees them half done. */
function finish(folder: string): void {
  const pending = pendingIn(folder);
  const manifest = manifestAt(pending);
  if (manifest === null) return;
  const kept = new Set(manifest.files.map(({ name }) => name));
  const old = (manifestAt(folder)?.files ?? []).map(({ name }) => name).filter((name) => !kept.has(name));
  const foreign = foldersAmong(folder, old);
  for (const name of old) if (!foreign.includes(name)) rmSync(join(folder, name), { force: true });
  for (const name of [...kept, manifestName])
    if (existsSync(join(pending, name))) renameSync(join(pending, name), join(folder, name));
  rmdirSync(pending);
}

/** The manifest in a folder; null where there is none, or none that can be understood. */
export function manifestAt(folder: string): Manifest | null {
  try {
    return readManifest(readFileSync(join(folder, manifestName), "utf8"));
  } catch {
    return null;
  }
}

/** Names of files that a folder already has as something else than a file. */
export function foldersAmong(folder: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory());
}

async function writeFlushed(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The names in a folder are on the disk; not every system has that. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const file = await open(folder, "r");
    await file.sync().finally(() => file.close());
  } catch {
    // names are then flushed when the system does it
  }
}
