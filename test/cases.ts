import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SourceFile } from "../src/diagnostics/span.ts";

/** What can be asked of a source text. A view never throws: where its stage fails it shows the diagnostics. */
export type Views = { readonly [name: string]: (source: SourceFile) => string };

interface Case {
  readonly title: string;
  readonly source: string;
  readonly blocks: readonly { readonly view: string; readonly expected: string }[];
}

/**
 * One test for every `.case` file in a folder: a title line `# ...`, a source text, and blocks `==> view` of what is to
 * be seen. `UPDATE_CASES=1` rewrites the blocks instead of comparing them.
 */
export function runCases(folder: string, views: Views): void {
  const files = readdirSync(folder).filter((name) => name.endsWith(".case"));
  describe(`cases in ${folder.split("/").slice(-1).join("")}`, () => {
    test("are there", () => expect(files).not.toEqual([]));
    for (const file of files.toSorted()) {
      const path = join(folder, file);
      const { title, source, blocks } = readCase(readFileSync(path, "utf8"));
      test(`${file}: ${title}`, () => {
        const model: SourceFile = { path: "model.ppl", text: source };
        const seen = blocks.map(({ view }) => {
          const show = views[view];
          if (!show) throw new Error(`${file} asks for a view \`${view}\` that there is not`);
          return { view, expected: show(model).trimEnd() };
        });
        if (process.env["UPDATE_CASES"]) writeFileSync(path, writeCase({ title, source, blocks: seen }));
        else expect(seen).toEqual(blocks);
        expect(blocks).not.toEqual([]);
      });
    }
  });
}

function readCase(text: string): Case {
  const [head = "", ...parts] = text.split(/^==> /m);
  const [first = "", ...rest] = head.split("\n");
  return {
    title: first.replace(/^# */, "").trim(),
    source: `${rest.join("\n").replace(/^\n/, "").trimEnd()}\n`,
    blocks: parts.map((part) => {
      const [view = "", ...lines] = part.split("\n");
      return { view: view.trim(), expected: lines.join("\n").trimEnd() };
    }),
  };
}

function writeCase({ title, source, blocks }: Case): string {
  const shown = blocks.map(({ view, expected }) => `==> ${view}\n${expected}\n`);
  return [`# ${title}\n\n${source}`, ...shown].join("\n");
}
