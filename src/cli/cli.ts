import { CommanderError } from "commander";
import { version } from "../api/version.ts";
import { InternalError } from "../base/assert.ts";
import { terminalText } from "../base/escape.ts";
import { outOfMemory } from "../diagnostics/catalogue/memory.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { commandLine } from "./command-line.ts";
import { commands } from "./commands.ts";
import type { Io } from "./io.ts";
import { outputTo, status } from "./output.ts";

/**
 * The command line as a function: arguments without the two of `process.argv`, exit status out. Never throws; a fault
 * of this program ends with an apology and status 70.
 */
export async function main(argv: readonly string[], outside: Io): Promise<number> {
  // whoever writes there: nothing but text and styles goes out
  const io: Io = { ...outside, err: (text) => outside.err(terminalText(text, true)) };
  let code: number = status.fine;
  const root = commandLine(version, async (command, words) => {
    code = await command.run({ request: words, io, output: outputTo(io, words.options["json"] === true) });
  });
  for (const parser of [root, ...root.commands])
    parser.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err, outputError: () => {} });

  try {
    await root.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return refuse(error, argv, io);
    const problem = memoryProblem(error);
    if (problem === null) return apologise(error, io);
    return outputTo(io, argv.includes("--json")).fail([outOfMemory({ problem })]);
  }
}

/** A command line that was not understood; also the end of `--help` and `--version`, which print by themselves. */
function refuse(error: CommanderError, argv: readonly string[], io: Io): number {
  const known = commands.map(({ name }) => name);
  const [first = "", asked] = argv;
  const output = outputTo(io, argv.includes("--json"));
  if (first === "help" && asked !== undefined && error.exitCode !== 0)
    return output.fail([usage.unknownCommand({ name: asked, known })]);
  // Help and version have been printed already; help without a command went to standard error.
  if (/^commander\.(help|version)/.test(error.code)) return error.exitCode;
  const command = known.includes(first) ? `stratum ${first}` : "stratum";
  return output.fail([usage.malformedCommand({ message: error.message, command })]);
}

/** What an engine says when it cannot have the memory that an array or a program asks for; null of any other fault. */
export function memoryProblem(error: unknown): string | null {
  const message = error instanceof Error ? error.message : "";
  const known = /array length|array buffer|allocation failed|could not allocate|WebAssembly\.Memory|string length/i;
  return (error instanceof RangeError || error instanceof TypeError) && known.test(message) ? message : null;
}

function apologise(error: unknown, io: Io): number {
  const what = error instanceof Error ? error.message : String(error);
  const kind = error instanceof InternalError ? "a promise inside stratum was broken" : "stratum stumbled";
  io.err(
    `sorry: ${kind}: ${terminalText(what)}\n` +
      "  This is a fault of the program, not of your model or data.\n" +
      "  Please report it with the command, the model and the output of the same command under STRATUM_DEBUG=1.\n",
  );
  if (io.env["STRATUM_DEBUG"] === "1" && error instanceof Error) io.err(`${terminalText(error.stack ?? "")}\n`);
  return status.internal;
}
