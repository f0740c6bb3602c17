import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { changedRunFile, folderInUse, folderTaken, otherModelText } from "../diagnostics/catalogue/folders.ts";
import { missingRunFile } from "../diagnostics/catalogue/run.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { fromFiles, otherVersion, type LoadedRun } from "../posterior/load.ts";
import { isRunFile, type RunFiles } from "../posterior/run.ts";
import { folderNear, inWords, kindOf, namesIn } from "./files.ts";
import { lockFolder, type FolderLock } from "./lock.ts";
import {
  largestManifest,
  manifestName,
  readManifest,
  sha256Of,
  type Manifest,
  type ManifestEntry,
} from "./manifest.ts";
import { foldersAmong, locate, manifestAt, recover, replaceFiles } from "./replace.ts";

/**
 * Takes a folder for a run before there is one: nobody else can write to it until the lock is released. Refused where
 * it cannot be written to, another process does so, or files of somebody's own would be overwritten.
 */
export async function claimRun(folder: string): Promise<Outcome<FolderLock>> {
  const lock = await lockFolder(folder);
  if (!lock.ok) return lock;
  try {
    await recover(folder);
    const problem = await strangers(folder, (name) => isRunFile(name) || name === manifestName);
    if (problem === null) return lock;
    await lock.value.release();
    return failed(problem);
  } catch (error) {
    await lock.value.release();
    return failed(usage.unwritable({ path: folder, problem: inWords(error) }));
  }
}

/**
 * Writes a run folder; what is wrong, or null. A run that is there already is replaced as a whole, whenever this process
 * is killed; other files in the folder are kept. `lock` is that of `claimRun`, where the folder was taken before.
 */
export async function saveRun(folder: string, files: RunFiles, lock?: FolderLock): Promise<Diagnostic | null> {
  const claimed = lock ? ok(lock) : await claimRun(folder);
  if (!claimed.ok) return claimed.errors[0];
  try {
    const names = [...Object.keys(files), manifestName];
    const taken = foldersAmong(folder, names);
    if (taken.length > 0) return folderTaken({ folder, files: taken });
    const problem = await strangers(folder, (name) => names.includes(name));
    if (problem !== null) return problem;
    const lost = await replaceFiles(claimed.value, files);
    return lost === null ? null : folderInUse({ folder, by: null });
  } catch (error) {
    return usage.unwritable({ path: folder, problem: inWords(error) });
  } finally {
    if (!lock) await claimed.value.release();
  }
}

/** What in a folder that holds no run would be overwritten by one. */
async function strangers(folder: string, isOurs: (name: string) => boolean): Promise<Diagnostic | null> {
  const files = (await namesIn(folder)).filter(isOurs);
  return files.length === 0 || (await holdsRun(folder)) ? null : folderTaken({ folder, files });
}

/** Whether a folder holds a run, of whatever version, though it be broken. */
async function holdsRun(folder: string): Promise<boolean> {
  if (manifestAt(folder) !== null) return true;
  const record = await contentOf(join(folder, "run.json"), largestManifest);
  return "bytes" in record && /"schemaVersion": *\d/.test(record.bytes.toString("utf8"));
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
  const files = await readRunFiles(folder);
  if (!files.ok) return files;
  if (!("run.json" in files.value)) return failed(notARun(folder));
  const run = fromFiles(files.value);
  if (!run.ok) return run;
  const { record, source } = run.value;
  return sha256Of(source.text) === record.model.sha256 ? run : failed(otherModelText({ file: "model.ppl" }));
}

const notARun = (path: string): Diagnostic => usage.notARun({ path, problem: "it holds no `run.json`" });

/** The contents of a run folder, unread: arrays as bytes, everything else as text. None where they do not belong together. */
export async function runFiles(folder: string): Promise<RunFiles> {
  const files = await readRunFiles(folder);
  return files.ok ? files.value : {};
}

/** How often a run that is being replaced is looked at again, and how long between, ms. */
const looks = 5;
const between = 20;

/** The files of a run, each as it was written with the others; a diagnostic for each that is not. */
export async function readRunFiles(folder: string): Promise<Outcome<RunFiles>> {
  for (let left = looks; ; left--) {
    const { manifest: path, places } = locate(folder);
    const manifest = await manifestIn(folder, path);
    const files = manifest.ok ? await filesOf(manifest.value, places) : manifest;
    if (files.ok || left === 0) return files;
    // somebody may have replaced the run since its manifest was read
    const now = await manifestIn(folder, locate(folder).manifest);
    if (runOf(now) === runOf(manifest)) return files;
    await pause(between);
  }
}

const runOf = (manifest: Outcome<Manifest>): string | null => (manifest.ok ? manifest.value.run : null);

async function manifestIn(folder: string, path: string): Promise<Outcome<Manifest>> {
  const text = await contentOf(path, largestManifest);
  if (!("bytes" in text)) {
    const record = await contentOf(join(folder, "run.json"), largestManifest);
    if (!("bytes" in record)) return failed(notARun(folder));
    // a run of before there were manifests
    return failed(otherVersion(record.bytes.toString("utf8")) ?? missingRunFile({ file: manifestName }));
  }
  const manifest = readManifest(text.bytes.toString("utf8"));
  return manifest === null
    ? failed(changedRunFile({ file: manifestName, why: "it was changed or cut short" }))
    : ok(manifest);
}

async function filesOf({ files }: Manifest, places: readonly string[]): Promise<Outcome<RunFiles>> {
  const found: Record<string, string | Uint8Array> = {};
  const problems: Diagnostic[] = [];
  for (const entry of files) {
    const read = await entryIn(entry, places);
    if (!("bytes" in read)) problems.push(read);
    else found[entry.name] = entry.name.endsWith(".npy") ? new Uint8Array(read.bytes) : read.bytes.toString("utf8");
  }
  const [first, ...rest] = problems;
  return first ? failed(first, ...rest) : ok(found);
}

/** One file; its length is looked at before anything is read. */
async function entryIn(
  { name, bytes, sha256 }: ManifestEntry,
  places: readonly string[],
): Promise<{ readonly bytes: Buffer } | Diagnostic> {
  for (const place of places) {
    const read = await contentOf(join(place, name), bytes);
    if ("missing" in read) continue;
    if ("why" in read) return changedRunFile({ file: name, why: read.why });
    if (read.bytes.length < bytes)
      return changedRunFile({ file: name, why: `it has ${read.bytes.length} bytes, and was written with ${bytes}` });
    if (sha256Of(read.bytes) !== sha256)
      return changedRunFile({ file: name, why: "it was changed, or is of another run" });
    return read;
  }
  return missingRunFile({ file: name });
}

type Content = { readonly bytes: Buffer } | { readonly missing: true } | { readonly why: string };

/** A file of at most so many bytes. */
async function contentOf(path: string, most: number): Promise<Content> {
  try {
    const found = await stat(path);
    // pipes and devices have no end
    if (!found.isFile()) return { why: "it is not a file" };
    if (found.size > most) return { why: `it has ${found.size} bytes, and should have ${most} at most` };
    return { bytes: await readFile(path) };
  } catch (error) {
    return (error as { code?: string }).code === "ENOENT" ? { missing: true } : { why: inWords(error) };
  }
}
