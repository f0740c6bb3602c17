import { rename, rm } from "node:fs/promises";
import { inWords, write } from "./files.ts";

/**
 * Writes a file beside its place and moves it there: whoever reads it finds the old text or the new one, never half of
 * it. Null, or the problem in words.
 */
export async function writeWhole(path: string, content: string): Promise<string | null> {
  const beside = `${path}.${process.pid}.part`;
  const problem = await write(beside, content);
  if (problem !== null) return problem;
  try {
    await rename(beside, path);
    return null;
  } catch (error) {
    await rm(beside, { force: true });
    return inWords(error);
  }
}
