import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";

// Run time: PPL700 to PPL749.

/** Where a number stopped being one. */
export interface NotFiniteAt {
  readonly step: number;
  /** "bound", "gradient_norm". */
  readonly output: string;
  /** NaN, Infinity or -Infinity. */
  readonly value: number;
  /** The place in the model and the term; null when the equation has none. */
  readonly origin: { readonly span: Span; readonly term: string } | null;
  /** The operation with its arguments: "log(-0.25)". */
  readonly operation: string;
  readonly result: number;
  /** Position within the tensor; empty for a number. */
  readonly entry: readonly number[];
  readonly hint: string;
}

const outputWords: Readonly<Record<string, string>> = {
  bound: "the bound",
  gradient_norm: "the gradient",
};

/** The bound or its gradient is not a number, and the reference evaluator finds the same. */
export function notFinite(at: NotFiniteAt): Diagnostic {
  return located("PPL701", at, `${at.operation} = ${at.result}${entryWords(at.entry)}`, at.hint);
}

/** Fine in 64 bits, not in the 32 that the executor computes with. */
export function notFiniteIn32Bits(at: NotFiniteAt): Diagnostic {
  const what = `32-bit floats do not reach: ${at.operation} = ${at.result}${entryWords(at.entry)}`;
  const hint = "use `--engine reference`, which computes in 64 bits, or put the model in units nearer 1";
  return located("PPL702", at, what, hint);
}

function located(
  code: Diagnostic["code"],
  { step, output, value, origin }: NotFiniteAt,
  what: string,
  hint: string,
): Diagnostic {
  const head = `${outputWords[output] ?? `\`${output}\``} is ${value} at step ${step}`;
  return {
    code,
    severity: "error",
    message: origin ? `${head}, through the ${origin.term}` : `${head}: ${what}`,
    labels: origin ? [{ span: origin.span, text: what }] : [],
    hint,
  };
}

function entryWords(entry: readonly number[]): string {
  return entry.length === 0 ? "" : ` at entry [${entry.join(", ")}]`;
}

/** The executor says not finite; the reference evaluator, on the same numbers, does not agree. */
export function notReproduced(at: {
  readonly step: number;
  readonly output: string;
  readonly value: number;
  readonly executor: string;
}): Diagnostic {
  return {
    code: "PPL703",
    severity: "error",
    message: `${outputWords[at.output] ?? `\`${at.output}\``} is ${at.value} at step ${at.step} on ${at.executor}, but not in the reference evaluator`,
    labels: [],
    hint: "run with the reference executor, or with a smaller learning rate",
  };
}

/** An option of the training loop that makes no sense. */
export function badFitOption(at: {
  readonly option: string;
  readonly found: unknown;
  readonly expected: string;
}): Diagnostic {
  return {
    code: "PPL710",
    severity: "error",
    message: `\`${at.option}\` is ${String(at.found)}`,
    labels: [],
    elsewhere: `option ${at.option}`,
    hint: `give ${at.expected}`,
  };
}

/** Parameters that belong to another model, or to other options. */
export function otherParameters(at: { readonly expected: number; readonly found: number }): Diagnostic {
  return {
    code: "PPL711",
    severity: "error",
    message: `the saved run has ${at.found} parameters, and this model with these options has ${at.expected}`,
    labels: [],
    hint: "continue with the model and the options that the run was started with",
  };
}

/** A run folder lacks a file. */
export function missingRunFile(at: { readonly file: string }): Diagnostic {
  return {
    code: "PPL720",
    severity: "error",
    message: `the run has no \`${at.file}\``,
    labels: [],
    elsewhere: at.file,
    hint: "give the folder that `infer` wrote",
  };
}

/** A file of a run folder cannot be understood. */
export function unreadableRunFile(at: { readonly file: string; readonly why: string }): Diagnostic {
  return {
    code: "PPL721",
    severity: "error",
    message: `\`${at.file}\` cannot be read: ${at.why}`,
    labels: [],
    elsewhere: at.file,
    hint: "run `infer` again to write the folder anew",
  };
}

/** A run folder written by another version. */
export function otherSchema(at: { readonly found: unknown; readonly expected: number }): Diagnostic {
  return {
    code: "PPL722",
    severity: "error",
    message: `the run has schema version ${String(at.found)}, and this program reads ${at.expected}`,
    labels: [],
    elsewhere: "run.json",
    hint: "run `infer` again with this version",
  };
}
