import progress from "cli-progress";
import type { FitProgress } from "../inference/progress.ts";
import { plain } from "../report/numbers.ts";
import { progressText } from "../report/progress.ts";
import type { Io } from "./io.ts";

/** What a fit is doing, on standard error: a line that changes on a terminal, and a line now and then in a log. */
export interface Progress {
  readonly update: (progress: FitProgress) => void;
  readonly stop: () => void;
}

export function progressOn(io: Io, silent: boolean): Progress {
  if (silent) return { update: () => {}, stop: () => {} };
  return io.screen === null ? progressInLog(io) : progressOnScreen(io.screen);
}

/** Seconds between two lines of a log, where nobody watches. */
const logEvery = 15;

function progressInLog({ log }: Io): Progress {
  let last = performance.now();
  return {
    update: (doing) => {
      if (!log || performance.now() - last < 1000 * logEvery) return;
      last = performance.now();
      log(progressText(doing));
    },
    stop: () => {},
  };
}

/** A bar while training, whose end is known; else a line that is written over. */
function progressOnScreen(screen: NodeJS.WritableStream): Progress {
  const bar = new progress.SingleBar(
    {
      stream: screen as NodeJS.WriteStream,
      format: "{bar} {percentage}%  step {value} of {total}  bound {bound}  {rate} steps/s  {eta_formatted} left",
      hideCursor: true,
      clearOnComplete: true,
      fps: 10,
      etaBuffer: 50,
    },
    progress.Presets.shades_classic,
  );
  let showing: "nothing" | "line" | "bar" = "nothing";
  const clear = (): void => {
    if (showing === "bar") bar.stop();
    if (showing === "line") screen.write("\r\x1b[2K");
    showing = "nothing";
  };
  return {
    update: (doing) => {
      if (doing.phase !== "train") {
        if (showing === "bar") clear();
        screen.write(`\r\x1b[2K${progressText(doing)}`);
        showing = "line";
        return;
      }
      const { step, steps, bound, stepsPerSecond } = doing;
      const shown = { bound: plain(bound, 5), rate: plain(Math.round(stepsPerSecond), 3) };
      if (showing === "bar") {
        bar.setTotal(steps);
        bar.update(step, shown);
        return;
      }
      clear();
      bar.start(steps, step, shown);
      showing = "bar";
    },
    stop: clear,
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
