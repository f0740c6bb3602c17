import type { Diagnostic } from "../diagnostic.ts";
import { suggest } from "../suggest.ts";

/** An optional back end was asked for and its packages are not there. */
export function backendMissing(at: { readonly backend: string; readonly packages: readonly string[] }): Diagnostic {
  return {
    code: "PPL750",
    severity: "error",
    message: `the \`${at.backend}\` back end is not installed`,
    labels: [],
    hint: `npm install ${at.packages.join(" ")}`,
  };
}

/** A back end is installed and does not start on this machine. */
export function backendNotStarted(at: { readonly backend: string; readonly because: string }): Diagnostic {
  return {
    code: "PPL751",
    severity: "error",
    message: `the \`${at.backend}\` back end does not start here: ${at.because}`,
    labels: [],
    hint: "`--backend wasm` runs everywhere",
  };
}

/** The name is none of ours. */
export function unknownBackend(at: { readonly backend: string; readonly known: readonly string[] }): Diagnostic {
  const close = suggest(at.backend, at.known);
  return {
    code: "PPL752",
    severity: "error",
    message: `there is no back end \`${at.backend}\``,
    labels: [],
    hint: close ? `did you mean \`${close}\`?` : `one of ${at.known.map((name) => `\`${name}\``).join(", ")}`,
  };
}

/** The host's WebAssembly has no vectors. */
export function noFusedEngine(at: { readonly instead: string }): Diagnostic {
  return {
    code: "PPL753",
    severity: "warning",
    message: `the fused engine needs WebAssembly SIMD, which this host lacks: ${at.instead} runs instead, slower`,
    labels: [],
    hint: "use Node 16.4 or later, or a browser of 2021 or later",
  };
}

/** A step's arena would be larger than a WebAssembly memory can be. */
export function doesNotFit(at: { readonly gigabytes: number; readonly most: number }): Diagnostic {
  const size = at.gigabytes.toFixed(1);
  return {
    code: "PPL754",
    severity: "error",
    message: `a step needs ${size} GB of memory at once, and the fused engine has ${at.most} GB`,
    labels: [],
    hint: "take fewer data at a time (`--batch n=100`) or fewer draws (`--T`), or use `--engine tfjs`",
  };
}

/** Only an engine that runs a step in parts can time them. */
export function noProfile(at: { readonly engine: string }): Diagnostic {
  return {
    code: "PPL755",
    severity: "warning",
    message: `${at.engine} cannot tell where the time of a step goes: there is no profile`,
    labels: [],
    hint: "use `--engine fused`, with one thread",
  };
}

/** Workers over one memory are not everywhere. */
export function noThreads(at: { readonly threads: number }): Diagnostic {
  return {
    code: "PPL756",
    severity: "warning",
    message: `${at.threads} threads were asked for, and this host runs one`,
    labels: [],
    hint: "use Node 20.16 or later, or a page that is isolated from other origins",
  };
}

/** Nothing in a step is large enough to be shared out. */
export function oneThreadIsAsFast(at: { readonly threads: number }): Diagnostic {
  return {
    code: "PPL757",
    severity: "warning",
    message: `one thread is as fast as ${at.threads} for this model: one runs`,
    labels: [],
    hint: "threads pay where loops and products of matrices take tens of microseconds each; leave out `--threads`",
  };
}

/** Threads that wait for a processor hold up the others. */
export function moreThreadsThanProcessors(at: { readonly threads: number; readonly processors: number }): Diagnostic {
  const has = at.processors === 1 ? "one processor" : `${at.processors} processors`;
  return {
    code: "PPL758",
    severity: "warning",
    message: `${at.threads} threads share ${has}: that is slower than one thread each`,
    labels: [],
    hint: `\`--threads ${at.processors}\` at most`,
  };
}

/** Other engines have their own ways. */
export function threadsOfAnother(at: { readonly engine: string }): Diagnostic {
  return {
    code: "PPL759",
    severity: "warning",
    message: `\`--threads\` is for the fused engine: ${at.engine} does not look at it`,
    labels: [],
    hint: "use `--engine fused`",
  };
}
