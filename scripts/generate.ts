import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { cstTypes, diagramsHtml } from "./diagrams.ts";
import {
  apiReference,
  commandReference,
  distributionReference,
  functionReference,
  layerReference,
  objectiveReference,
  operationReference,
} from "./manual.ts";
import { findingReference } from "./findings.ts";
import { languageIndex, languagePage, languagePages } from "./reference.ts";
import { optionValues } from "./options.ts";
import { textmateGrammar } from "./textmate.ts";
import { messageIndex, messagePage, messagePages, shownMessages } from "./explained.ts";

/** Every file that is written by a program, and the program. `--check` fails when one of them is stale. */
const generated: Readonly<Record<string, () => string | Promise<string>>> = {
  "grammar/cst.ts": cstTypes,
  "grammar/diagrams.html": diagramsHtml,
  "grammar/stratum.tmLanguage.json": textmateGrammar,
  "src/options/values.ts": optionValues,
  "docs/reference/cli.md": commandReference,
  "docs/reference/functions.md": functionReference,
  "docs/reference/distributions.md": distributionReference,
  "docs/reference/layers.md": layerReference,
  "docs/reference/objectives.md": objectiveReference,
  "docs/reference/operations.md": operationReference,
  "docs/reference/findings.md": findingReference,
  "docs/reference/language/README.md": languageIndex,
  ...Object.fromEntries(languagePages.map(({ path, group }) => [`docs/reference/${path}`, () => languagePage(group)])),
  // Before the pages that quote it.
  "src/diagnostics/explanations/shown.ts": shownMessages,
  "docs/reference/messages.md": messageIndex,
  ...Object.fromEntries(messagePages.map(({ path, group }) => [`docs/reference/${path}`, () => messagePage(group)])),
  "docs/reference/api.md": apiReference,
};

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const checking = process.argv.includes("--check");
const stale: string[] = [];
for (const [path, write] of Object.entries(generated)) {
  const file = join(root, path);
  // Code and JSON are laid out as the rest of the code is; pages are left as they are written.
  const written = await write();
  const text = /\.(ts|json)$/.test(path)
    ? await format(written, { ...(await resolveConfig(file)), filepath: file })
    : written;
  if (text === current(file)) continue;
  stale.push(path);
  if (checking) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
for (const path of stale) console.log(checking ? `stale: ${path}` : `wrote ${path}`);
if (checking && stale.length > 0) {
  console.log("run `npm run generate`");
  process.exitCode = 1;
}

function current(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
