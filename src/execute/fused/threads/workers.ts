import { assert } from "../../../base/assert.ts";
import type { WasmMemory, WasmModule } from "../wasm/host.ts";
import { features } from "../wasm/features.ts";
import { words } from "./sync.ts";

/** Threads of the host that wait for work. */
export interface Workers {
  /** Sends them home; they are gone some time after. */
  readonly stop: () => void;
  /** Settles when all are gone. */
  readonly gone: Promise<void>;
}

/** The little of a worker that both kinds of host have, under one set of names. */
interface Worker {
  postMessage(message: unknown): void;
  terminate(): unknown;
  /** Node: whether it keeps the process alive. */
  unref?(): void;
  on?(event: string, listener: (value: unknown) => void): void;
  onmessage?: (event: unknown) => void;
  onerror?: (event: unknown) => void;
}

type NewWorker = new (source: string, options: object) => Worker;

interface Globals {
  readonly process?: {
    readonly getBuiltinModule?: (name: string) => { readonly Worker: NewWorker } | undefined;
  };
  readonly Worker?: NewWorker;
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Blob?: new (parts: readonly string[], options: object) => object;
  readonly URL?: { createObjectURL(blob: object): string };
}
const anything: object = globalThis;
const host: Globals = anything;

/** What a worker runs. A failure is a word in memory: the thread that waits for it reads no messages. */
const script = `
const begin = ({ module, memory, id }, ready) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  ready();
  try { exports.work(id); } catch (error) {
    const words = new Int32Array(memory.buffer);
    Atomics.store(words, ${words.failed / 4}, 1);
    Atomics.notify(words, ${words.meetings / 4});
    throw error;
  }
};
if (typeof require === "function") {
  const { parentPort } = require("node:worker_threads");
  parentPort.once("message", (message) => begin(message, () => parentPort.postMessage("ready")));
} else onmessage = ({ data }) => begin(data, () => postMessage("ready"));
`;

function nodeWorker(): NewWorker | null {
  return host.process?.getBuiltinModule?.("node:worker_threads")?.Worker ?? null;
}

/** Whether this host can run threads over one memory: Node from 20.16 on, pages that are isolated from other origins. */
export function canThread(): boolean {
  const pages = host.Worker !== undefined && host.crossOriginIsolated === true;
  return features().threads && (nodeWorker() !== null || pages);
}

/** Whether the calling thread may sleep: that of a page may not. */
export function mayWait(): boolean {
  try {
    // the word is not 1: this does not wait, it only asks
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Processors of this machine, as far as the host tells; null where it does not. */
export function processors(): number | null {
  const os = host.process?.getBuiltinModule?.("node:os") as
    { readonly availableParallelism?: () => number } | undefined;
  return os?.availableParallelism?.() ?? host.navigator?.hardwareConcurrency ?? null;
}

/**
 * Starts the threads 1, 2, ... of a team, over the memory of thread 0. They do not keep a process alive.
 *
 * @returns  null when the host starts none
 */
export async function startWorkers(module: WasmModule, memory: WasmMemory, threads: number): Promise<Workers | null> {
  const workers: Worker[] = [];
  const ends: Promise<void>[] = [];
  const stop = (): void => {
    const shared = new Int32Array(memory.buffer);
    Atomics.store(shared, words.steps / 4, -1);
    Atomics.add(shared, words.turn / 4, 1);
    Atomics.notify(shared, words.turn / 4);
    // one that waits for a thread which will not come does not look there
    for (const worker of workers) void worker.terminate();
  };
  try {
    for (let id = 1; id < threads; id++) {
      const worker = newWorker();
      workers.push(worker);
      const { ready, ended } = watch(worker);
      ends.push(ended);
      worker.postMessage({ module, memory, id });
      await ready;
      worker.unref?.();
    }
  } catch {
    stop();
    return null;
  }
  return { stop, gone: Promise.all(ends).then(() => undefined) };
}

function newWorker(): Worker {
  const Node = nodeWorker();
  // flags of the process, a loader among them, are nothing to a script of ten lines
  if (Node) return new Node(script, { eval: true, execArgv: [] });
  const { Blob, URL, Worker } = host;
  assert(Blob && URL && Worker, "a page has workers");
  return new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), {});
}

/** `ready` when it waits for work, `ended` when it is gone: a page is not told, so there at once. */
function watch(worker: Worker): { readonly ready: Promise<void>; readonly ended: Promise<void> } {
  const { on } = worker;
  if (on) {
    const ended = new Promise<void>((resolve) => on.call(worker, "exit", () => resolve()));
    const ready = new Promise<void>((resolve, reject) => {
      on.call(worker, "message", () => resolve());
      on.call(worker, "error", reject);
    });
    return { ready, ended };
  }
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = reject;
  });
  return { ready, ended: Promise.resolve() };
}
