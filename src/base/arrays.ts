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
