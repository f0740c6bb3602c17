/** A promise of this code base was broken. Never the user's fault: user mistakes are Diagnostics. */
export class InternalError extends Error {
  override readonly name = "InternalError";
}

/** Throws InternalError unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** The default case of an exhaustive switch: a missing case is a type error at the call. */
export function unreachable(value: never, where: string): never {
  throw new InternalError(`${where}: unexpected ${JSON.stringify(value)}`);
}

/** The value, which the caller knows to be there. */
export function present<T>(value: T | null | undefined, what: string): T {
  assert(value !== null && value !== undefined, `${what} is missing`);
  return value;
}

/** What a map holds for a key that the caller knows to be in it. */
export function lookUp<K extends string | number, T>(map: ReadonlyMap<K, T>, key: K): T {
  const value = map.get(key);
  if (value === undefined) throw new InternalError(`there is nothing for ${key}`);
  return value;
}
