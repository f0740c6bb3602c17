/** A half-open range of UTF-16 offsets into one source text. Lines and columns are derived when shown. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One `.ppl` text and the name it is reported under. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The smallest span that covers both. */
export function cover(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** 1-based line and column of an offset; an offset past the end counts as the end. */
export function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, Math.max(0, Math.min(offset, text.length)));
  const line = before.split("\n").length;
  return { line, column: before.length - before.lastIndexOf("\n") };
}
