/** Why a fit was ended before it was finished. */
export type EndedEarly = "interrupted" | "time limit";

/** The reason that a time limit gives to the signal which it aborts. */
export const outOfTime = new DOMException("the time limit is up", "TimeoutError");

/** Who aborted a signal. */
export function endedBy(signal: AbortSignal): EndedEarly {
  return signal.reason === outOfTime ? "time limit" : "interrupted";
}

/** Whether a fit that stopped for this was ended early. */
export function isEarly(stopped: string): stopped is EndedEarly {
  return stopped === "interrupted" || stopped === "time limit";
}
