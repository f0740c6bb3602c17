import * as tf from "@tensorflow/tfjs-core";
import { backendMissing, backendNotStarted, unknownBackend } from "../../diagnostics/catalogue/execute.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { backendNames, type BackendName } from "../names.ts";
import { directCore } from "./direct.ts";

/** A TensorFlow.js back end, started. */
export interface Backend {
  readonly name: BackendName;
  /** Whether the host may wait for a tensor's values without giving up its turn. */
  readonly synchronous: boolean;
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
  /** What to install; cpu and wasm come with us. */
  readonly packages: readonly string[];
  /** Imports it for its side effect, which is to register itself and its kernels. */
  load(): Promise<unknown>;
}

const entries: { readonly [K in BackendName]: BackendEntry } = {
  wasm: {
    registered: "wasm",
    synchronous: true,
    direct: true,
    packages: ["@tensorflow/tfjs-backend-wasm"],
    async load() {
      const wasm = await import("@tensorflow/tfjs-backend-wasm");
      // One thread: sums come out the same on every machine, and starting threads costs more than small models take.
      wasm.setThreadsCount(1);
    },
  },
  cpu: {
    registered: "cpu",
    synchronous: true,
    direct: true,
    packages: ["@tensorflow/tfjs-backend-cpu"],
    load: () => import("@tensorflow/tfjs-backend-cpu"),
  },
  webgpu: {
    registered: "webgpu",
    synchronous: false,
    direct: false,
    packages: ["@tensorflow/tfjs-backend-webgpu", "webgpu"],
    async load() {
      await provideGpu();
      return optional("@tensorflow/tfjs-backend-webgpu");
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
  try {
    await entry.load();
  } catch (error) {
    if (isMissing(error)) return failed(backendMissing({ backend: name, packages: entry.packages }));
    return failed(backendNotStarted({ backend: name, because: words(error) }));
  }
  const problem = await quietly(() => leavingNoHandlers(() => start(entry.registered)));
  if (problem !== null) return failed(backendNotStarted({ backend: name, because: problem }));
  const { registered, synchronous, direct } = entry;
  return ok({
    name: name as BackendName,
    synchronous,
    core: direct ? directCore(registered) : tf,
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
async function start(registered: string): Promise<string | null> {
  const before = tf.engine().backendName;
  try {
    if (!(await tf.setBackend(registered))) return "TensorFlow.js could not initialise it";
    tf.scalar(0).dispose();
    return null;
  } catch (error) {
    return words(error);
  } finally {
    if (before && before !== registered) await tf.setBackend(before);
  }
}

/** TensorFlow.js greets people on the console unless it believes itself in production. */
async function quietly<T>(body: () => Promise<T>): Promise<T> {
  const before = tf.env().getBool("PROD");
  tf.env().set("PROD", true);
  try {
    return await body();
  } finally {
    tf.env().set("PROD", before);
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

/** Outside browsers, WebGPU comes from the `webgpu` package. */
async function provideGpu(): Promise<void> {
  const host = globalThis as { navigator?: { gpu?: unknown } };
  if (host.navigator?.gpu) return;
  const dawn = (await optional("webgpu")) as {
    create(flags: readonly string[]): unknown;
    globals: object;
  };
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  if (host.navigator) Object.defineProperty(host.navigator, "gpu", { value: gpu });
  else Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
}

/** An import that type checkers and bundlers do not follow. */
function optional(specifier: string): Promise<unknown> {
  return import(/* @vite-ignore */ specifier);
}

/** Node says it by a code, browsers and bundlers in words. */
function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  const coded = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
  return coded || /^(could not|failed to) resolve/i.test(words(error));
}

function words(error: unknown): string {
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}
