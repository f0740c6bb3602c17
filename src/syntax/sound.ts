import type { IToken } from "chevrotain";
import type { Mistake } from "../../grammar/parse.ts";
import * as t from "../../grammar/tokens.ts";
import { cover, type Span } from "../diagnostics/span.ts";
import type { Ast, GuideEntry, Stmt } from "./ast.ts";
import { spanOfToken } from "./places.ts";
import { braces, startsNothing, type Cut } from "./recover.ts";

/**
 * Which statements of a text with mistakes can be trusted to mean what they say, so that names and shapes may be
 * checked in them. Where a brace is at fault nothing can: it is not known which plate a statement stands in.
 */

/** What is known of the parts of a text that were left out. */
export interface Unread {
  /** Their words: what they mean, if anything, is not known. */
  readonly words: ReadonlySet<string>;
  /** A name or a size is missing where one is declared, so that any unknown name may be that one. */
  readonly nameless: boolean;
}

export const allRead: Unread = { words: new Set(), nameless: false };

/** A declaration without its name, and a size that is not written. */
const declares = /\b(?:data|const|param|net|fun|let|sample)\b(?:\s+(\w+))?/g;
const emptyPlace = /[[,]\s*[\],)~=]/;

/** The text that a mistake throws doubt on; null for all of it. */
export function doubt(tokens: readonly IToken[], cut: Cut, mistake: Mistake): Span | null {
  const removed = tokens.filter((_, i) => (i >= cut.from && i < cut.to) || cut.also.includes(i));
  const [start] = removed;
  const last = removed.at(-1);
  if (!start || !last || (cut.from === 0 && mistake.at >= tokens.length) || braces(removed) !== 0) return null;
  // What stands between statements may have been meant as a part of the one before.
  const first = startsNothing(mistake) ? (tokens[cut.from - 1] ?? start) : start;
  return cover(spanOfToken(first), spanOfToken(last));
}

/** The statements that no doubt touches, and the words of the others and of `comments`. */
export function soundPart(
  ast: Ast,
  doubts: readonly (Span | null)[],
  comments: readonly Span[],
  text: string,
): { readonly ast: Ast | null; readonly unread: Unread } {
  if (doubts.includes(null)) return { ast: null, unread: allRead };
  const words = new Set<string>();
  let nameless = false;
  const spans = doubts.filter((span) => span !== null);
  const distrust = ({ start, end }: Span): void => {
    const part = text.slice(start, end);
    for (const [word] of part.matchAll(/[A-Za-z_]\w*/g)) if (!t.reservedWords.includes(word)) words.add(word);
    for (const [, name] of part.matchAll(declares))
      nameless ||= name === undefined || /^\d/.test(name) || t.reservedWords.includes(name);
    nameless ||= emptyPlace.test(part);
  };
  [...spans, ...comments].forEach(distrust);

  const isSound = (span: Span): boolean => {
    const touched = spans.some(({ start, end }) => start <= span.end && span.start <= end);
    if (touched) distrust(span);
    return !touched;
  };
  const kept = (stmt: Stmt): Stmt[] => {
    switch (stmt.kind) {
      case "plate":
      case "for": {
        const head = cover(stmt.index.span, stmt.kind === "plate" ? stmt.size.span : stmt.to.span);
        if (isSound(head)) return [{ ...stmt, body: stmt.body.flatMap(kept) }];
        distrust(stmt.span);
        return [];
      }
      case "guide": {
        const entries = stmt.entries.filter(({ span }: GuideEntry) => isSound(span));
        return [{ ...stmt, entries }];
      }
      default:
        return isSound(stmt.span) ? [stmt] : [];
    }
  };
  const statements = ast.statements.flatMap(kept);
  return { ast: { ...ast, statements }, unread: { words, nameless } };
}
