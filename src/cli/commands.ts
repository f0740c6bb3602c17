import { calibrate } from "./commands/calibrate.ts";
import { check } from "./commands/check.ts";
import { checkGradients } from "./commands/check-gradients.ts";
import { compile } from "./commands/compile.ts";
import { emit } from "./commands/emit.ts";
import { explain } from "./commands/explain.ts";
import { format } from "./commands/format.ts";
import { graph } from "./commands/graph.ts";
import { infer } from "./commands/infer.ts";
import { plot } from "./commands/plot.ts";
import { posterior } from "./commands/posterior.ts";
import { predict } from "./commands/predict.ts";
import { simulate } from "./commands/simulate.ts";
import { sweep } from "./commands/sweep.ts";
import type { Call, Run, Usage } from "./command.ts";
import { requestOf, type Words } from "./request.ts";

/** A command: what it is called and takes, and what it does. */
export interface Command extends Usage {
  readonly run: (call: Call<Words>) => Promise<number>;
}

/** A command is loaded when it is asked for: nobody waits for what only another one needs. */
function command<U extends Usage>(row: U, load: () => Promise<{ readonly run: Run<U> }>): Command {
  const run = async ({ request: words, io, output }: Call<Words>): Promise<number> => {
    const request = requestOf(row, words);
    if (!request.ok) return output.fail(request.errors);
    return (await load()).run({ request: request.value, io, output });
  };
  return { ...row, run };
}

/** In the order of `stratum --help`. To add a command: its row in commands/, what it does in run/, and a line here. */
export const commands: readonly Command[] = [
  command(check, () => import("./run/check.ts")),
  command(format, () => import("./run/format.ts")),
  command(graph, () => import("./run/graph.ts")),
  command(emit, () => import("./run/emit.ts")),
  command(compile, () => import("./run/compile.ts")),
  command(simulate, () => import("./run/simulate.ts")),
  command(infer, () => import("./run/infer.ts")),
  command(posterior, () => import("./run/posterior.ts")),
  command(explain, () => import("./run/explain.ts")),
  command(predict, () => import("./run/predict.ts")),
  command(checkGradients, () => import("./run/check-gradients.ts")),
  command(calibrate, () => import("./run/calibrate.ts")),
  command(plot, () => import("./run/plot.ts")),
  command(sweep, () => import("./run/sweep.ts")),
];
