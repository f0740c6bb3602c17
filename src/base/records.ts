/** What a table of a user's names holds under one: its own, never what every object has (`constructor`, `__proto__`). */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The names of a table, in its order: the list of what there is comes from where it is defined. */
export function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table) as K[];
}
