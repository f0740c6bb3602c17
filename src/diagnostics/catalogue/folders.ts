import type { Diagnostic } from "../diagnostic.ts";
import { list, usage } from "./make.ts";

// Codes 723 to 729: folders that stratum writes to, and reads again.

/** A file of a run that is not what was written with the others. */
export function changedRunFile(at: { readonly file: string; readonly why: string }): Diagnostic {
  return usage(
    "PPL723",
    `\`${at.file}\` does not belong to this run: ${at.why}`,
    at.file,
    "put the file back as it was, or run `infer` again to write the folder anew",
  );
}

/** The text of a run's model is not the one that was fitted. */
export function otherModelText(at: { readonly file: string }): Diagnostic {
  return usage(
    "PPL724",
    `\`${at.file}\` is not the model that was fitted: its text has another SHA-256 than \`run.json\` tells`,
    at.file,
    "run `infer` again to write the folder anew",
  );
}

/** Another process writes to the folder. */
export function folderInUse(at: {
  readonly folder: string;
  /** Null when it is this one; else its number and the machine that it runs on, null for this machine. */
  readonly by: { readonly pid: number; readonly machine: string | null } | null;
}): Diagnostic {
  const { by } = at;
  const who =
    by === null
      ? "this process is writing to it already"
      : `process ${by.pid}${by.machine === null ? "" : ` on \`${by.machine}\``} is writing to it`;
  return usage(
    "PPL725",
    `the folder is in use: ${who}`,
    at.folder,
    "wait until that has ended, or give another folder",
  );
}

/** Files of somebody's own stand where a run's would be written. */
export function folderTaken(at: { readonly folder: string; readonly files: readonly string[] }): Diagnostic {
  const shown = at.files.slice(0, 4);
  const more = at.files.length > shown.length ? `, and ${at.files.length - shown.length} more` : "";
  return usage(
    "PPL726",
    `the folder holds no run, and a run would overwrite what is in it: ${list(shown)}${more}`,
    at.folder,
    "give a folder of the run's own, as in `--out run`",
  );
}
