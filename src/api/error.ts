import type { Diagnostic, Errors } from "../diagnostics/diagnostic.ts";
import { render } from "../diagnostics/render.ts";
import type { SourceFile } from "../diagnostics/span.ts";

/**
 * The model, the data or the options are wrong. `message` is what the command line would print; `diagnostics` are the
 * same facts as data: codes, places, hints.
 */
export class StratumError extends Error {
  override readonly name = "StratumError";
  readonly diagnostics: Errors;

  constructor(diagnostics: Errors, source: SourceFile, options?: ErrorOptions) {
    super(render(diagnostics, source, { color: false }), options);
    this.diagnostics = diagnostics;
  }
}

/** The value of an outcome, or a StratumError; its warnings go to `warnings`. */
export function unwrap<T>(
  outcome:
    | { readonly ok: true; readonly value: T; readonly warnings: readonly Diagnostic[] }
    | { readonly ok: false; readonly errors: Errors },
  source: SourceFile,
  warnings: Diagnostic[] = [],
): T {
  if (!outcome.ok) throw new StratumError(outcome.errors, source);
  warnings.push(...outcome.warnings);
  return outcome.value;
}
