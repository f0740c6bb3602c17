import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** Bytes in pieces, as files and pipes give them. */
export type Bytes = AsyncIterable<Uint8Array>;

/** Gzipped bytes are told by the first two, whatever their file is called; they are unpacked as they come. */
export async function unpacked(bytes: Bytes): Promise<{ readonly bytes: Bytes; readonly gzipped: boolean }> {
  const { first, all } = await peeked(bytes, 2);
  if (first[0] !== 0x1f || first[1] !== 0x8b) return { bytes: all, gzipped: false };
  return { bytes: gunzipped(all), gzipped: true };
}

/** The first `count` bytes, or as many as there are, and all of them. */
async function peeked(bytes: Bytes, count: number): Promise<{ readonly first: Uint8Array; readonly all: Bytes }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < count) {
    const next = await iterator.next();
    if (next.done) break;
    pieces.push(next.value);
    length += next.value.length;
  }
  return { first: joined(pieces), all: resumed(pieces, iterator) };
}

async function* resumed(pieces: readonly Uint8Array[], iterator: AsyncIterator<Uint8Array>): Bytes {
  try {
    yield* pieces;
    for (;;) {
      const next = await iterator.next();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function* gunzipped(bytes: Bytes): Bytes {
  const source = Readable.from(bytes, { objectMode: false });
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  source.on("error", (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** What is wrong with gzipped bytes, in words; null where the error is about something else. */
export function gzipProblem(error: unknown): string | null {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== "string" || !code.startsWith("Z_")) return null;
  return code === "Z_BUF_ERROR" ? "it is cut short" : String(message ?? code);
}

/** Pieces in one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only && pieces.length === 1) return only;
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** All of some bytes; null where there are more than `most`, of which no more is read. */
export async function collected(bytes: Bytes, most: number): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > most) return null;
    pieces.push(piece);
  }
  return joined(pieces);
}
