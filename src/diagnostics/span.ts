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
  const end = Math.max(0, Math.min(offset, text.length));
  let [line, start] = [1, 0];
  for (let at = text.indexOf("\n"); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: end - start + 1 };
}
