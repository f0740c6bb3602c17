import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * The outside world as a command sees it, so that tests can run one in-process. Results go to `out`, everything else
 * to `err`.
 */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Everything on standard input. */
  readonly stdin: () => Promise<string>;
  /** Whether a person looks at each stream. */
  readonly terminal: { readonly out: boolean; readonly err: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a progress bar may draw; null when there is none. */
  readonly screen: NodeJS.WritableStream | null;
  /** From now on the first interrupt aborts the signal instead of ending the process; the second one ends it. */
  readonly interruptible: () => AbortSignal;
}

/** FORCE_COLOR wins over NO_COLOR, as in Node itself; neither given, colour is for terminals. */
export function colourful(io: Io, stream: "out" | "err"): boolean {
  const force = io.env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if (io.env["NO_COLOR"]) return false;
  return io.terminal[stream] && io.env["TERM"] !== "dumb";
}

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
  EROFS: "the disk is read-only",
};

function inWords(error: unknown): string {
  const code = (error as { code?: string } | null)?.code ?? "";
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}
