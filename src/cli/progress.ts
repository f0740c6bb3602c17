import progress from "cli-progress";
import { plain } from "../report/numbers.ts";
import type { Io } from "./io.ts";

/** A bar on standard error, for people only: without a terminal nothing is drawn. */
export interface Progress {
  readonly update: (step: number, total: number, bound: number, stepsPerSecond: number) => void;
  readonly stop: () => void;
}

export function progressOn(io: Io, silent: boolean): Progress {
  if (io.screen === null || silent) return { update: () => {}, stop: () => {} };
  const bar = new progress.SingleBar(
    {
      stream: io.screen as NodeJS.WriteStream,
      format: "{bar} {percentage}%  step {value} of {total}  bound {bound}  {rate} steps/s  {eta_formatted} left",
      hideCursor: true,
      clearOnComplete: true,
      fps: 10,
      etaBuffer: 50,
    },
    progress.Presets.shades_classic,
  );
  let running = false;
  return {
    update: (step, total, bound, stepsPerSecond) => {
      const shown = { bound: plain(bound, 5), rate: plain(Math.round(stepsPerSecond), 3) };
      if (running) {
        bar.setTotal(total);
        bar.update(step, shown);
      } else bar.start(total, step, shown);
      running = true;
    },
    stop: () => {
      if (running) bar.stop();
    },
  };
}

/** A bar over so many things done. */
export function countOn(
  io: Io,
  silent: boolean,
  things: string,
): Pick<Progress, "stop"> & { readonly update: (done: number, total: number) => void } {
  if (io.screen === null || silent) return { update: () => {}, stop: () => {} };
  const bar = new progress.SingleBar(
    {
      stream: io.screen as NodeJS.WriteStream,
      format: `{bar} {percentage}%  {value} of {total} ${things}  {eta_formatted} left`,
      hideCursor: true,
      clearOnComplete: true,
      fps: 10,
    },
    progress.Presets.shades_classic,
  );
  let running = false;
  return {
    update: (done, total) => {
      if (running) bar.update(done);
      else bar.start(total, done);
      running = true;
    },
    stop: () => {
      if (running) bar.stop();
    },
  };
}
