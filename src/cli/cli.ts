import { CommanderError } from "commander";
import { InternalError } from "../base/assert.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { commandLine, type CommandName, type Run } from "./commands.ts";
import type { Io } from "./io.ts";
import { outputTo, status } from "./output.ts";
import { version } from "../api/version.ts";

/** Each command is loaded when it is asked for: `check` does not wait for TensorFlow.js. */
const runs: { readonly [K in CommandName]: () => Promise<{ readonly run: Run }> } = {
  check: () => import("./run/check.ts"),
  format: () => import("./run/format.ts"),
  graph: () => import("./run/graph.ts"),
  emit: () => import("./run/emit.ts"),
  compile: () => import("./run/compile.ts"),
  simulate: () => import("./run/simulate.ts"),
  infer: () => import("./run/infer.ts"),
  posterior: () => import("./run/posterior.ts"),
  explain: () => import("./run/explain.ts"),
  predict: () => import("./run/predict.ts"),
  "check-gradients": () => import("./run/check-gradients.ts"),
  calibrate: () => import("./run/calibrate.ts"),
  plot: () => import("./run/plot.ts"),
  sweep: () => import("./run/sweep.ts"),
};

/**
 * The command line as a function: arguments without the two of `process.argv`, exit status out. Never throws; a fault
 * of this program ends with an apology and status 70.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let code: number = status.fine;
  const json = argv.includes("--json");
  const root = commandLine(version, async (request) => {
    const { run } = await runs[request.command]();
    code = await run(request, io, outputTo(io, request.flags["json"] === true));
  });
  for (const command of [root, ...root.commands])
    command.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err, outputError: () => {} });

  try {
    await root.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      const [first, asked] = argv;
      if (first === "help" && asked !== undefined && error.exitCode !== 0)
        return outputTo(io, json).fail([
          usage.unknownCommand({ name: asked, known: root.commands.map((one) => one.name()) }),
        ]);
      // Help and version have been printed already; help without a command went to standard error.
      if (/^commander\.(help|version)/.test(error.code)) return error.exitCode;
      const command = root.commands.find((one) => one.name() === argv[0]);
      return outputTo(io, json).fail([
        usage.malformedCommand({
          message: error.message,
          command: command ? `stratum ${command.name()}` : "stratum",
        }),
      ]);
    }
    return apologise(error, io);
  }
}

function apologise(error: unknown, io: Io): number {
  const what = error instanceof Error ? error.message : String(error);
  const kind = error instanceof InternalError ? "a promise inside stratum was broken" : "stratum stumbled";
  io.err(
    `sorry: ${kind}: ${what}\n` +
      "  This is a fault of the program, not of your model or data.\n" +
      "  Please report it with the command, the model and the output of the same command under STRATUM_DEBUG=1.\n",
  );
  if (io.env["STRATUM_DEBUG"] === "1" && error instanceof Error) io.err(`${error.stack ?? ""}\n`);
  return status.internal;
}
