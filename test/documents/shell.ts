import { readFileSync, writeFileSync } from "node:fs";
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
      return stratum(args);
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

/** `sed s/a/b/ FILE`, with words for a and b. */
function substituted([rule = "", file = ""]: readonly string[]): string {
  const [, from = "", to = ""] = rule.split("/");
  return readFileSync(file, "utf8").replaceAll(from, to);
}

function linesOf(text: string): string[] {
  return text.trimEnd() === "" ? [] : text.trimEnd().split("\n");
}
