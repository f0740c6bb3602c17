import { inBytes } from "../../base/bytes.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error, label } from "./make.ts";

// Codes PPL743, PPL744 and PPL745: more memory than there is.

export function tooLarge(at: {
  readonly bytes: number;
  readonly most: number;
  readonly what: string;
  readonly hint: string;
  readonly span: Span | null;
}): Diagnostic {
  return {
    code: "PPL745",
    severity: "error",
    message: `this needs at least ${inBytes(at.bytes)} of memory, and there can be ${inBytes(at.most)}: ${at.what}`,
    labels: at.span === null ? [] : [{ span: at.span, text: "so many latent numbers" }],
    hint: at.hint,
  };
}

export function tooManyEntries(at: {
  readonly span: Span;
  readonly text: string;
  readonly entries: number;
}): Diagnostic {
  return error(
    "PPL743",
    `\`${at.text}\` takes ${inBytes(8 * at.entries)}, more than an array can have`,
    [label(at.span, `${at.entries.toLocaleString("en-US")} entries`)],
    "compute it in parts, or make its sizes smaller",
  );
}

export function outOfMemory(at: { readonly problem: string }): Diagnostic {
  return {
    code: "PPL744",
    severity: "error",
    message: `there is not enough memory for this: ${at.problem}`,
    labels: [],
    hint: "make the arrays of the model smaller, or take fewer data, draws or components at a time",
  };
}
