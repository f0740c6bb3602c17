import { bounds } from "../../base/bounds.ts";
import { inBytes } from "../../base/bytes.ts";

/** What a JSON text asks for that is not given: as in "`y.json` is larger than is read: WHY". */
export interface Excess {
  readonly why: string;
}

/** What is given at most. */
export type JsonBounds = Readonly<Record<"jsonBytes" | "jsonMemory" | "depth", number>>;

/** Looks at a JSON text, piece by piece, before anything is made of it. */
export interface JsonMeter {
  readonly take: (bytes: Uint8Array) => Excess | null;
}

// Bytes of memory at the peak of `JSON.parse`, as measured on lists of each: rounded up, and a little more.
const perValue = 26;
const perFraction = 24;
const perList = 80;
const perText = 64;

const [quote, backslash] = [0x22, 0x5c];

/** What the bytes that matter outside of texts add, and by how much they change the depth; others do nothing. */
const adds = new Float64Array(256);
const deepens = new Int8Array(256);
for (const [characters, bytes, deeper] of [
  ['"', perText, 0],
  [",", perValue, 0],
  [".eE", perFraction, 0],
  ["[{", perList, 1],
  ["]}", 0, -1],
] as const)
  for (const character of characters) {
    adds[character.charCodeAt(0)] = bytes;
    deepens[character.charCodeAt(0)] = deeper;
  }

/**
 * Measures how deep a text nests and about how much memory its values take. Whether it is JSON at all is up to the
 * parser: of what is none, the measure means nothing.
 */
export function jsonMeter(most: JsonBounds = bounds): JsonMeter {
  let length = 0;
  let depth = 0;
  let memory = 0;
  let inText = false;
  let escaped = false;
  const take = (bytes: Uint8Array): Excess | null => {
    length += bytes.length;
    if (length > most.jsonBytes) return { why: `it has more than ${inBytes(most.jsonBytes)}` };
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inText = false;
        continue;
      }
      inText = byte === quote;
      memory += adds[byte] ?? 0;
      depth += deepens[byte] ?? 0;
      if (depth > most.depth) return { why: `more than ${most.depth} lists stand inside one another` };
    }
    return memory > most.jsonMemory ? { why: `its values take more than ${inBytes(most.jsonMemory)} of memory` } : null;
  };
  return { take };
}
