import { Readable } from "node:stream";
import { sweep as usage } from "../../src/cli/commands/sweep.ts";
import { outputTo } from "../../src/cli/output.ts";
import { requestOf } from "../../src/cli/request.ts";
import { sweepWith } from "../../src/cli/run/sweep.ts";
import type { Launch } from "../../src/cli/sweep/launch.ts";
import type { Ran } from "./harness.ts";

/** `stratum sweep`, its fits run by a launcher of the test's own. */
export async function runSweep(
  file: string,
  launch: Launch,
  flags: Readonly<Record<string, string | boolean>> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    stdin: () => Readable.from([]),
    terminal: { out: false, err: false },
    env: {},
    screen: null,
    interruptible: () => signal,
  };
  const request = requestOf(usage, { args: [file], options: { jobs: "1", ...flags } });
  if (!request.ok) throw new Error(request.errors.map(({ message }) => message).join("; "));
  const code = await sweepWith(launch)({ request: request.value, io, output: outputTo(io, flags["json"] === true) });
  return { code, out: out.join(""), err: err.join("") };
}
