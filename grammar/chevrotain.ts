import type * as chevrotain from "chevrotain";

/**
 * The parser library, from its own single-file build where that can be reached. Its ordinary entry loads some 600 small
 * files of a utility library, which takes 0.2 s of every start where the single file takes 0.01 s; but the package does
 * not export that file by name, so it is found beside the entry. Bundlers and browsers take the ordinary entry.
 *
 * Everything in this project imports chevrotain's values from here: two copies would not know each other's tokens.
 */
type Library = typeof chevrotain;

async function load(): Promise<Library> {
  try {
    const entry = import.meta.resolve("chevrotain");
    if (!entry.endsWith("/lib/src/api.js")) return await import("chevrotain");
    const file = new URL("../chevrotain.min.mjs", entry).href;
    return (await import(/* @vite-ignore */ file)) as Library;
  } catch {
    return import("chevrotain");
  }
}

export const { CstParser, EOF, Lexer, createToken, generateCstDts } = await load();
