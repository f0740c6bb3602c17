/** The names of a table, in its order: the list of what there is comes from where it is defined. */
export function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table) as K[];
}
