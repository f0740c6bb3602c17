import { position, type SourceFile } from "../diagnostics/span.ts";
import type { Profile } from "../execute/executor.ts";

/** One term of the model or of the guide, and what a training step spends on it. */
export interface ProfileRow {
  /** Line of the source, from 1; null for what no line asks for. */
  readonly line: number | null;
  /** "likelihood of y[j]", "encoder of z", "bound and optimiser", ... */
  readonly term: string;
  readonly microseconds: number;
  /** Of these, for derivatives. */
  readonly gradient: number;
  /** Of the whole step. */
  readonly share: number;
}

const derivative = "gradient of ";

/**
 * The parts of a step by the source lines that they came from, the largest first. Where one loop serves several terms
 * its time is divided between them by their numbers of operations.
 */
export function profileRows(profile: Profile, source: SourceFile): readonly ProfileRow[] {
  const rows = new Map<string, { line: number | null; term: string; all: number; gradient: number }>();
  const add = (line: number | null, full: string, seconds: number): void => {
    const isGradient = full.startsWith(derivative);
    const term = isGradient ? full.slice(derivative.length) : full;
    const key = `${line} ${term}`;
    const row = rows.get(key) ?? { line, term, all: 0, gradient: 0 };
    row.all += seconds;
    if (isGradient) row.gradient += seconds;
    rows.set(key, row);
  };
  for (const { equations, seconds } of profile.parts)
    for (const { origin } of equations) {
      const each = seconds / equations.length;
      if (origin === null) add(null, "bound and optimiser", each);
      else add(position(source.text, origin.span.start).line, origin.term, each);
    }
  const timed = profile.parts.reduce((sum, { seconds }) => sum + seconds, 0);
  add(null, "noise, minibatch and calls", Math.max(0, profile.step - timed));
  const total = [...rows.values()].reduce((sum, { all }) => sum + all, 0);
  return [...rows.values()]
    .sort((a, b) => b.all - a.all)
    .map(({ line, term, all, gradient }) => ({
      line,
      term,
      microseconds: 1e6 * all,
      gradient: 1e6 * gradient,
      share: total > 0 ? all / total : 0,
    }));
}
