import type * as tf from "@tensorflow/tfjs-core";
import { absent } from "../../base/packages.ts";
import { backendMissing, backendNotStarted, unknownBackend } from "../../diagnostics/catalogue/execute.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { backendNames, type BackendName } from "../names.ts";
import { directCore } from "./direct.ts";

/** A TensorFlow.js back end, started. */
export interface Backend {
  readonly name: BackendName;
  /** Whether the host may wait for a tensor's values without giving up its turn. */
  readonly synchronous: boolean;
  readonly tf: typeof tf;
  /** What emitted text runs on: TensorFlow.js, or the same with its commonest functions cut short. */
  readonly core: typeof tf;
  /** Runs `body` with this back end as the global one. The body must not await: others take turns with it. */
  under<T>(body: () => T): T;
}

interface BackendEntry {
  /** Its name inside TensorFlow.js. */
  readonly registered: string;
  readonly synchronous: boolean;
  /** Whether its kernels are called directly: where they are quick enough for the difference to show. */
  readonly direct: boolean;
  /** What to install, beside TensorFlow.js itself. */
  readonly packages: readonly string[];
  /** Imports it for its side effect, which is to register itself and its kernels; null where it is not installed. */
  load(): Promise<unknown>;
}

/** TensorFlow.js itself, which comes with whoever asks for one of its back ends. */
const library = "@tensorflow/tfjs-core";

const entries: { readonly [K in BackendName]: BackendEntry } = {
  wasm: {
    registered: "wasm",
    synchronous: true,
    direct: true,
    packages: ["@tensorflow/tfjs-backend-wasm"],
    async load() {
      const wasm = await import("@tensorflow/tfjs-backend-wasm").catch(absent);
      // One thread: sums come out the same on every machine, and starting threads costs more than small models take.
      wasm?.setThreadsCount(1);
      return wasm;
    },
  },
  cpu: {
    registered: "cpu",
    synchronous: true,
    direct: true,
    packages: ["@tensorflow/tfjs-backend-cpu"],
    load: () => import("@tensorflow/tfjs-backend-cpu").catch(absent),
  },
  webgpu: {
    registered: "webgpu",
    synchronous: false,
    direct: false,
    packages: ["@tensorflow/tfjs-backend-webgpu", "webgpu"],
    async load() {
      const gpu = await provideGpu();
      return gpu && optional("@tensorflow/tfjs-backend-webgpu");
    },
  },
  node: {
    registered: "tensorflow",
    synchronous: true,
    direct: false,
    packages: ["@tensorflow/tfjs-node"],
    load: () => optional("@tensorflow/tfjs-node"),
  },
  "node-gpu": {
    registered: "tensorflow",
    synchronous: true,
    direct: false,
    packages: ["@tensorflow/tfjs-node-gpu"],
    load: () => optional("@tensorflow/tfjs-node-gpu"),
  },
};

/** Imports and starts a back end, quietly. The one that was current before stays current. */
export async function startBackend(name: string): Promise<Outcome<Backend>> {
  if (!Object.hasOwn(entries, name)) return failed(unknownBackend({ backend: name, known: backendNames }));
  const entry: BackendEntry = entries[name as BackendName];
  const tf = await import("@tensorflow/tfjs-core").catch(absent);
  if (tf === null) return failed(backendMissing({ backend: name, packages: [library, ...entry.packages] }));
  try {
    if ((await entry.load()) === null) return failed(backendMissing({ backend: name, packages: entry.packages }));
  } catch (error) {
    return failed(backendNotStarted({ backend: name, because: words(error) }));
  }
  const problem = await quietly(tf, () => leavingNoHandlers(() => start(tf, entry.registered)));
  if (problem !== null) return failed(backendNotStarted({ backend: name, because: problem }));
  const { registered, synchronous, direct } = entry;
  return ok({
    name: name as BackendName,
    synchronous,
    tf,
    core: direct ? directCore(tf, registered) : tf,
    under: (body) => {
      const before = tf.engine().backendName;
      if (before === registered) return body();
      // Once started, a back end is set before setBackend returns (in 0.1 ms); its promise is for the first time only.
      void tf.setBackend(registered);
      try {
        return body();
      } finally {
        if (before) void tf.setBackend(before);
      }
    },
  });
}

/** Null, or why not. */
async function start(core: typeof tf, registered: string): Promise<string | null> {
  const before = core.engine().backendName;
  try {
    if (!(await core.setBackend(registered))) return "TensorFlow.js could not initialise it";
    core.scalar(0).dispose();
    return null;
  } catch (error) {
    return words(error);
  } finally {
    if (before && before !== registered) await core.setBackend(before);
  }
}

/** TensorFlow.js greets people on the console unless it believes itself in production. */
async function quietly<T>(core: typeof tf, body: () => Promise<T>): Promise<T> {
  const before = core.env().getBool("PROD");
  core.env().set("PROD", true);
  try {
    return await body();
  } finally {
    core.env().set("PROD", before);
  }
}

/**
 * In Node the wasm back end adds handlers to the process that rethrow every uncaught error with its own source text.
 */
async function leavingNoHandlers<T>(body: () => Promise<T>): Promise<T> {
  const host = (globalThis as { process?: NodeJS.Process }).process;
  const events = ["uncaughtException", "unhandledRejection"];
  if (typeof host?.listeners !== "function") return body();
  const before = events.map((event) => new Set(host.rawListeners(event)));
  try {
    return await body();
  } finally {
    events.forEach((event, i) => {
      for (const listener of host.rawListeners(event))
        if (!before[i]!.has(listener)) host.off(event, listener as () => void);
    });
  }
}

/** Outside browsers, WebGPU comes from the `webgpu` package; null where that is not installed. */
async function provideGpu(): Promise<unknown> {
  const host = globalThis as { navigator?: { gpu?: unknown } };
  if (host.navigator?.gpu) return host.navigator.gpu;
  const dawn = (await optional("webgpu")) as {
    create(flags: readonly string[]): unknown;
    globals: object;
  } | null;
  if (dawn === null) return null;
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  if (host.navigator) Object.defineProperty(host.navigator, "gpu", { value: gpu });
  else Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
  return gpu;
}

/** An import that type checkers and bundlers do not follow. */
function optional(specifier: string): Promise<unknown> {
  return import(/* @vite-ignore */ specifier).catch(absent);
}

function words(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}
