import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { sharedPath } from "../shared.ts";
import { filledIn, masked, updated } from "./compare.ts";
import { fencesOf, shownIn, type Fence, type Shown } from "./fences.ts";
import { runCommand } from "./shell.ts";

export const root = join(import.meta.dirname, "..", "..");

/** Blocks that are files: their languages, and a name behind it. */
const files = new Set(["ppl", "json", "csv"]);

/** The documents that people read, generated ones left out. */
export const documents: readonly string[] = [
  "README.md",
  ...readdirSync(join(root, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : [])),
  ...readdirSync(join(root, "models")).flatMap((name) =>
    existsSync(join(root, "models", name, "README.md")) ? [`models/${name}/README.md`] : [],
  ),
].toSorted();

export const readDocument = (path: string): Fence[] => fencesOf(readFileSync(join(root, path), "utf8"));

/** Whether a block is run, among those with these notes. */
export const isRun = ({ language, note }: Fence, notes: readonly string[]): boolean =>
  language === "console" && notes.includes(note);

/**
 * Runs a document from top to bottom, in a folder of its own that has the repository's models: writes the files that it
 * shows, runs its `console` blocks and compares what they print with what is shown below each command. A status other
 * than 0 has to be shown, by `echo $?`. A block may have a note, `slow` or `mnist`, and is then left out unless the note is
 * asked for. `UPDATE_CASES=1` rewrites the document instead.
 */
export async function runDocument(path: string, notes: readonly string[] = []): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "stratum-document-"));
  const before = process.cwd();
  const changes: { readonly fence: Fence; readonly lines: readonly string[] }[] = [];
  try {
    symlinkSync(join(root, "models"), join(folder, "models"));
    const digits = sharedPath("mnist");
    if (digits !== null) symlinkSync(digits, join(folder, "mnist"));
    process.chdir(folder);
    for (const fence of readDocument(path)) {
      if (files.has(fence.language) && fence.note !== "") writeBlock(fence);
      else if (isRun(fence, ["", ...notes])) changes.push({ fence, lines: await runBlock(fence) });
    }
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  }
  if (process.env["UPDATE_CASES"]) rewrite(path, changes);
}

function writeBlock({ note, lines }: Fence): void {
  mkdirSync(dirname(note), { recursive: true });
  writeFileSync(note, `${lines.join("\n")}\n`);
}

/** The block as it should be. */
async function runBlock(fence: Fence): Promise<string[]> {
  const block: string[] = [];
  let status = 0;
  const shown = shownIn(fence);
  for (const [i, each] of shown.entries()) {
    const { lines, code } = await runCommand(each.command, status);
    status = code;
    block.push(...each.source, ...compared(each, lines));
    const tells = /\$\?/.test(shown[i + 1]?.command ?? "");
    if (!tells) expect.soft(code, `exit status of: ${each.command}\n${lines.join("\n")}`).toBe(0);
  }
  return block;
}

/** Blank lines at the end of what is shown only set it off from the next command. */
function compared({ command, output }: Shown, lines: readonly string[]): readonly string[] {
  const blank = output.length - output.findLastIndex((line) => line.trim() !== "") - 1;
  const shown = output.slice(0, output.length - blank);
  const printed = masked(lines);
  const filled = filledIn(masked(shown), printed);
  const right = filled.length === printed.length && filled.every((line, i) => line === printed[i]);
  if (right) return output;
  if (!process.env["UPDATE_CASES"]) expect.soft(filled, command).toEqual(printed);
  return [...updated(shown, lines), ...output.slice(output.length - blank)];
}

function rewrite(path: string, changes: readonly { readonly fence: Fence; readonly lines: readonly string[] }[]): void {
  const all = readFileSync(join(root, path), "utf8").split("\n");
  for (const { fence, lines } of changes.toReversed())
    all.splice(
      fence.start,
      fence.lines.length,
      ...lines.map((line) => `${line === "" ? "" : fence.indent}${line}`.trimEnd()),
    );
  writeFileSync(join(root, path), all.join("\n"));
}
