/** Does so many things at once, in order, and stops taking new ones when `stop` is aborted. */
export async function atOnce<T>(
  things: readonly T[],
  most: number,
  stop: AbortSignal,
  run: (thing: T) => Promise<void>,
): Promise<void> {
  const left = [...things];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && !stop.aborted; next = left.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: Math.min(most, things.length) }, worker));
}
