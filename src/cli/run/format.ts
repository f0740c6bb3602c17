import * as usage from "../../diagnostics/catalogue/usage.ts";
import { format } from "../../syntax/format.ts";
import { parse } from "../../syntax/parse.ts";
import type { Run } from "../commands.ts";
import { write } from "../../data/files.ts";
import { loadModel } from "../load.ts";
import { counted, status } from "../output.ts";

/** `stratum format MODEL...`: the canonical form on standard output, in place, or only compared with. */
export const run: Run = async ({ args, flags }, io, output) => {
  const files: { path: string; changed: boolean; text: string }[] = [];
  let code: number = status.fine;
  for (const path of args) {
    const loaded = await loadModel(path, io);
    if (!loaded.ok) return output.fail(loaded.errors);
    const { source } = loaded.value;
    const ast = parse(source);
    if (!ast.ok) return output.fail(ast.errors, source);
    const text = format(ast.value);
    const changed = text !== source.text;
    files.push({ path: source.path, changed, text });
    if (flags["check"]) {
      if (changed) code = status.wrongInput;
    } else if (flags["write"] && path !== "-") {
      const problem = changed ? await write(source.path, text) : null;
      if (problem !== null) return output.fail([usage.unwritable({ path: source.path, problem })]);
    } else output.text(text);
  }

  const changed = files.filter((file) => file.changed);
  if (flags["check"]) {
    for (const { path } of changed) output.text(`${path}\n`);
    if (!output.json && changed.length > 0)
      output.note(
        `${counted(changed.length, "model")} not in the canonical form; \`stratum format --write\` rewrites`,
      );
  }
  output.data({ ok: code === status.fine, files });
  return code;
};
