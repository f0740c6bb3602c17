import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { format } from "../../src/syntax/format.ts";
import { file } from "../syntax/arbitrary.ts";
import { stratum, withFiles } from "./harness.ts";

const untidy = "model   m\n\n\n// why\nsample mu~normal( 0,1 ) // prior\n";
const tidy = "model m\n\n// why\nsample mu ~ normal(0, 1)  // prior\n";
const windows = (text: string): string => text.replaceAll("\n", "\r\n");

describe("format", () => {
  test("takes a folder for every model below it, and names those that would change", () =>
    withFiles({ "a/x.ppl": untidy, "a/b/y.ppl": tidy, "a/z.txt": "", "a/.git/w.ppl": untidy }, async (path) => {
      const { code, out, err } = await stratum(["format", "--check", path("a")]);
      expect({ code, out }).toEqual({ code: 1, out: `${path("a/x.ppl")}\n` });
      expect(err).toContain("1 model not in the canonical form");
      expect((await stratum(["format", "--write", path("a")])).code).toBe(0);
      expect(readFileSync(path("a/x.ppl"), "utf8")).toBe(tidy);
      expect(readFileSync(path("a/.git/w.ppl"), "utf8")).toBe(untidy);
      expect(await stratum(["format", "--check", path("a")])).toEqual({ code: 0, out: "", err: "" });
    }));

  test("refuses a folder without models", () =>
    withFiles({ "a/z.txt": "" }, async (path) => {
      const { code, err } = await stratum(["format", "--check", path("a")]);
      expect(code).toBe(1);
      expect(err).toContain("the folder holds no `.ppl` file");
    }));

  test("checks standard input by its exit status", async () => {
    expect(await stratum(["format", "--check", "-"], { stdin: tidy })).toEqual({ code: 0, out: "", err: "" });
    const { code, out } = await stratum(["format", "--check", "-"], { stdin: untidy });
    expect({ code, out }).toEqual({ code: 1, out: "<stdin>\n" });
  });

  test("keeps the line ends of Windows", async () => {
    const ran = await stratum(["format", "-"], { stdin: windows(untidy) });
    expect(ran.out).toBe(windows(tidy));
    expect((await stratum(["format", "--check", "-"], { stdin: windows(tidy) })).code).toBe(0);
  });

  test("goes on behind a file that does not parse, and fails in the end", () =>
    withFiles({ "a.ppl": "sample (", "b.ppl": untidy }, async (path) => {
      const { code, out, err } = await stratum(["format", "--check", path("")]);
      expect({ code, out }).toEqual({ code: 1, out: `${path("b.ppl")}\n` });
      expect(err).toMatch(/^error\[PPL\d+\]/);
      const json = await stratum(["format", "--check", "--json", path("")]);
      expect(JSON.parse(json.out)).toMatchObject({
        ok: false,
        files: [{ changed: true }],
        diagnostics: [{ severity: "error" }],
      });
    }));

  test("leaves the models of this repository as they are, and its own output too", async () => {
    const models = join(import.meta.dirname, "../../models");
    expect(readdirSync(models).length).toBeGreaterThan(3);
    expect(await stratum(["format", "--check", models])).toEqual({ code: 0, out: "", err: "" });
    await fc.assert(
      fc.asyncProperty(file, fc.boolean(), async (tree, crlf) => {
        const text = crlf ? windows(format(tree)) : format(tree);
        const { code } = await stratum(["format", "--check", "-"], { stdin: text });
        expect(code).toBe(0);
      }),
      { seed: 4, numRuns: 100 },
    );
  });
});
