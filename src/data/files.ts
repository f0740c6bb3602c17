import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { suggest } from "../diagnostics/suggest.ts";

export type FileKind = "file" | "folder" | "missing";

export async function kindOf(path: string): Promise<FileKind> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch {
    return "missing";
  }
}

/** The text, or why there is none, in words. */
export async function readText(path: string): Promise<{ text: string } | { problem: string }> {
  try {
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    return { problem: inWords(error) };
  }
}

/** Names in a folder, sorted; none when there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}

/** What is in the folder of a file, in the way that its path is written. */
export async function pathsBeside(path: string): Promise<readonly string[]> {
  const folder = dirname(path);
  return (await namesIn(folder)).map((name) => join(folder, name));
}

/** Files below a folder whose names end so, sorted; hidden folders and installed packages are passed over. */
export async function filesUnder(folder: string, ending: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const kind = await kindOf(path);
    if (kind === "file" && name.endsWith(ending)) found.push(path);
    if (kind === "folder" && !name.startsWith(".") && name !== "node_modules")
      found.push(...(await filesUnder(path, ending)));
  }
  return found;
}

/** The folder that was likely meant by a path at which there is none, or null. */
export async function folderNear(path: string): Promise<string | null> {
  const parent = dirname(path);
  const close = suggest(basename(path), await namesIn(parent));
  const meant = close === null ? null : join(parent, close);
  return meant !== null && (await kindOf(meant)) === "folder" ? meant : null;
}

/** Writes a file, making the folders above it; null, or the problem in words. */
export async function write(path: string, content: string | Uint8Array): Promise<string | null> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return null;
  } catch (error) {
    return inWords(error);
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EISDIR: "it is a folder",
  ENOTDIR: "part of its path is a file",
  EEXIST: "part of its path is a file",
  ENOSPC: "the disk is full",
  EDQUOT: "there is no space left within the quota",
  EFBIG: "a file would be larger than this system allows",
  EROFS: "the disk is read-only",
  ENAMETOOLONG: "a name in its path is too long",
  ELOOP: "its links lead in a circle",
  EIO: "the disk fails",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ENXIO: "it is a socket, or a device that is not there",
  ERR_INVALID_ARG_VALUE: "its name holds a zero byte",
};

/** What an operation on files came to, for people. */
export function inWords(error: unknown): string {
  const code = (error as { code?: string } | null)?.code ?? "";
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}
