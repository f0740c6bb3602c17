import type { Option } from "../src/options/option.ts";
import { compileRows, runRows, testRows, trainRows } from "../src/options/rows.ts";
import { textOf } from "../src/options/print.ts";

/** The options of the API as an interface, from the rows that the command line has: comments and types for editors. */
export function optionValues(): string {
  const groups = [compileRows, trainRows, runRows, testRows].map((rows) => Object.entries(rows).map(member).join("\n"));
  return `// Written by \`npm run generate\` from rows.ts: change an option there.

/** Options of \`compile\` and \`infer\` that the command line has too. */
export interface OptionValues {
${groups.join("\n\n")}
}
`;
}

function member([name, { kind, says, doc, otherwise }]: readonly [string, Option<unknown, null>]): string {
  const text = says ?? doc;
  const assumed = otherwise === null || textOf(otherwise) === "" ? "" : ` (default: \`${textOf(otherwise)}\`)`;
  const comment = `${text.charAt(0).toUpperCase()}${text.slice(1)}${assumed}.`;
  return `  /** ${comment} */\n  readonly ${name}?: ${kind.type};`;
}
