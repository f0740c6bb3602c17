#!/usr/bin/env node
import { main } from "./cli.ts";
import { status } from "./output.ts";

// The reader of a pipe may go away early (`stratum emit ... | head`): that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(status.fine);
  throw error;
});

// What is said there is for somebody who reads it: that nobody does is no reason to lose a fit.
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

/**
 * How a fit is asked to end: by a person, by whoever runs the machine (`timeout`, a scheduler, a container that is
 * stopped), or by a terminal that goes away. A sweep ends its processes by the second, and wants nothing of them then.
 */
const requests: readonly NodeJS.Signals[] = process.channel ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];

function interruptible(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(status.interrupted);
    process.stderr.write("\nstopping; interrupt again to stop without saving\n");
    controller.abort();
  };
  for (const request of requests) process.on(request, stop);
  return controller.signal;
}

// As one of the processes of `stratum sweep`: it does not outlive the sweep, and says at its end what it took.
if (process.connected === false) process.exit(status.interrupted);
if (process.channel) {
  process.on("disconnect", () => process.exit(status.interrupted));
  process.channel.unref();
}

process.exitCode = await main(process.argv.slice(2), {
  out: (words) => void process.stdout.write(words),
  err: (words) => void process.stderr.write(words),
  stdin: () => process.stdin,
  terminal: { out: process.stdout.isTTY === true, err: process.stderr.isTTY === true },
  env: process.env,
  screen: process.stderr.isTTY === true ? process.stderr : null,
  log: (line) => void process.stderr.write(`${line}\n`),
  interruptible,
});

// kilobytes, on every platform
process.send?.({ peakMemoryBytes: process.resourceUsage().maxRSS * 1024 });
