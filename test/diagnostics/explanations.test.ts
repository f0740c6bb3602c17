import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { messages } from "../../scripts/messages.ts";
import { play } from "../../scripts/scenes.ts";
import { explanations, groups } from "../../src/diagnostics/explanations/index.ts";
import { shown } from "../../src/diagnostics/explanations/shown.ts";

const root = join(import.meta.dirname, "../..");
const codes = new Set(messages(join(root, "src/diagnostics/catalogue")).map(({ code }) => code));

describe("the catalogue", () => {
  test("explains every code, in the order of the codes within a group, and no other", () => {
    expect([...explanations.keys()].toSorted()).toEqual([...codes].toSorted());
    expect(codes.size).toBeGreaterThan(150);
    for (const { rows } of groups) {
      const listed = rows.map(({ code }) => code);
      expect(listed).toEqual(listed.toSorted());
      for (const { code, title, text } of rows) {
        expect(title, code).toMatch(/^(?:[a-z~=]|--|JSON).{8,80}(?:[^.]|\.\.)$/);
        expect(text, code).toMatch(/\.$/);
      }
    }
  });

  test("gives each code one meaning", () => {
    const all = groups.flatMap(({ rows }) => rows.map(({ code }) => code));
    expect(all.filter((code, i) => all.indexOf(code) !== i)).toEqual([]);
  });

  test("has every code in a case, an example or another test", () => {
    const elsewhere = readdirSync(join(root, "test"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(case|test\.ts)$/.test(entry.name))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
    const shownBy = new Map([...explanations.values()].map((row) => [String(row.code), row.example]));
    const covered = (code: string) => Boolean(shownBy.get(code)) || elsewhere.includes(code);
    expect([...codes].filter((code) => !covered(code))).toEqual([]);
  });
});

describe("the example of", () => {
  const rows = [...explanations.values()].flatMap(({ code, example }) => (example ? [{ code, ...example }] : []));

  test.each(rows)("$code gives this message and no other", async ({ code, wrong }) => {
    const { codes: given, messages: words } = await play(wrong);
    expect([...new Set(given)]).toEqual([code]);
    expect(shown[code], "run `npm run generate`").toBe(words.join("\n\n"));
  });

  test.each(rows)("$code is put right by the text beside it", async ({ right, wrong }) => {
    expect(right).not.toEqual(wrong);
    // A few steps tell that a model compiles and trains; what it learns is not asked here.
    const quick = right.command.startsWith("infer")
      ? ["--evidence-draws", "50", "--seed", "1", ...(/--(steps|epochs)/.test(right.command) ? [] : ["--steps", "5"])]
      : [];
    const { codes: given, status } = await play(right, quick);
    expect(given).toEqual([]);
    expect([0, 2]).toContain(status);
  });
});
