import * as usage from "../../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../../diagnostics/diagnostic.ts";
import { toJson } from "../../diagnostics/render.ts";
import { format as canonical } from "../../syntax/format.ts";
import { parse } from "../../syntax/parse.ts";
import type { Run } from "../command.ts";
import type { format } from "../commands/format.ts";
import { filesUnder, kindOf, write } from "../../data/files.ts";
import { loadModel } from "../load.ts";
import { counted, status } from "../output.ts";

interface Formatted {
  readonly path: string;
  readonly changed: boolean;
  readonly text: string;
}

/**
 * `stratum format MODEL...`: the canonical form on standard output, in place, or only compared with. A folder stands
 * for every `.ppl` file below it. A file that does not parse does not keep the others from being read.
 */
export const run: Run<typeof format> = async ({ request, io, output }) => {
  const { check, write: rewrite } = request.flags;
  const paths = await expanded(request.args[0]);
  if (!paths.ok) return output.fail(paths.errors);
  const files: Formatted[] = [];
  const mistakes: object[] = [];
  for (const path of paths.value) {
    const loaded = await loadModel(path, io);
    if (!loaded.ok) return output.fail(loaded.errors);
    const { source } = loaded.value;
    const ast = parse(source);
    if (!ast.ok) {
      mistakes.push(...toJson(ast.errors, source));
      if (!output.json) output.fail(ast.errors, source);
      continue;
    }
    const text = withLineEnds(canonical(ast.value), source.text);
    const changed = text !== source.text;
    files.push({ path: source.path, changed, text });
    if (check) continue;
    if (rewrite && path !== "-") {
      const problem = changed ? await write(source.path, text) : null;
      if (problem !== null) return output.fail([usage.unwritable({ path: source.path, problem })]);
    } else output.content(text);
  }

  const changed = files.filter((file) => file.changed);
  if (check) {
    for (const { path } of changed) output.text(`${path}\n`);
    if (!output.json && changed.length > 0)
      output.note(`${counted(changed.length, "model")} not in the canonical form; \`stratum format --write\` rewrites`);
  }
  const fine = mistakes.length === 0 && !(check && changed.length > 0);
  output.data({ ok: fine, files, ...(mistakes.length > 0 ? { diagnostics: mistakes } : {}) });
  return fine ? status.fine : status.wrongInput;
};

/** Line ends as the text has them: a checkout on Windows stays one. */
function withLineEnds(formatted: string, original: string): string {
  const windows = original.split("\r\n").length - 1;
  const all = original.split("\n").length - 1;
  return windows * 2 > all ? formatted.replaceAll("\n", "\r\n") : formatted;
}

/** Files as they are named, folders as the models in them. */
async function expanded(args: readonly string[]): Promise<Outcome<readonly string[]>> {
  const paths: string[] = [];
  const errors: Diagnostic[] = [];
  for (const arg of args) {
    if (arg === "-" || (await kindOf(arg)) !== "folder") {
      paths.push(arg);
      continue;
    }
    const found = await filesUnder(arg, ".ppl");
    paths.push(...found);
    if (found.length === 0)
      errors.push(
        usage.unreadableModel({
          path: arg,
          problem: "the folder holds no `.ppl` file",
          beside: [],
        }),
      );
  }
  const [first, ...rest] = errors;
  return first ? failed(first, ...rest) : ok([...new Set(paths)]);
}
