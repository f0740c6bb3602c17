import { w, type FunctionBuilder, type FunctionRef } from "../wasm/assembler.ts";
import type { Team } from "./team.ts";

/** A stretch of memory, in bytes; `end` is the first byte after it. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** A part of a step. */
export interface Task {
  /** All threads do a share; else the first does it alone. */
  readonly divided: boolean;
  readonly reads: readonly Extent[];
  readonly writes: readonly Extent[];
  readonly emit: (f: FunctionBuilder) => void;
}

/**
 * Tasks in their order, in groups between which all threads must meet: those of a group may run at the same time. Two
 * that one thread does alone come one after the other whatever they touch.
 */
export function groupsOf(tasks: readonly Task[]): readonly (readonly Task[])[] {
  const groups: Task[][] = [];
  for (const task of tasks) {
    const last = groups.at(-1);
    if (!last || last.some((other) => inTheWay(other, task))) groups.push([task]);
    else last.push(task);
  }
  return groups;
}

function inTheWay(before: Task, after: Task): boolean {
  if (!before.divided && !after.divided) return false;
  return meet(before.writes, after.reads) || meet(before.writes, after.writes) || meet(before.reads, after.writes);
}

function meet(some: readonly Extent[], others: readonly Extent[]): boolean {
  return some.some((a) => others.some((b) => a.start < b.end && b.start < a.end));
}

/**
 * Writes tasks for one thread, or for all of a team, which then meet between groups and not at the end.
 *
 * @param barrier  where threads wait for each other; null for one thread
 */
export function emitTasks(
  f: FunctionBuilder,
  tasks: readonly Task[],
  team: Team | null,
  barrier: FunctionRef<readonly [], readonly []> | null,
): void {
  if (!team || !barrier) return tasks.forEach((task) => task.emit(f));
  groupsOf(tasks).forEach((group, at) => {
    if (at > 0) f.emit(f.call(barrier));
    const alone = group.filter(({ divided }) => !divided);
    if (alone.length > 0) f.if(w.i32.eqz(team.id), () => alone.forEach((task) => task.emit(f)));
    for (const task of group) if (task.divided) task.emit(f);
  });
}
