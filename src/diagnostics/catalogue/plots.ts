import type { Diagnostic } from "../diagnostic.ts";
import { suggest } from "../suggest.ts";
import { error, list } from "./make.ts";

/** Codes 760 to 769: what can be drawn of a run. */

/** A place on the command line, where no model is to blame. */
function plot(code: Diagnostic["code"], message: string, elsewhere: string, hint: string): Diagnostic {
  return { ...error(code, message, [], hint), elsewhere };
}

export function unknownPlot(at: { readonly name: string; readonly known: readonly string[] }): Diagnostic {
  const close = suggest(at.name, at.known);
  const hint = close === null ? `choose one of ${list(at.known, "or")}` : `did you mean \`${close}\`?`;
  return plot("PPL760", `there is no plot \`${at.name}\``, "stratum plot", hint);
}

/** A plot that is computed from the data, which a run folder does not hold. */
export function plotNeedsData(at: { readonly kind: string }): Diagnostic {
  return plot(
    "PPL761",
    `the plot \`${at.kind}\` is made from data, which a run folder does not hold`,
    "stratum plot",
    "give those of some rows with `--data FILE`",
  );
}

/** `--site` names nothing that was drawn. */
export function noSuchSite(at: { readonly name: string; readonly known: readonly string[] }): Diagnostic {
  const close = suggest(at.name, at.known);
  const hint = close === null ? `the run has draws of ${list(at.known)}` : `did you mean \`${close}\`?`;
  return plot("PPL762", `there is no latent \`${at.name}\``, "--site", hint);
}

/** `--datum` beyond the data. */
export function noSuchDatum(at: { readonly datum: number; readonly count: number }): Diagnostic {
  const hint =
    at.count === 1
      ? "there is 1 datum, counted from 0"
      : `there are ${at.count} data, counted from 0: give 0 to ${at.count - 1}`;
  return plot("PPL763", `there is no datum ${at.datum}`, "--datum", hint);
}

/** A latent space that is not a line or a plane for each datum. */
export function noLatentPlane(at: { readonly found: string }): Diagnostic {
  return plot(
    "PPL764",
    `there is no latent space to draw: ${at.found}`,
    "stratum plot latent",
    "the plot is of a model with one latent of one or two real numbers for each datum; `stratum plot RUN draws` shows others",
  );
}

/** A latent that no class is predicted from. */
export function noClasses(at: { readonly site: string }): Diagnostic {
  return plot(
    "PPL765",
    `nothing is classified by \`${at.site}\``,
    "stratum plot latent",
    "the plot is of a model that observes a single `categorical`, `bernoulli` or `ordered_logistic` for each datum",
  );
}

/** A run or a file without the bins of a reliability diagram. */
export function noReliability(at: { readonly path: string }): Diagnostic {
  return plot(
    "PPL766",
    "there are no calibration bins to draw",
    at.path,
    "give the output of `stratum predict RUN --data FILE --json`, for data whose classes are observed",
  );
}

/** A run without a step whose bound could be drawn. */
export function noTrace(at: {
  readonly steps: number;
  readonly why: "search" | "nothing to learn" | "unfinished" | "no steps";
}): Diagnostic {
  const [because, hint] = at.steps > 0 ? ["no step had a bound that is a finite number", infinite] : untrained[at.why];
  return plot("PPL769", `there is no training to draw: ${because}`, "stratum plot trace", hint);
}

const infinite =
  "`stratum check MODEL` and a lower `--lr` are where to start; `stratum posterior RUN` says what is known";

const untrained = {
  search: [
    "the guide was found by a search, and no step was taken",
    "`stratum posterior RUN` tells the search; a guide that is chosen is trained: `infer` with `--guide full_rank`",
  ],
  "nothing to learn": [
    "the model has nothing that is learned",
    "`stratum posterior RUN` has the answer, which is exact",
  ],
  unfinished: ["the run was saved before its first step", "run `infer` again, and let it take some steps"],
  "no steps": ["no step was taken", "run `infer` again, and let it take some steps"],
} as const;

/** A run in which nothing was drawn: every latent is summed out, or there is none. */
export function nothingDrawn(at: { readonly model: string }): Diagnostic {
  return plot(
    "PPL769",
    `there are no draws to show: \`${at.model}\` has no latent that is drawn`,
    "stratum plot draws",
    "what is summed out has its probabilities in `stratum posterior RUN`",
  );
}

/** Data of another length than those a guide has parameters for. */
export function notTheRunsData(at: { readonly site: string; readonly names: readonly string[] }): Diagnostic {
  return plot(
    "PPL767",
    `the guide of \`${at.site}\` has parameters for the data of the run, and ${list(at.names)} ${at.names.length === 1 ? "is" : "are"} not the same`,
    "--data",
    "give the data that the run was fitted to, or train with `--amortize`",
  );
}

/** What only pictures need is installed by who wants pictures. */
export function drawingNotInstalled(at: { readonly what: string; readonly packages: readonly string[] }): Diagnostic {
  const are = at.packages.length === 1 ? "which is" : "which are";
  return {
    code: "PPL768",
    severity: "error",
    message: `${at.what} is drawn by ${list(at.packages)}, ${are} not installed`,
    labels: [],
    hint: `npm install ${at.packages.join(" ")}`,
  };
}
