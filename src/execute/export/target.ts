import type { Program } from "../../program/program.ts";
import type { SourceFile } from "../../diagnostics/span.ts";

/** What a text that leaves this system says of itself. */
export interface ExportOptions {
  /** Its first line: what it computes. */
  readonly title: string;
  /** Where the equations' origins point, for the comments; null leaves the line numbers out. */
  readonly source: SourceFile | null;
}

/** A program as text: its code, and the declarations of its types where the form has them apart. */
export interface Exported {
  readonly code: string;
  readonly types: { readonly ending: string; readonly text: string } | null;
}

/** A form in which a program leaves this system, as text. */
export interface ExportTarget {
  /** What it is, for help. */
  readonly doc: string;
  /** Endings of the files that hold it, with their dots; the first is the usual one. */
  readonly endings: readonly [string, ...string[]];
  /** What is written: the bound and its gradients, or a whole training step. */
  readonly of: "gradient" | "step";
  /** `ending` is that of the file it goes to: one of `endings`. */
  readonly write: (program: Program, options: ExportOptions, ending: string) => Exported;
}
