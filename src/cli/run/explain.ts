import * as usage from "../../diagnostics/catalogue/usage.ts";
import { explanations, groups, type Explanation, type Scene } from "../../diagnostics/explanations/index.ts";
import { shown } from "../../diagnostics/explanations/shown.ts";
import type { Run } from "../command.ts";
import type { explain } from "../commands/explain.ts";
import { status } from "../output.ts";

/** `stratum explain [CODE]`: what a message means, an example that gives it, and how to put it right. */
export const run: Run<typeof explain> = async ({ request, output }) => {
  const [asked] = request.args;
  if (asked === undefined) {
    for (const { title, rows } of groups) {
      output.text(`${title}\n`);
      for (const row of rows) output.text(`  ${row.code}  ${row.title}\n`);
    }
    const codes = [...explanations.values()].map(({ code, title }) => ({ code, title }));
    output.data({ ok: true, codes });
    return status.fine;
  }
  const code = `PPL${asked.replace(/^PPL/i, "")}`;
  const found = [...explanations.values()].find((row) => row.code === code);
  if (!found) return output.fail([usage.unknownCode({ code: asked, known: [...explanations.keys()] })]);
  const says = shown[code] ?? null;
  output.text(textOf(found, says));
  const { title, text, example } = found;
  output.data({ ok: true, code, title, text, example: example && { ...example, says } });
  return status.fine;
};

function textOf({ code, title, text, example }: Explanation, says: string | null): string {
  const head = `${code}: ${title}\n\n${wrapped(text)}\n`;
  if (!example) return head;
  const { wrong, right } = example;
  const changed = Object.entries(right.files).filter(([name, one]) => wrong.files[name] !== one);
  const command = wrong.command === right.command ? "" : indented(`$ stratum ${right.command}`);
  return [
    head,
    `For example:\n\n${filesOf(Object.entries(wrong.files), wrong)}\n${indented(`$ stratum ${wrong.command}\n${says ?? ""}`)}`,
    `Instead:\n\n${[filesOf(changed, wrong), command].filter((part) => part !== "").join("\n")}`,
  ].join("\n");
}

/** Texts under their names; a model that stands alone needs none. */
function filesOf(files: readonly (readonly [string, string])[], of: Scene): string {
  const alone = Object.keys(of.files).length === 1;
  return files.map(([name, text]) => (alone ? indented(text) : `  ${name}:\n${indented(text, "    ")}`)).join("\n");
}

function indented(text: string, by = "  "): string {
  return `${text
    .trimEnd()
    .split("\n")
    .map((line) => (by + line).trimEnd())
    .join("\n")}\n`;
}

/** Lines of at most 80 columns; what stands between backticks stays on one. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.match(/(?:`[^`]*`|\S)+/g) ?? []) {
    if (line !== "" && line.length + 1 + word.length > 80) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
