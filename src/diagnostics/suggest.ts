/**
 * The known name that was most likely meant, or null when none is close.
 *
 * Distance counts insertions, deletions, substitutions and swaps of neighbours (Damerau 1964, in the form where no
 * piece is edited twice). One edit is allowed in names of two to five letters, two up to eight, then three; single letters match only
 * up to case. Ties go to the smaller distance, then to the alphabet.
 */
export function suggest(name: string, known: Iterable<string>): string | null {
  const allowed = name.length < 2 ? 0 : name.length <= 5 ? 1 : name.length <= 8 ? 2 : 3;
  let best: string | null = null;
  let least = Infinity;
  for (const candidate of known) {
    if (candidate === name) continue;
    if (Math.abs(candidate.length - name.length) > allowed) continue;
    const distance = candidate.toLowerCase() === name.toLowerCase() ? 0 : distanceWithin(name, candidate, allowed);
    // A name that shares no letter with what was written is not a misspelling of it.
    if (distance > allowed || distance >= Math.max(name.length, candidate.length)) continue;
    if (distance < least || (distance === least && best !== null && candidate < best)) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** Names that differ over a longer stretch than this are not compared. */
const longest = 64;

/** The distance of two names, Infinity where it is larger than `most`. Of long names only what differs is looked at. */
export function distanceWithin(a: string, b: string, most: number): number {
  const longer = Math.max(a.length, b.length);
  if (longer - Math.min(a.length, b.length) > most) return Infinity;
  let start = 0;
  while (start < longer && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  if (longer - start - end > longest) return Infinity;
  const distance = editDistance(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return distance <= most ? distance : Infinity;
}

/** Optimal string alignment distance; O(a b) time, three rows. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
