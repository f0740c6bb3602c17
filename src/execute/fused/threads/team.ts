import { w, type Expr, type FunctionBuilder, type Global, type Local } from "../wasm/assembler.ts";

/** Threads that do a step together, over one memory. */
export interface Team {
  readonly threads: number;
  /** Which of them runs: 0 is the caller's, which also does what is not divided. */
  readonly id: Global<"i32">;
  /** Nanoseconds of work, as `work.ts` estimates it, from which on a part of the step is divided. */
  readonly least: number;
  /** Bytes from one thread's scratch to the next one's. */
  readonly scratchStride: number;
  /** Memory of its own for a part of the step, by its size in bytes; its address. */
  readonly reserve: (bytes: number) => number;
}

/** The part of a range that one thread does: `from` to `to`, exclusive. */
export interface Share {
  readonly from: Local<"i32">;
  readonly to: Local<"i32">;
}

/** The running thread's share of so many units: shares differ by one unit at most. */
export function shareOf(f: FunctionBuilder, { id, threads }: Team, units: number): Share {
  const start = (thread: Expr<"i32">) => w.i32.div_u(w.i32.mul(thread, units), threads);
  return { from: f.let(start(id), "from"), to: f.let(start(w.i32.add(id, 1)), "to") };
}

/** How much of its time the busiest thread saves on the slowest possible: 1 when all have the same to do. */
export function balance(units: number, { threads }: Pick<Team, "threads">): number {
  return units / (threads * Math.ceil(units / threads));
}

/** The smaller of two numbers. */
export function lesser(a: Local<"i32">, b: number): Expr<"i32"> {
  return w.select(w.i32.lt_s(a, b), a, w.i32.const(b));
}
