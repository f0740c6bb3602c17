import type { Diagnostic } from "../diagnostic.ts";
import { suggest } from "../suggest.ts";

/** Codes 820 to 829: files that `stratum sweep` reads. `elsewhere` is the file and the key in it. */
function inSweep(code: Diagnostic["code"], message: string, elsewhere: string, hint: string | null): Diagnostic {
  return {
    code,
    severity: "error",
    message,
    labels: [],
    elsewhere,
    ...(hint === null ? {} : { hint }),
  };
}

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

/** A key of a sweep file holds something else than it should, or is missing. */
export function sweepForm(at: {
  readonly key: string;
  readonly expected: string;
  /** In words; null where there is nothing. */
  readonly found: string | null;
  readonly example: string;
  readonly where: string;
}): Diagnostic {
  return inSweep(
    "PPL820",
    `\`${at.key}\` is ${at.expected}, and is ${at.found ?? "missing"}`,
    at.where,
    `write \`${at.example}\``,
  );
}

/** A key that a sweep file has no use for. */
export function unknownSweepKey(at: {
  readonly key: string;
  readonly known: readonly string[];
  readonly where: string;
}): Diagnostic {
  const close = suggest(at.key, at.known);
  return inSweep(
    "PPL821",
    `\`${at.key}\` has no meaning here`,
    at.where,
    close === null ? `there are ${listed(at.known)}` : `did you mean \`${close}\`?`,
  );
}

/** An axis that is nothing a fit can differ in. */
export function unknownAxis(at: {
  readonly name: string;
  readonly known: readonly string[];
  readonly where: string;
}): Diagnostic {
  const close = suggest(at.name, at.known);
  return inSweep(
    "PPL822",
    `\`${at.name}\` is not an axis: neither an option of \`infer\`, nor \`set.NAME\`, \`model\`, \`data\` or \`test\``,
    at.where,
    close === null
      ? "for options that change together, give a list of objects, each with a `name`"
      : `did you mean \`${close}\`?`,
  );
}

/** Two axes of one grid that answer the same question. */
export function saidTwice(at: {
  readonly key: string;
  readonly axes: readonly [string, string];
  readonly where: string;
}): Diagnostic {
  const [first, second] = at.axes;
  return inSweep(
    "PPL823",
    first === second
      ? `\`${first}\` has two values of the name \`${at.key}\``
      : `\`${at.key}\` is given by two axes, \`${first}\` and \`${second}\``,
    at.where,
    first === second ? "give each a name of its own" : "leave one of them out",
  );
}

/** A table or a plot that speaks of something that no fit of this sweep has. */
export function unknownColumn(at: {
  readonly name: string;
  readonly what: string;
  readonly known: readonly string[];
  readonly where: string;
}): Diagnostic {
  const close = suggest(at.name, at.known);
  return inSweep(
    "PPL824",
    `\`${at.name}\` is not ${at.what} of this sweep`,
    at.where,
    close === null ? `there are ${listed(at.known)}` : `did you mean \`${close}\`?`,
  );
}

/** A file that a sweep needs and cannot read. */
export function sweepFile(at: {
  readonly path: string;
  readonly problem: string;
  /** What is in the same folder. */
  readonly beside: readonly string[];
  readonly where: string;
}): Diagnostic {
  const close = suggest(at.path, at.beside);
  return inSweep(
    "PPL825",
    `\`${at.path}\` cannot be read: ${at.problem}`,
    at.where,
    close === null ? null : `did you mean \`${close}\`?`,
  );
}

/** A metric that stands in no report. */
export function metricNowhere(at: {
  readonly name: string;
  readonly path: string;
  readonly reports: string;
  readonly where: string;
}): Diagnostic {
  return {
    ...inSweep(
      "PPL826",
      `no fit has a number at \`${at.path}\`, which is the metric \`${at.name}\``,
      at.where,
      `\`${at.reports}\` are the reports; put the path right and give \`--report-only\``,
    ),
    severity: "warning",
  };
}

/** A grid of more fits than anybody waits for. */
export function tooManyFits(at: { readonly fits: number; readonly most: number; readonly where: string }): Diagnostic {
  const shown = (count: number): string => (count < 1e15 ? count.toLocaleString("en") : count.toExponential(1));
  return inSweep(
    "PPL827",
    `the sweep has ${shown(at.fits)} fits, and may have ${shown(at.most)} at most`,
    at.where,
    "every combination of the axes is a fit: leave some values out, or give several grids",
  );
}

/** Cells that are not as they were written. */
export function changedCells(at: { readonly cells: readonly string[]; readonly where: string }): Diagnostic {
  const { cells } = at;
  const shown = cells.length > 3 ? [...cells.slice(0, 3), `and ${cells.length - 3} more`] : cells;
  return {
    ...inSweep(
      "PPL828",
      cells.length === 1
        ? `what was kept of the fit \`${cells[0]}\` was changed, cut short or is another's: it runs again`
        : `what was kept of ${cells.length} fits was changed, cut short or is another's: they run again (${shown.join(", ")})`,
      at.where,
      null,
    ),
    severity: "warning",
  };
}
