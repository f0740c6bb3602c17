import { outOfTime } from "../inference/ending.ts";

/** What ends a fit and its evaluation early: whoever asked for the fit, or a time limit. */
export interface Watch {
  readonly fitting: AbortSignal | undefined;
  readonly judging: AbortSignal | undefined;
  /** When the answer should be there, on the clock of `performance.now`; null for no limit. */
  readonly due: number | null;
  /** To be called in the end: nothing waits for the limit any more. */
  readonly end: () => void;
}

/** Of the time that there is, this share is kept for judging what was learned, and so many seconds at most. */
const reserve = { share: 0.2, seconds: 30 };
/** Of the reserve, this share is left when a thorough judgement gives way to a hurried one. */
const hurry = 0.7;
/** A timer takes no more milliseconds. */
const longest = 2 ** 31 - 1;

/**
 * Watches over a fit.
 *
 * @param limit  seconds, from `began` on; null for none
 */
export function watchOver(signal: AbortSignal | undefined, limit: number | null, began: number): Watch {
  if (limit === null) return { fitting: signal, judging: signal, due: null, end: () => undefined };
  const kept = Math.min(reserve.share * limit, reserve.seconds);
  const due = began + 1000 * limit;
  const fitting = abortedAt(due - 1000 * kept);
  const judging = abortedAt(due - 1000 * kept * hurry);
  const either = (timer: Timer): AbortSignal => (signal ? AbortSignal.any([signal, timer.signal]) : timer.signal);
  return {
    fitting: either(fitting),
    judging: either(judging),
    due,
    end() {
      fitting.clear();
      judging.clear();
    },
  };
}

interface Timer {
  readonly signal: AbortSignal;
  readonly clear: () => void;
}

function abortedAt(time: number): Timer {
  const controller = new AbortController();
  const milliseconds = Math.min(longest, Math.max(0, time - performance.now()));
  const timer = setTimeout(() => controller.abort(outOfTime), milliseconds);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
