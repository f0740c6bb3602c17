import pc from "picocolors";
import { visible } from "../base/escape.ts";
import type { Diagnostic, Label } from "./diagnostic.ts";
import { position, type SourceFile, type Span } from "./span.ts";

type Paint = Pick<ReturnType<typeof pc.createColors>, "bold" | "red" | "yellow" | "blue" | "cyan">;

/** A tab is shown as this many spaces, so that underlines stand where they should in every terminal. */
const tab = "  ";

/** Longer lines are cut around the place to look at. */
const widest = 160;

/** More mistakes than these are counted, not shown. */
export const mostShown = 100;

/** Longer names and texts in a message are cut in their middle. */
const longestQuoted = 120;

/**
 * Diagnostics as a person reads them: message, place, source line, underline, hint. No trailing newline.
 *
 *     error[PPL304]: `y` is observed with the wrong shape
 *       --> models/schools.ppl:5:9
 *       5 | observe y ~ normal(mu, sigma)
 *         |         ^ these data have shape [8]
 *         = hint: put the `observe` inside the plate that `sigma` ranges over
 *
 * A span over several lines underlines its first. Spans outside the text are clipped to it.
 */
export function render(
  diagnostics: readonly Diagnostic[],
  source: SourceFile,
  options: { readonly color: boolean },
): string {
  const paint = pc.createColors(options.color);
  const shown = diagnostics.slice(0, mostShown).map((diagnostic) => renderOne(diagnostic, source, paint));
  const rest = diagnostics.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest.toLocaleString("en-US")} more`] : [])].join("\n\n");
}

/** A message whose quoted parts are of a length that can be read. */
function readable(text: string): string {
  return text.replaceAll(/`[^`]*`/g, (quoted) =>
    quoted.length <= longestQuoted ? quoted : `${quoted.slice(0, longestQuoted - 40)}…${quoted.slice(-39)}`,
  );
}

function renderOne(diagnostic: Diagnostic, source: SourceFile, paint: Paint): string {
  const { code, severity, message, labels, elsewhere, hint } = seen(diagnostic);
  const colour = severity === "error" ? "red" : "yellow";
  const lines = [paint[colour](`${severity}[${code}]`) + paint.bold(`: ${readable(message)}`)];

  const places = labels.map((label) => ({ label, ...position(source.text, label.span.start) }));
  const [first] = places;
  const width = Math.max(1, ...places.map(({ line }) => String(line).length));
  const margin = " ".repeat(width + 2);
  const gutter = (line: string) => paint.blue(`  ${line.padStart(width)} |`);

  const place = first ? `${visible(source.path)}:${first.line}:${first.column}` : elsewhere;
  if (place !== undefined) lines.push(`${paint.blue("  -->")} ${place}`);

  places.forEach(({ label, line }, nth) => {
    const excerpt = excerptOf(source.text, label);
    lines.push(`${gutter(String(line))} ${excerpt.text}`.trimEnd());
    const underline = `${"^".repeat(excerpt.width)} ${readable(label.text)}`.trimEnd();
    const style = nth === 0 ? colour : "cyan";
    lines.push(`${gutter("")} ${" ".repeat(excerpt.indent)}${paint[style](underline)}`);
  });
  if (labels.length > 0 && elsewhere !== undefined) lines.push(`${margin} ${paint.blue("=")} note: ${elsewhere}`);
  if (hint !== undefined) lines.push(`${margin} ${paint.blue("=")} ${paint.cyan("hint")}: ${readable(hint)}`);
  return lines.join("\n");
}

/** The line a label starts on, as shown, and where in it the underline goes. */
function excerptOf(text: string, label: Label): { text: string; indent: number; width: number } {
  const { start, end } = clip(label.span, text);
  const lineStart = start === 0 ? 0 : text.lastIndexOf("\n", start - 1) + 1;
  const newline = text.indexOf("\n", start);
  const lineEnd = newline === -1 ? text.length : newline;
  const ends = Math.max(start, Math.min(end, lineEnd));
  // of a long line no more is looked at than can be shown
  const far = 4 * widest;
  const [before, under, after] = [
    shown(text.slice(Math.max(lineStart, start - far), start)),
    shown(text.slice(start, Math.min(ends, start + far))),
    shown(text.slice(ends, Math.min(lineEnd, ends + far)).replace(/\r$/, "")),
  ];
  if (before.length + under.length + after.length <= widest)
    return {
      text: [...before, ...under, ...after].join(""),
      indent: before.length,
      width: Math.max(1, under.length),
    };
  const kept = before.slice(-40);
  const lead = kept.length < before.length ? ["…", ...kept] : kept;
  const room = under.slice(0, widest - lead.length);
  const rest = [...room, ...under.slice(room.length), ...after];
  const shownRest = rest.slice(0, widest - lead.length);
  return {
    text: [...lead, ...shownRest, ...(shownRest.length < rest.length ? ["…"] : [])].join(""),
    indent: lead.length,
    width: Math.max(1, room.length),
  };
}

/** Characters, not code units, each one column wide. */
const shown = (text: string): string[] => [...visible(text.replaceAll("\t", tab))];

/** What names, paths and values in the words of a diagnostic bring with them, made visible. */
function seen(diagnostic: Diagnostic): Diagnostic {
  const { message, labels, elsewhere, hint } = diagnostic;
  return {
    ...diagnostic,
    message: visible(message),
    labels: labels.map((label) => ({ ...label, text: visible(label.text) })),
    ...(elsewhere === undefined ? {} : { elsewhere: visible(elsewhere) }),
    ...(hint === undefined ? {} : { hint: visible(hint) }),
  };
}

function clip(span: Span, text: string): Span {
  const start = Math.max(0, Math.min(span.start, text.length));
  return { start, end: Math.max(start, Math.min(span.end, text.length)) };
}

/** Lines and columns count from 1; columns are UTF-16 code units, as editors count them. */
export interface JsonPlace {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One diagnostic for `--json`. The place is that of the first label, null when there is none. */
export interface JsonDiagnostic {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly endLine: number | null;
  readonly endColumn: number | null;
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly labels: readonly (JsonPlace & { readonly text: string })[];
  readonly elsewhere: string | null;
  readonly hint: string | null;
}

/** The same diagnostics as plain objects, for editors and scripts: as many as are shown to people. */
export function toJson(diagnostics: readonly Diagnostic[], source: SourceFile): readonly JsonDiagnostic[] {
  return diagnostics.slice(0, mostShown).map(({ code, severity, message, labels, elsewhere, hint }) => {
    const placed = labels.map((label) => ({ ...placeOf(label.span, source), text: label.text }));
    const [first] = placed;
    return {
      file: source.path,
      line: first?.line ?? null,
      column: first?.column ?? null,
      endLine: first?.endLine ?? null,
      endColumn: first?.endColumn ?? null,
      code,
      severity,
      message,
      labels: placed,
      elsewhere: elsewhere ?? null,
      hint: hint ?? null,
    };
  });
}

function placeOf(span: Span, source: SourceFile): JsonPlace {
  const { start, end } = clip(span, source.text);
  const [from, to] = [position(source.text, start), position(source.text, end)];
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}
