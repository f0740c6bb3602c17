/** A line that stands for any number of others; at the end of a line, for the rest of it. */
const elision = "...";

/** What differs from run to run, or with every change to an engine: times, rates and memory. */
const times = /\d[\d,.]*(?: (?:µs|us|ms|s|min|h|kB|MB)\b| a second)/g;
/** Tables with a last column of times. */
const timeColumn = /min per fit\s*$/;

/** Lines as they are compared: without times and memory, and the spaces that they need. */
export function masked(lines: readonly string[]): string[] {
  let inTable = false;
  return lines.map((line) => {
    if (timeColumn.test(line)) inTable = true;
    else if (line.trim() === "") inTable = false;
    const column = inTable ? line.replace(/\s[\d.]+\s*$/, " (time)") : line;
    const plain = column.replace(times, "(time)");
    return (plain === line ? line : plain.replace(/\s+/g, " ")).trimEnd();
  });
}

function sameLine(shown: string, printed: string): boolean {
  if (shown === printed) return true;
  return shown.endsWith(` ${elision}`) && printed.startsWith(shown.slice(0, -elision.length).trimEnd());
}

/** The parts of shown output between elisions; `open` where it ends with one. */
function segmentsOf(shown: readonly string[]): string[][] {
  const segments: string[][] = [[]];
  for (const line of shown) {
    if (line.trim() === elision) segments.push([]);
    else segments.at(-1)?.push(line);
  }
  return segments;
}

function positionOf(segment: readonly string[], printed: readonly string[], from: number): number {
  for (let at = from; at + segment.length <= printed.length; at++)
    if (segment.every((line, i) => sameLine(line, printed[at + i] ?? ""))) return at;
  return -1;
}

/**
 * What a document shows with its elisions filled in from what was printed: equal to that where the document is right,
 * and close to it where it is not, so that a test shows the difference.
 */
export function filledIn(shown: readonly string[], printed: readonly string[]): string[] {
  const segments = segmentsOf(shown);
  const filled: string[] = [];
  let next = 0;
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    const end = printed.length - segment.length;
    const at = i === 0 ? 0 : last && segment.length > 0 ? end : positionOf(segment, printed, next);
    const here = at < next ? next : at;
    filled.push(...printed.slice(next, here));
    const there = printed.slice(here, here + segment.length);
    filled.push(...segment.map((line, j) => (sameLine(line, there[j] ?? "") ? (there[j] ?? line) : line)));
    next = here + segment.length;
    if (last && i > 0 && segment.length === 0) filled.push(...printed.slice(next));
  });
  return filled;
}

/** Shown output brought up to date, its elisions kept: each part is as long as it was, and begins with the same word. */
export function updated(shown: readonly string[], printed: readonly string[]): string[] {
  const segments = segmentsOf(shown);
  if (segments.length === 1) return [...printed];
  const firstWord = (line = ""): string => line.trim().split(/\s+/)[0] ?? "";
  let next = 0;
  return segments.flatMap((segment, i) => {
    const last = i === segments.length - 1;
    const found = printed.findIndex((line, at) => at >= next && firstWord(line) === firstWord(segment[0]));
    const at = i === 0 ? 0 : last ? printed.length - segment.length : found < 0 ? next : found;
    next = at + segment.length;
    return [...(i === 0 ? [] : [elision]), ...printed.slice(at, next)];
  });
}
