import { w, type FunctionBuilder, type FunctionRef, type ModuleBuilder } from "../wasm/assembler.ts";
import type { Team } from "./team.ts";

/** Addresses of the words that threads talk through, at the start of memory. */
export const words = {
  /** How many have come to the meeting. */
  arrived: 0,
  /** How many meetings there were. */
  meetings: 4,
  /** How many threads sleep. */
  asleep: 8,
  /** How many runs were asked for; then what the latest is to do. Fewer than no steps: that threads end. */
  turn: 12,
  first: 16,
  steps: 20,
  /** Whether the step's traced outputs were finite. */
  finite: 24,
  /** Set by a thread that cannot go on. */
  failed: 28,
} as const;

type Effect = FunctionRef<readonly [], readonly []>;

/** How often a thread looks before it sleeps: some tens of microseconds, about what it takes to wake one. */
const looks = 1 << 14;
/** How long it sleeps before it looks whether another has failed. */
const second = 1_000_000_000n;

/**
 * Writes `barrier`: returns when all threads of the team have called it. What each wrote to memory before, all can read
 * after.
 *
 * @param mayWait  whether the first thread may sleep: that of a page may not, and looks until the others are there
 */
export function emitBarrier(module: ModuleBuilder, team: Team, mayWait: boolean): Effect {
  const { atomic } = w;
  return module.fn(
    "barrier",
    [],
    [],
    (f) => {
      const before = f.let(atomic.load(words.meetings), "before");
      const last = w.i32.eq(w.i32.add(atomic.add(words.arrived, 1), 1), team.threads);
      f.if(last, () => {
        f.emit(atomic.store(words.arrived, 0));
        f.drop(atomic.add(words.meetings, 1));
        wake(f, words.meetings);
        f.return();
      });
      const changed = () => w.i32.ne(atomic.load(words.meetings), before);
      f.block((done) => {
        const look = f.local("i32", "look");
        f.forLoop(look, 0, looks, 1, () => f.brIf(done, changed()));
        f.loop((again) => {
          const sleep = (): void => {
            f.drop(atomic.add(words.asleep, 1));
            f.drop(atomic.wait(words.meetings, before, second));
            f.drop(atomic.add(words.asleep, -1));
          };
          if (mayWait) sleep();
          else f.if(team.id, sleep);
          f.if(atomic.load(words.failed), () => f.unreachable());
          f.brIf(again, w.i32.eqz(changed()));
        });
      });
    },
    `where ${team.threads} threads wait for each other`,
  );
}

/**
 * Exports what threads call from outside. `run(first, steps)`, as of one thread: asks the others to join, and does its
 * part. `work(id)`, of the other threads: does what is asked until it is asked to end.
 */
export function exportRun(
  module: ModuleBuilder,
  team: Team,
  run: FunctionRef<readonly ["i32", "i32"], readonly ["i32"]>,
): void {
  const { atomic } = w;
  module.export(
    module.fn("run_together", ["i32", "i32"], ["i32"], (f, first, steps) => {
      f.emit(atomic.store(words.first, first));
      f.emit(atomic.store(words.steps, steps));
      f.drop(atomic.add(words.turn, 1));
      wake(f, words.turn);
      return f.call(run, first, steps);
    }),
    "run",
  );
  module.export(
    module.fn("work", ["i32"], [], (f, id) => {
      f.setGlobal(team.id, id);
      const seen = f.let(w.i32.const(0), "seen");
      f.loop((again) => {
        f.block((asked) => {
          const isAsked = () => w.i32.ne(atomic.load(words.turn), seen);
          f.forLoop(f.local("i32", "look"), 0, looks, 1, () => f.brIf(asked, isAsked()));
          f.loop((sleeping) => {
            f.drop(atomic.add(words.asleep, 1));
            f.drop(atomic.wait(words.turn, seen, -1n));
            f.drop(atomic.add(words.asleep, -1));
            f.brIf(sleeping, w.i32.eqz(isAsked()));
          });
        });
        f.set(seen, atomic.load(words.turn));
        const steps = f.let(atomic.load(words.steps), "steps");
        f.if(w.i32.lt_s(steps, 0), () => f.return());
        f.drop(f.call(run, atomic.load(words.first), steps));
        f.br(again);
      });
    }),
  );
}

/**
 * Wakes whoever sleeps at a word that has changed. Who is about to sleep has said so before it compares the word, so
 * that either it is seen here or it sees the change.
 */
function wake(f: FunctionBuilder, word: number): void {
  f.if(w.atomic.load(words.asleep), () => f.drop(w.atomic.notify(word, 1 << 30)));
}
