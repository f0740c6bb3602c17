import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filledIn, masked } from "./compare.ts";
import { fencesOf, shownIn } from "./fences.ts";
import { testShared } from "../shared.ts";
import { documents, isRun, readDocument, root, runDocument } from "./run.ts";
import { words } from "./shell.ts";

const withNote = (note: string): string[] =>
  documents.filter((path) => readDocument(path).some((fence) => isRun(fence, [note])));
const runs = withNote("");

describe("what a document shows is what its commands print:", () => {
  test.each(runs)("%s", (path) => runDocument(path));

  test("checking, data and the tutorial are among them", () =>
    expect(runs).toEqual(expect.arrayContaining(["docs/checking.md", "docs/data.md", "docs/tutorial.md"])));

  for (const path of withNote("mnist"))
    testShared(`${path}, with the MNIST files`, "mnist", () => runDocument(path, ["mnist"]));
});

/** The options of each command, from the page that is generated from the options themselves. */
function optionsByCommand(): ReadonlyMap<string, ReadonlySet<string>> {
  const page = readFileSync(join(root, "docs/reference/cli.md"), "utf8");
  const [start = "", ...sections] = page.split(/^## /m);
  const flags = (text: string): string[] =>
    [...text.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)].map(([, flag = ""]) => flag);
  return new Map(
    sections.map((section) => {
      const [, name = ""] = /^`?(?:stratum )?([\w-]+)/.exec(section) ?? [];
      return [name, new Set([...flags(start), ...flags(section)])];
    }),
  );
}

describe("commands that are only shown", () => {
  const commands = documents.flatMap((path) =>
    readDocument(path).flatMap((fence) => {
      if (fence.language === "sh")
        return fence.lines
          .join("\n")
          .replaceAll("\\\n", " ")
          .split("\n")
          .map((line) => ({ path, command: line.replace(/\s#.*$/, "").trim() }));
      return fence.language === "console" ? shownIn(fence).map(({ command }) => ({ path, command })) : [];
    }),
  );

  test("are commands that there are, with options that they have", () => {
    const known = optionsByCommand();
    const unknown = commands.flatMap(({ path, command }) => {
      const [program, name = "", ...args] = words(command);
      if (program !== "stratum") return [];
      const options = known.get(name);
      if (!options) return [`${path}: stratum ${name}`];
      return args
        .filter((word) => word.startsWith("--") && !options.has(word))
        .map((word) => `${path}: ${name} ${word}`);
    });
    expect(unknown).toEqual([]);
    expect(commands.length).toBeGreaterThan(40);
  });

  test("stand in blocks that say so: `console` with what they print, `sh` without", () => {
    const unmarked = documents.flatMap((path) =>
      readDocument(path).flatMap(({ language, lines: [first = ""] }) =>
        language === "" && /^(\$ |stratum |npm )/.test(first) ? [`${path}: ${first}`] : [],
      ),
    );
    expect(unmarked).toEqual([]);
  });
});

describe("comparing", () => {
  test("an elision stands for lines, at the end of a line for the rest of it, and hides nothing else", () => {
    expect(filledIn(["a", "...", "d ..."], ["a", "b", "c", "d e"])).toEqual(["a", "b", "c", "d e"]);
    expect(filledIn(["a", "..."], ["a", "b"])).toEqual(["a", "b"]);
    expect(filledIn(["a", "...", "d"], ["a", "b", "e"])).toEqual(["a", "b", "d"]);
    expect(filledIn(["a"], ["a", "b"])).toEqual(["a"]);
  });

  test("times are nobody's business, numbers are", () => {
    expect(masked(["300 steps in 107 ms (2,806 a second)"])).toEqual(["300 steps in (time) ((time))"]);
    expect(masked(["300 steps in 2.1 s (106 a second)"])).toEqual(["300 steps in (time) ((time))"]);
    expect(masked(["z  0.5  1.2"])).toEqual(["z  0.5  1.2"]);
    expect(masked(["K  min per fit", "1      0.31", "", "1      0.31"])).toEqual([
      "K  min per fit",
      "1 (time)",
      "",
      "1      0.31",
    ]);
  });

  test("a command ends where its line does not end with a backslash", () => {
    const [fence] = fencesOf("  ```console slow\n  $ a \\\n      b\n  c\n  $ d\n  ```");
    expect(fence && isRun(fence, ["slow"])).toBe(true);
    expect(fence && shownIn(fence).map(({ command, output }) => [command, ...output])).toEqual([["a b", "c"], ["d"]]);
  });
});
