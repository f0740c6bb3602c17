import { families } from "../src/distributions/index.ts";
import { functions } from "../src/library/index.ts";
import { groups, pending, type Example } from "./language/index.ts";
import { fenced, markdownTable, page } from "./page.ts";

/** The pages of the language reference: every construct in a model that runs. */

type Group = (typeof groups)[number];

export const languagePages: readonly { readonly path: string; readonly group: Group }[] = groups.map((group) => ({
  path: `language/${group.title.toLowerCase()}.md`,
  group,
}));

/** What is on which page. */
export function languageIndex(): string {
  const rows = languagePages.map(({ path, group }) => [
    `[${group.title}](${path.replace("language/", "")})`,
    group.rows.map(({ of }) => `\`${of}\``).join(" "),
  ]);
  return page(
    "The language by examples",
    "Every construct of the language in a model that runs with the data below it. The [overview](../../language.md) says " +
      "what they mean in a few pages.",
    markdownTable(["page", "constructs"], rows),
  );
}

export function languagePage({ title, about, rows }: Group): string {
  return page(title, about, ...rows.map((row) => section(title, row)));
}

function section(title: string, row: Example): string {
  const because = pending.get(`${title}: ${row.of}`);
  const data = Object.entries(row.data).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const options = Object.entries(row.options ?? {}).map(([name, value]) => `\`--${name} ${value}\``);
  return [
    `## ${row.of}`,
    ...(because === undefined ? [] : [`*Not in this version: ${because}.*`]),
    ...words(title, row),
    fenced(row.model),
    ...(data.length === 0 ? [] : [fenced(`{ ${data.join(", ")} }`, "json")]),
    ...(options.length === 0 ? [] : [`Run with ${options.join(" ")}.`]),
  ].join("\n\n");
}

/** The note of the row; or, for functions and families, what their own records say. */
function words(title: string, { of, note }: Example): readonly string[] {
  const fn = title === "Functions" ? functions[of] : undefined;
  if (fn) return [`\`${fn.signature}\`: ${fn.doc}`];
  if (title === "Distributions" && Object.hasOwn(families, of))
    return [`[Arguments, support and source](../distributions.md#${of})`];
  return note === "" ? [] : [note];
}
