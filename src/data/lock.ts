import { randomUUID } from "node:crypto";
import { mkdir, readFile, readlink, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { lock as Lock } from "proper-lockfile";
import * as v from "valibot";
import { folderInUse } from "../diagnostics/catalogue/folders.ts";
import { unwritable } from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import { inWords, kindOf } from "./files.ts";

/** Where stratum keeps what is its own in a folder that it writes to; gone when nobody writes. */
export const hiddenIn = (folder: string): string => join(folder, ".stratum");

/** The right to write to a folder, which one writer has at a time. */
export interface FolderLock {
  readonly folder: string;
  /** Told apart from every other lock there was or will be. */
  readonly token: string;
  /** Whether it is still so: a computer that was asleep may have lost it. */
  readonly holds: () => Promise<boolean>;
  /** Gives it back, and takes away the folder if it was made for this and is empty. */
  readonly release: () => Promise<void>;
}

/** Where nothing was heard of the holder for so long, it is gone: of use between machines that share a disk, ms. */
const stale = 60_000;
const heartbeat = 10_000;
/** Getting hold of a lock, and breaking that of a dead process, takes a moment, in which others wait. */
const gateStale = 2000;
const gateRetries = { retries: 100, minTimeout: 50, maxTimeout: 50 };
/** A folder may be cleared away between two looks at it. */
const attempts = 5;

/** Takes a folder to write to, making it where there is none; refused while another process has it. */
export async function lockFolder(folder: string): Promise<Outcome<FolderLock>> {
  if ((await kindOf(folder)) === "file")
    return failed(unwritable({ path: folder, problem: "it is a file, not a folder" }));
  try {
    const made = await mkdir(folder, { recursive: true });
    try {
      return await locked(folder, made ?? null);
    } catch (error) {
      await removeMade(folder, made ?? null);
      throw error;
    }
  } catch (error) {
    return failed(unwritable({ path: folder, problem: inWords(error) }));
  }
}

const nothing = (): void => undefined;

/** Loaded when it is used. */
async function locker(): Promise<typeof Lock> {
  const { lock } = await import("proper-lockfile");
  // it listens to every signal, to give locks back, and ends the process at those that nobody else listens to; but this
  // one is of a write that is too large, which Node tells to whoever wrote
  if (!process.listeners("SIGXFSZ").includes(nothing)) process.on("SIGXFSZ", nothing);
  return lock;
}

async function locked(folder: string, made: string | null): Promise<Outcome<FolderLock>> {
  const lock = await locker();
  const hidden = hiddenIn(folder);
  for (let left = attempts; ; left--) {
    await mkdir(hidden, { recursive: true });
    try {
      const gate = join(hidden, "gate");
      const leave = await lock(gate, { lockfilePath: gate, realpath: false, stale: gateStale, retries: gateRetries });
      try {
        return await enter(folder, made);
      } finally {
        await leave().catch(() => undefined);
      }
    } catch (error) {
      // whoever wrote before has just cleared up
      if (codeOf(error) !== "ENOENT" || left === 0) throw error;
    }
  }
}

/** Behind the gate: nobody else looks at the lock, or breaks it. */
async function enter(folder: string, made: string | null): Promise<Outcome<FolderLock>> {
  const lock = await locker();
  const hidden = hiddenIn(folder);
  const [path, card] = [join(hidden, "lock"), join(hidden, "owner.json")];
  const owner = await readOwner(card);
  if (await exists(path)) {
    // one without an owner is of a process that was killed behind the gate
    const here = owner === null || owner.machine === (await machine());
    if (owner !== null && here && (await isAlive(owner)))
      return failed(folderInUse({ folder, by: toldOf(owner, true) }));
    if (here) await rmdir(path).catch(() => undefined);
  }
  let compromised = false;
  try {
    const unlock = await lock(path, {
      lockfilePath: path,
      realpath: false,
      stale,
      update: heartbeat,
      onCompromised: () => (compromised = true),
    });
    const token = randomUUID();
    await writeFile(
      card,
      JSON.stringify({ token, pid: process.pid, born: await bornAt(process.pid), machine: await machine() }),
    );
    const holds = async (): Promise<boolean> => !compromised && (await readOwner(card))?.token === token;
    const release = async (): Promise<void> => {
      if (!(await holds())) return;
      await rm(card, { force: true });
      await unlock().catch(() => undefined);
      await rmdir(hidden).catch(() => undefined);
      await removeMade(folder, made);
    };
    return ok({ folder, token, holds, release });
  } catch (error) {
    if (codeOf(error) !== "ELOCKED") throw error;
    return failed(folderInUse({ folder, by: owner && toldOf(owner, false) }));
  }
}

/** Takes away the folders from the first that was made down to this one, as far as they are empty. */
async function removeMade(folder: string, made: string | null): Promise<void> {
  if (made === null) return;
  await rmdir(hiddenIn(folder)).catch(() => undefined);
  const first = resolve(made);
  for (let at = resolve(folder); at.startsWith(first); at = dirname(at))
    try {
      await rmdir(at);
    } catch {
      return;
    }
}

const ownerSchema = v.object({
  token: v.string(),
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** When it began, as the system counts; null where the system does not tell. */
  born: v.nullable(v.string()),
  machine: v.string(),
});
type Owner = v.InferOutput<typeof ownerSchema>;

async function readOwner(path: string): Promise<Owner | null> {
  try {
    const read = v.safeParse(ownerSchema, JSON.parse(await readFile(path, "utf8")));
    return read.success ? read.output : null;
  } catch {
    return null;
  }
}

const toldOf = ({ pid, machine }: Owner, here: boolean) =>
  here && pid === process.pid ? null : { pid, machine: here ? null : (machine.split(" ")[0] ?? machine) };

/** A name for those processes whose numbers mean something here: containers have processes of their own. */
async function machine(): Promise<string> {
  const space = await readlink("/proc/self/ns/pid").catch(() => "");
  return `${hostname()} ${space}`.trim();
}

async function isAlive({ pid, born }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's
    if (codeOf(error) !== "EPERM") return false;
  }
  const now = await bornAt(pid);
  // numbers of processes are used again
  return born === null || now === null || born === now;
}

/** When a process began, in ticks since the machine did; null where this is not Linux. */
async function bornAt(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  // the name, in brackets, may hold anything; the time is the 22nd field, the 20th after it
  return text?.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

const codeOf = (error: unknown): string | undefined => (error as { code?: string } | null)?.code;
