import { describe, expect, test } from "vitest";
import { atOnce, breathe, inTurns, isDue, turn, unlessStopped, type Pausable } from "../../src/base/turns.ts";

/** Busy for so many milliseconds. */
function busy(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

/** Adds up to n, and is as slow as it is told. */
function* sum(n: number, milliseconds = 0): Pausable<number> {
  let total = 0;
  for (let i = 1; i <= n; i++) {
    yield;
    busy(milliseconds);
    total += i;
  }
  return total;
}

/** How often a timer of the host fired meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let timer = setImmediate(function count() {
    turns++;
    timer = setImmediate(count);
  });
  await work();
  clearImmediate(timer);
  return turns;
}

describe("long work", () => {
  test("lets the host have its turn once it has waited long enough, and not before", async () => {
    await turn();
    expect(isDue()).toBe(false);
    expect(await turnsDuring(() => breathe())).toBe(0);
    busy(30);
    expect(isDue()).toBe(true);
    expect(await turnsDuring(() => breathe())).toBeGreaterThan(0);
    expect(isDue()).toBe(false);
  });

  test("comes to the same with and without pauses", async () => {
    expect(atOnce(sum(10))).toBe(55);
    const turns = await turnsDuring(async () => expect(await inTurns(sum(10, 8))).toBe(55));
    // 80 ms of work
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  test("lets timers fire that are due", async () => {
    let fired = false;
    setTimeout(() => (fired = true), 1);
    await inTurns(sum(10, 8));
    expect(fired).toBe(true);
  });
});

describe("a signal", () => {
  test("ends work that pauses, which then comes to nothing", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 1);
    let done = 0;
    const work = function* (): Pausable<string> {
      for (; done < 100; done++) {
        yield;
        busy(8);
      }
      return "whole";
    };
    expect(await unlessStopped(stop.signal, () => inTurns(work(), stop.signal))).toBe(null);
    expect(done).toBeLessThan(100);
  });

  test("that nobody aborts changes nothing, and other errors pass through", async () => {
    const { signal } = new AbortController();
    expect(await unlessStopped(signal, () => inTurns(sum(4), signal))).toBe(10);
    const fault = new Error("a fault");
    await expect(unlessStopped(AbortSignal.abort(), () => Promise.reject(fault))).rejects.toBe(fault);
    await expect(breathe(AbortSignal.abort(fault))).rejects.toBe(fault);
  });
});
