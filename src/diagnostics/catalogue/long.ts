import type { Diagnostic } from "../diagnostic.ts";

// Long work, stopped and taken up again: PPL712 to PPL717.

/** A fit was ended before there was anything to answer with. */
export function nothingLearned(at: { readonly because: "interrupted" | "time limit" }): Diagnostic {
  return {
    code: "PPL712",
    severity: "error",
    message:
      at.because === "interrupted"
        ? "interrupted before anything was learned"
        : "the time limit was up before anything was learned",
    labels: [],
    elsewhere: "fit",
    hint: at.because === "interrupted" ? "let it run a little longer" : "give it more time with `--time-limit`",
  };
}

/** A checkpoint of a fit that was asked for otherwise. */
export function resumesOtherFit(at: {
  readonly checkpoint: string;
  /** What differs: "`--lr`", "data `y`", "the model's text". */
  readonly what: string;
  readonly was: string | null;
  readonly is: string | null;
}): Diagnostic {
  const values = at.was !== null && at.is !== null ? `: it was ${at.was}, and is ${at.is}` : "";
  return {
    code: "PPL713",
    severity: "error",
    message: `${at.what} differs from that of the run to resume${values}`,
    labels: [],
    elsewhere: at.checkpoint,
    hint: "give what the run was started with, or leave out `--resume` to begin anew",
  };
}

/** A checkpoint that cannot be read. */
export function unreadableCheckpoint(at: { readonly checkpoint: string; readonly why: string }): Diagnostic {
  return {
    code: "PPL714",
    severity: "error",
    message: `the checkpoint cannot be read: ${at.why}`,
    labels: [],
    elsewhere: at.checkpoint,
    hint: "leave out `--resume` to begin anew",
  };
}

/** Options of checkpoints where there is no folder for them. */
export function checkpointsNeedOut(at: { readonly option: string }): Diagnostic {
  return {
    code: "PPL715",
    severity: "error",
    message: `\`${at.option}\` needs \`--out\`: checkpoints are kept beside the run`,
    labels: [],
    elsewhere: "command line",
    hint: `add \`--out DIR\`, or leave out \`${at.option}\``,
  };
}

/** A checkpoint could not be written; the fit goes on without. */
export function checkpointNotWritten(at: { readonly checkpoint: string; readonly problem: string }): Diagnostic {
  return {
    code: "PPL716",
    severity: "warning",
    message: `a checkpoint could not be written: ${at.problem}`,
    labels: [],
    elsewhere: at.checkpoint,
    hint: "the fit goes on; what it has learned is lost if it is killed",
  };
}
