import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { shown } from "../cli/harness.ts";

/** What a command printed, and its exit status. */
export interface Printed {
  readonly lines: readonly string[];
  readonly code: number;
}

/** Words of a command line; quotes of either kind hold one together. */
export function words(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ""),
  );
}

/** The few commands that documents use, in this process: `stratum`, `echo`, `cat` and `sed`, and `> FILE` behind the last three. */
export async function runCommand(command: string, status: number): Promise<Printed> {
  const [program = "", ...args] = words(command);
  const arrow = args.lastIndexOf(">");
  const [given, file] = arrow < 0 ? [args, undefined] : [args.slice(0, arrow), args[arrow + 1]];
  const { text, code } = await run(program, given, status);
  if (file === undefined) return { lines: linesOf(text), code };
  writeFileSync(file, text);
  return { lines: [], code };
}

async function run(
  program: string,
  args: readonly string[],
  status: number,
): Promise<{ readonly text: string; readonly code: number }> {
  switch (program) {
    case "stratum":
      return args[0] === "sweep" ? asProcess(args) : shown(args);
    case "echo":
      return { text: `${args.join(" ").replaceAll("$?", String(status))}\n`, code: 0 };
    case "sed":
      return { text: substituted(args), code: 0 };
    case "cat":
      return { text: args.map((file) => readFileSync(file, "utf8")).join(""), code: 0 };
    default:
      throw new Error(`documents may not run \`${program}\``);
  }
}

/** A sweep starts processes as it was started itself, which has to be by Node with a loader for TypeScript. */
async function asProcess(args: readonly string[]): Promise<{ readonly text: string; readonly code: number }> {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const loader = createRequire(import.meta.url).resolve("tsx");
  const child = spawn(process.execPath, ["--import", loader, main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (text += String(part)));
  const code = await new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? -1)));
  return { text, code };
}

/** `sed s/a/b/ FILE`, with words for a and b. */
function substituted([rule = "", file = ""]: readonly string[]): string {
  const [, from = "", to = ""] = rule.split("/");
  return readFileSync(file, "utf8").replaceAll(from, to);
}

function linesOf(text: string): string[] {
  return text.trimEnd() === "" ? [] : text.trimEnd().split("\n");
}
