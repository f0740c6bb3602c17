import { close, constants, createReadStream, fstat, open, readSync, type Stats } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { bounds } from "../base/bounds.ts";
import { inWords } from "./files.ts";

/** Bytes that are read once, in their order. */
export interface Input {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** How many there are, where that is known before they are read: not of a FIFO, nor of standard input. */
  readonly length: number | null;
}

/** Why a file is not read, in words. */
export interface Unread {
  readonly unread: string;
  readonly missing: boolean;
}

/** Told to people while they wait. */
export type Note = (words: string) => void;

/**
 * Opens a file, lets `use` read it, and closes it. Folders, devices and sockets are refused by name. A FIFO, such as
 * that of `<(command)`, is read as a stream: `note` tells that it waits, and it is refused when nobody has opened it for
 * writing within a bound.
 */
export async function withInput<T>(path: string, use: (input: Input) => Promise<T>, note?: Note): Promise<T | Unread> {
  const opened = await openInput(path, note);
  if ("unread" in opened) return opened;
  try {
    return await use({ bytes: opened.stream, length: opened.length });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return unread(error);
  } finally {
    opened.stream.destroy();
  }
}

interface Opened {
  readonly stream: Readable;
  readonly length: number | null;
}

async function openInput(path: string, note?: Note): Promise<Opened | Unread> {
  let fd: number;
  try {
    // without O_NONBLOCK opening a FIFO waits for its writer, and nothing can be done meanwhile
    fd = await promisify(open)(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return unread(error);
  }
  try {
    const stats = await promisify(fstat)(fd);
    if (stats.isFIFO()) return await openFifo(fd, path, note);
    const kind = refusedKind(stats);
    if (kind !== null) return await refuse(fd, `it is ${kind}`);
    // files of the system, as in /proc, do not tell their length
    const length = stats.size > 0 ? stats.size : null;
    return { stream: createReadStream("", { fd, highWaterMark: 1 << 20 }), length };
  } catch (error) {
    return refuse(fd, inWords(error));
  }
}

/** What a path is that no data stand in; null for a file. */
function refusedKind(stats: Stats): string | null {
  if (stats.isDirectory()) return "a folder";
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return "a device, which has no end";
  return stats.isFile() ? null : "a socket";
}

function unread(error: unknown): Unread {
  const { code } = error as NodeJS.ErrnoException;
  return { unread: inWords(error), missing: code === "ENOENT" || code === "ENOTDIR" };
}

async function refuse(fd: number, why: string): Promise<Unread> {
  await promisify(close)(fd);
  return { unread: why, missing: false };
}

const noteAfter = 1000;
const pollEvery = 20;

async function openFifo(fd: number, path: string, note?: Note): Promise<Opened | Unread> {
  const began = performance.now();
  let told = note === undefined;
  for (;;) {
    const first = readNow(fd);
    if (first !== "no writer")
      return { stream: streamOf(fd, first, () => note?.(`waiting for \`${path}\``)), length: null };
    const waited = performance.now() - began;
    if (waited > 1000 * bounds.writerSeconds)
      return refuse(fd, `it is a FIFO, and nobody wrote to it within ${bounds.writerSeconds} seconds`);
    if (!told && waited > noteAfter) {
      note?.(`waiting for somebody to write to \`${path}\``);
      told = true;
    }
    await sleep(pollEvery);
  }
}

/** What stands in a FIFO now: nothing where its writer has written nothing yet. */
function readNow(fd: number): Uint8Array | "no writer" {
  const buffer = new Uint8Array(1 << 16);
  try {
    const count = readSync(fd, buffer);
    return count > 0 ? buffer.subarray(0, count) : "no writer";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    return buffer.subarray(0, 0);
  }
}

/** The rest of a FIFO behind its first bytes, read when there is something to read. */
function streamOf(fd: number, first: Uint8Array, onSilence: () => void): Readable {
  const socket = new Socket({ fd, readable: true, writable: false });
  if (first.length > 0) socket.unshift(first);
  else {
    const timer = setTimeout(onSilence, noteAfter);
    socket.once("readable", () => clearTimeout(timer));
    socket.once("close", () => clearTimeout(timer));
  }
  return socket;
}
