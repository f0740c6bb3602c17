/**
 * The outside world as a command sees it, so that tests can run one in-process. Results go to `out`, everything else
 * to `err`.
 */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** What comes on standard input, piece by piece. */
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** Whether a person looks at each stream. */
  readonly terminal: { readonly out: boolean; readonly err: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a progress bar may draw; null when there is none. */
  readonly screen: NodeJS.WritableStream | null;
  /** Takes a line about long work now and then, where there is no screen; absent: nobody reads a log. */
  readonly log?: (line: string) => void;
  /** From now on the first interrupt aborts the signal instead of ending the process; the second one ends it. */
  readonly interruptible: () => AbortSignal;
}

/** FORCE_COLOR wins over NO_COLOR, as in Node itself; neither given, colour is for terminals. */
export function colourful(io: Io, stream: "out" | "err"): boolean {
  const force = io.env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if (io.env["NO_COLOR"]) return false;
  return io.terminal[stream] && io.env["TERM"] !== "dumb";
}
