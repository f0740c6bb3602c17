/** What two lists have at the same places, as far as both go. */
export function zip<A, B>(a: readonly A[], b: readonly B[]): readonly (readonly [A, B])[] {
  const others = b[Symbol.iterator]();
  const pairs: (readonly [A, B])[] = [];
  for (const one of a) {
    const other = others.next();
    if (other.done) break;
    pairs.push([one, other.value]);
  }
  return pairs;
}

/** The largest of any number of values, which a call with one argument for each could not take; -Infinity of none. */
export const largest = (values: Iterable<number>): number => {
  let most = -Infinity;
  for (const value of values) most = Math.max(most, value);
  return most;
};

/** The smallest of any number of values; Infinity of none. */
export const smallest = (values: Iterable<number>): number => {
  let least = Infinity;
  for (const value of values) least = Math.min(least, value);
  return least;
};
