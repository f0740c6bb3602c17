import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { stratum } from "../cli/harness.ts";

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

/** The few commands that documents use, in this process: `stratum`, `echo`, `cat`, `sed`, and `> FILE` after any of them. */
export async function runCommand(command: string, status: number): Promise<Printed> {
  const [program = "", ...args] = words(command);
  const arrow = args.lastIndexOf(">");
  const [given, file] = arrow < 0 ? [args, undefined] : [args.slice(0, arrow), args[arrow + 1]];
  const { out, shown, code } = await run(program, given, status);
  if (file === undefined) return { lines: linesOf(shown), code };
  writeFileSync(file, out);
  return { lines: [], code };
}

async function run(program: string, args: readonly string[], status: number) {
  const text = (shown: string) => ({ out: shown, shown, code: 0 });
  switch (program) {
    case "stratum":
      return args[0] === "sweep" ? inProcess(args) : stratum(args);
    case "echo":
      return text(`${args.join(" ").replaceAll("$?", String(status))}\n`);
    case "sed":
      return text(substituted(args));
    case "cat":
      return text(args.map((file) => readFileSync(file, "utf8")).join(""));
    default:
      throw new Error(`documents may not run \`${program}\``);
  }
}

/** A sweep starts processes as it was started itself, which has to be by Node with a loader for TypeScript. */
async function inProcess(args: readonly string[]) {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const loader = createRequire(import.meta.url).resolve("tsx");
  const child = spawn(process.execPath, ["--import", loader, main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, shown] = ["", ""];
  child.stdout.on("data", (text: Buffer) => ((out += String(text)), (shown += String(text))));
  child.stderr.on("data", (text: Buffer) => (shown += String(text)));
  const code = await new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? -1)));
  return { out, shown, code };
}

/** `sed s/a/b/ FILE`, with words for a and b. */
function substituted([rule = "", file = ""]: readonly string[]): string {
  const [, from = "", to = ""] = rule.split("/");
  return readFileSync(file, "utf8").replaceAll(from, to);
}

function linesOf(text: string): string[] {
  return text.trimEnd() === "" ? [] : text.trimEnd().split("\n");
}
