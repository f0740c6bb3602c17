/**
 * Long work and its host: there is one thread, and signals, timers and events wait until the work lets go of it. Long
 * work lets go every few milliseconds, here, and what it computes does not depend on when.
 */

/** Milliseconds that the host waits for its turn, about: few enough for a page to scroll, enough to cost nothing. */
const mostWait = 12;

/** When the host last had its turn, as far as is known. */
let since = performance.now();

/** Whether the host has waited long enough. */
export function isDue(): boolean {
  return performance.now() - since >= mostWait;
}

/** Lets the host have its turn: resolves once it has been through whatever waited. */
export async function turn(): Promise<void> {
  await new Promise<void>((resolve) => {
    // both come after timers and input, and neither has the least delay that `setTimeout` has
    if (typeof setImmediate === "function") setImmediate(resolve);
    else afterMessage(resolve);
  });
  since = performance.now();
}

function afterMessage(resolve: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", () => {
    port1.close();
    resolve();
  });
  port1.start();
  port2.postMessage(null);
}

/**
 * To be awaited wherever long work can pause: lets the host have its turn where it has waited long enough.
 *
 * @throws the reason of the signal, where that is aborted: see `unlessStopped`
 */
export async function breathe(signal?: AbortSignal): Promise<void> {
  if (isDue()) await turn();
  signal?.throwIfAborted();
}

/** A computation that says where it may pause, by `yield`. */
export type Pausable<T> = Generator<undefined, T, undefined>;

/** The result of a computation, without a pause. */
export function atOnce<T>(work: Pausable<T>): T {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

/** The result of a computation that pauses where the host waits for its turn. Throws as `breathe` does. */
export async function inTurns<T>(work: Pausable<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
    if (isDue()) await breathe(signal);
  }
}

/** What the work comes to, or null where the signal stopped it. */
export async function unlessStopped<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return null;
    throw error;
  }
}
