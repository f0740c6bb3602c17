import type { Span } from "../diagnostics/span.ts";
import type { Comment } from "./ast.ts";

/** Where something stood in the text, where the next thing begins, and how far in it is written. */
export interface Place {
  readonly span: Span;
  readonly until: number;
  readonly indent: string;
}

/** Something in a block. */
export interface Item {
  readonly span: Span;
  readonly write: (place: Place) => void;
}

/** Lines that are being written, from top to bottom, with the comments and empty lines of a text between them. */
export interface Page {
  readonly lines: string[];
  /** Those that are not written yet. */
  comments: readonly Comment[];
  readonly blankLines: readonly number[];
  /** Where the last thing written ended in the text. */
  last: number;
  /** The number of lines when the page or a block was last opened: no empty line comes first in one. */
  opened: number;
}

/** An empty page, with the comments and the empty lines that are to come. */
export function newPage(comments: readonly Comment[], blankLines: readonly number[]): Page {
  return { lines: [], comments, blankLines, last: 0, opened: 0 };
}

/** An empty line first, if there was one in the text between the last thing written and `offset`. */
function space(page: Page, offset: number): void {
  const blank = page.blankLines.some((at) => at >= page.last && at < offset);
  if (blank && page.lines.length > page.opened) page.lines.push("");
  page.last = offset;
}

/** Takes the comments that begin before `offset` and satisfy `wanted`. */
function take(page: Page, offset: number, wanted: (comment: Comment) => boolean = () => true): readonly Comment[] {
  const isTaken = (comment: Comment): boolean => comment.span.start < offset && wanted(comment);
  const taken = page.comments.filter(isTaken);
  page.comments = page.comments.filter((comment) => !isTaken(comment));
  return taken;
}

/** The comments before `offset`, on lines of their own. */
export function ownLines(page: Page, offset: number, indent: string): void {
  for (const comment of take(page, offset)) {
    space(page, comment.span.start);
    page.lines.push(indent + comment.text);
    page.last = comment.span.end;
  }
}

/** Text with the last of some comments at its end and the others above it. */
function withComments(page: Page, text: string, comments: readonly Comment[], indent: string): Comment | undefined {
  const last = comments.at(-1);
  for (const comment of comments.slice(0, -1)) page.lines.push(indent + comment.text);
  page.lines.push(indent + text + (last ? `  ${last.text}` : ""));
  return last;
}

/** One line, with a comment that was in it or behind it at its end. */
export function line(page: Page, text: string, { span, until, indent }: Place): void {
  ownLines(page, span.start, indent);
  const inside = take(page, span.end);
  const behind = take(page, until, (comment) => !comment.ownLine);
  space(page, span.start);
  const last = withComments(page, text, [...inside, ...behind], indent);
  page.last = Math.max(span.end, last?.span.end ?? 0);
}

/** A head, its items between braces, each on lines of its own and further in. */
export function block(page: Page, head: string, items: readonly Item[], place: Place): void {
  const { span, until, indent } = place;
  const { start, end } = span;
  const first = items[0]?.span.start ?? end;
  const empty = items.length === 0 && !page.comments.some((each) => each.span.start >= start && each.span.start < end);
  if (empty) return line(page, `${head} {}`, place);
  ownLines(page, start, indent);
  const beside = take(page, first, (comment) => !comment.ownLine);
  space(page, start);
  const last = withComments(page, `${head} {`, beside, indent);
  page.last = last?.span.end ?? start;
  page.opened = page.lines.length;
  const inside = `${indent}  `;
  items.forEach((item, i) =>
    item.write({ span: item.span, until: items[i + 1]?.span.start ?? end - 1, indent: inside }),
  );
  ownLines(page, end - 1, inside);
  page.last = end - 1;
  line(page, "}", { span: { start: end - 1, end }, until, indent });
}
