import type { Span } from "./span.ts";

/** A place in the model source and what is to be said about it. */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

/**
 * What went wrong, where, and what to try. Data only: rendering lives in `render.ts`, wording in `catalogue/`.
 *
 * Codes: 1xx syntax, 2xx names, 3xx types and shapes, 4xx supports, 5xx guide and objective, 6xx data, 7xx run time
 * and usage, 8xx what is built of many runs.
 */
export interface Diagnostic {
  readonly code: `PPL${number}`;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** The first label is where to look; the others say why. Empty when no place in the model is to blame. */
  readonly labels: readonly Label[];
  /** A place outside the model text: a data file, its row and column, an option. */
  readonly elsewhere?: string;
  /** One thing to try. */
  readonly hint?: string;
}

export type Errors = readonly [Diagnostic, ...Diagnostic[]];

/** A stage either produced its value (perhaps with warnings) or says why it could not. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly errors: Errors };

export function ok<T>(value: T, warnings: readonly Diagnostic[] = []): Outcome<T> {
  return { ok: true, value, warnings };
}

export function failed(first: Diagnostic, ...rest: readonly Diagnostic[]): Outcome<never> {
  return { ok: false, errors: [first, ...rest] };
}

/** The value unless there are errors among the diagnostics; the rest become warnings. */
export function outcome<T>(value: () => T, diagnostics: readonly Diagnostic[]): Outcome<T> {
  const [first, ...rest] = diagnostics.filter((d) => d.severity === "error");
  if (first) return { ok: false, errors: [first, ...rest] };
  return ok(value(), diagnostics);
}

/** In the order of their places; those without a place come first. */
export function inOrder<T extends readonly Diagnostic[] | Errors>(diagnostics: T): T {
  const place = ({ labels }: Diagnostic): number => labels[0]?.span.start ?? -1;
  return diagnostics.toSorted((a, b) => place(a) - place(b)) as readonly Diagnostic[] as T;
}
