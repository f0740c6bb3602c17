import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inWords, namesIn, write } from "./files.ts";

/** Files on their way, which a writer that was killed may leave. */
const part = /^\.stratum-\d+-\d+\.part$/;
let count = 0;

/**
 * Writes a file beside its place and moves it there: whoever reads it finds the old text or the new one, never half of
 * it. Null, or the problem in words.
 */
export async function writeWhole(path: string, content: string): Promise<string | null> {
  const beside = join(dirname(path), `.stratum-${process.pid}-${count++}.part`);
  try {
    const problem = await write(beside, content);
    if (problem !== null) return problem;
    await rename(beside, path);
    return null;
  } catch (error) {
    return inWords(error);
  } finally {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}

/** Removes what killed writers left in a folder that nobody else writes to. */
export async function clearParts(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) if (part.test(name)) await rm(join(folder, name), { force: true });
}
