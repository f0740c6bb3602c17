import pc from "picocolors";
import { jsonText, terminalText } from "../base/escape.ts";
import { write } from "../data/files.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { render, toJson } from "../diagnostics/render.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { colourful, type Io } from "./io.ts";

/** What every command exits with. */
export const status = {
  fine: 0,
  /** The model, the data or the command line is at fault. */
  wrongInput: 1,
  /** It ran, but its own checks say that the answer is not to be trusted. */
  notTrusted: 2,
  /** A fault of this program (EX_SOFTWARE of sysexits.h). */
  internal: 70,
  /** Stopped by the user; what was learned is kept. */
  interrupted: 130,
} as const;

/** Version of every JSON object that commands print. A field may be added within a version, not changed. */
export const schemaVersion = 1;

/** Where a command's words go: results in the form that was asked for, and what went wrong. */
export interface Output {
  readonly json: boolean;
  /** A result as text, with its final newline; nothing under `--json`. Names in what is `styled` are visible already. */
  readonly text: (text: string, styled?: boolean) => void;
  /** The same of a file's own content: byte by byte, unless a person looks at it. */
  readonly content: (text: string) => void;
  /** A result as JSON; nothing without `--json`. */
  readonly data: (value: object) => void;
  /** A remark for the person at the terminal. */
  readonly note: (text: string) => void;
  /** Warnings, or errors that end the command: rendered on standard error, or part of the JSON result. */
  readonly warn: (diagnostics: readonly Diagnostic[], source: SourceFile) => void;
  /** `found`: a result that there is in spite of them, part of the JSON. */
  readonly fail: (errors: readonly Diagnostic[], source?: SourceFile, found?: object) => number;
  readonly colour: boolean;
}

const more = ({ code }: Diagnostic): string => `\`stratum explain ${code}\` says more`;

const nowhere: SourceFile = { path: "", text: "" };

export function outputTo(io: Io, json: boolean): Output {
  const colour = colourful(io, "out");
  const errColour = colourful(io, "err");
  /** The way to an explanation is shown once, however many files have mistakes. */
  let told = false;
  const show = (diagnostics: readonly Diagnostic[], source: SourceFile): void => {
    if (diagnostics.length > 0) io.err(`${render(diagnostics, source, { color: errColour })}\n`);
  };
  const data = (value: object): void => {
    if (json) io.out(`${jsonText({ schemaVersion, ...value }, 2)}\n`);
  };
  return {
    json,
    colour,
    text: (text, styled = false) => {
      if (!json) io.out(terminalText(text, styled));
    },
    content: (text) => {
      if (!json) io.out(io.terminal.out ? terminalText(text) : text);
    },
    data,
    note: (text) => io.err(`${terminalText(text)}\n`),
    warn: (diagnostics, source) => {
      if (!json) show(diagnostics, source);
    },
    fail: (errors, source = nowhere, found = {}) => {
      if (json) data({ ...found, ok: false, total: errors.length, diagnostics: toJson(errors, source) });
      else {
        show(errors, source);
        const [first] = errors;
        if (first && io.terminal.err && !told) io.err(`\n${pc.createColors(errColour).dim(more(first))}\n`);
        told = true;
      }
      return status.wrongInput;
    },
  };
}

/** "1 mistake", "3 mistakes". */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** Writes a result to a file. */
export async function save(path: string, content: string): Promise<Outcome<null>> {
  const problem = await write(path, content);
  return problem === null ? ok(null) : failed(usage.unwritable({ path, problem }));
}
