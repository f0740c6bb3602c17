import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import { terminalText } from "../../base/escape.ts";
import { duration } from "../../report/numbers.ts";
import { table } from "../../report/table.ts";
import { spreadText } from "../../sweep/print.ts";
import { tabulate, type Line, type Row, type State } from "../../sweep/results.ts";
import type { Sweep } from "../../sweep/sweep.ts";
import type { Io } from "../io.ts";
import { entryOf } from "../../base/records.ts";

/** What a person sees while a sweep runs. */
export interface Screen {
  /** The rows as they are now. */
  readonly show: (rows: readonly Row[]) => void;
  /** Something that stays above the table. */
  readonly above: (say: () => void) => void;
  readonly stop: () => void;
}

/** How often the time that is left is counted down, milliseconds. */
const tick = 1000;

/** A table that is drawn over itself, on a terminal; nothing elsewhere. `metric` is the one to watch. */
export function screenOn(
  { screen }: Io,
  silent: boolean,
  sweep: Sweep,
  watched: { readonly metric: string; readonly jobs: number },
): Screen {
  if (screen === null || silent) return { show: () => {}, above: (say) => say(), stop: () => {} };
  const stream = screen as NodeJS.WriteStream;
  let drawn = 0;
  let rows: readonly Row[] = [];
  const clear = (): void => {
    if (drawn === 0) return;
    cursorTo(stream, 0);
    moveCursor(stream, 0, -drawn);
    clearScreenDown(stream);
    drawn = 0;
  };
  const draw = (): void => {
    const height = (stream.rows || 24) - 2;
    // a line that is broken in two would not be taken back
    const lines = progressLines(sweep, rows, watched, height).map((line) => line.slice(0, (stream.columns || 80) - 1));
    clear();
    stream.write(`${terminalText(lines.join("\n"))}\n`);
    drawn = lines.length;
  };
  const timer = setInterval(draw, tick);
  timer.unref();
  return {
    show: (now) => {
      rows = now;
      draw();
    },
    above: (say) => {
      clear();
      say();
      draw();
    },
    stop: () => {
      clearInterval(timer);
      clear();
    },
  };
}

/** The table as lines, at most `height` of them: when there are more, those at which something happens. */
export function progressLines(
  { grids }: Sweep,
  rows: readonly Row[],
  { metric, jobs }: { readonly metric: string; readonly jobs: number },
  height: number,
): readonly string[] {
  const parts = grids.flatMap(({ axes }, nth) => {
    const { axes: shown, lines } = tabulate(
      axes,
      rows.filter((row) => row.grids.includes(nth)),
      [metric],
    );
    const text = (some: readonly Line[]): readonly string[] =>
      table(
        [...shown, "done", "running", "failed", metric],
        some.map((line) => cellsOf(line, shown, metric)),
      ).split("\n");
    return [{ text, lines }];
  });
  const full = parts.flatMap(({ text, lines }) => text(lines));
  const fits = full.length < height;
  const busy = parts.flatMap(({ text, lines }) => {
    const some = lines.filter(({ states }) => states.running > 0);
    return some.length === 0 ? [] : text(some);
  });
  return [...(fits ? full : busy.slice(0, Math.max(0, height - 1))), totals(rows, jobs)];
}

function cellsOf({ axes, states, metrics }: Line, shown: readonly string[], metric: string): string[] {
  const all = states.done + states.running + states.failed + states.waiting;
  const some = (count: number): string => (count === 0 ? "" : String(count));
  return [
    ...shown.map((name) => String(entryOf(axes, name))),
    `${states.done} of ${all}`,
    some(states.running),
    some(states.failed),
    spreadText(entryOf(metrics, metric) ?? null),
  ];
}

/** `12 of 80 done, 2 running; about 14 min left` */
export function totals(rows: readonly Row[], jobs: number): string {
  const unique = [...new Map(rows.map((row) => [row.hash, row])).values()];
  const count = (state: State): number => unique.filter((row) => row.state === state).length;
  const done = unique.flatMap(({ state, outcome }) => (state === "done" && outcome ? [outcome] : []));
  const left = count("waiting") + count("running");
  const mean = done.reduce((sum, { seconds }) => sum + seconds, 0) / done.length;
  const failed = count("failed") === 0 ? "" : `, ${count("failed")} failed`;
  const time = left === 0 || done.length === 0 ? "" : `; about ${duration((mean * left) / Math.min(jobs, left))} left`;
  return `${done.length} of ${unique.length} done, ${count("running")} running${failed}${time}`;
}
