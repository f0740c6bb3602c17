import { describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { grouped, ownGroup } from "../../src/cli/help.ts";
import { inferRows, optionNames } from "../../src/options/rows.ts";
import { normalData, normalMean, stratum, withFiles } from "./harness.ts";

const lines = (text: string): readonly string[] => text.split("\n");
const widest = (text: string): number => Math.max(...lines(text).map((line) => line.length));

describe("help", () => {
  test.each(commands.map(({ name }) => name))(
    "of %s fits 80 columns, by either spelling, with an example",
    async (name) => {
      const { code, out, err } = await stratum(["help", name]);
      expect([code, err]).toEqual([0, ""]);
      expect(widest(out)).toBeLessThanOrEqual(80);
      expect(out).toMatch(new RegExp(`\nExamples?:\n  stratum ${name} `));
      expect((await stratum([name, "--help"])).out).toBe(out);
    },
  );

  test("of the program names every command, on standard error where none is given", async () => {
    const { code, out } = await stratum(["--help"]);
    expect(code).toBe(0);
    expect(widest(out)).toBeLessThanOrEqual(80);
    for (const { name } of commands) expect(out).toContain(`\n  ${name} `);
    expect(await stratum([])).toEqual({ code: 1, out: "", err: out });
  });

  test("puts every option of a fit under a heading", () => {
    const [first] = grouped(inferRows);
    expect(first?.title).not.toBe(ownGroup);
    expect(
      grouped(inferRows)
        .flatMap(({ options }) => options.map(([name]) => name))
        .toSorted(),
    ).toEqual([...optionNames].toSorted());
  });

  test("says what `auto` takes, where guides are fitted", async () => {
    const { out } = await stratum(["help", "infer"]);
    const words = out.replace(/\s+/g, " ");
    expect(words).toContain("(default: pathwise; auto: stl)");
    expect(words).toContain("steps, instead of epochs (default: 5000; auto: 600 or 30000)");
    expect((await stratum(["help", "emit"])).out).not.toContain("auto: stl");
  });

  test("of a command that there is not lists those that there are", async () => {
    for (const argv of [["help", "nothing"], ["nothing"]]) {
      const { code, err } = await stratum(argv);
      expect(code).toBe(1);
      expect(err).toContain("unknown command `nothing`");
      expect(err).toContain("choose one of `check`");
    }
    expect((await stratum(["infr"])).err).toContain("did you mean `infer`?");
  });
});

describe("how much is said", () => {
  const fit = (path: (name: string) => string, ...more: string[]) =>
    stratum(["infer", path("m.ppl"), "--data", path("d.json"), "--steps", "20", "--guide", "full_rank", ...more]);
  const files = { "m.ppl": normalMean, "d.json": normalData };

  test("--quiet leaves results and errors", () =>
    withFiles(files, async (path) => {
      const quiet = await fit(path, "--quiet", "--out", path("run"));
      expect(quiet.err).toBe("");
      expect(quiet.out).toContain("normal_mean");
      const wrong = await fit(path, "-q", "--lr", "fast");
      expect([wrong.code, wrong.out]).toEqual([1, ""]);
      expect(wrong.err).toContain("PPL771");
    }));

  test("--verbose adds phases, choices and times, and leaves the result as it is", () =>
    withFiles(files, async (path) => {
      const usual = await fit(path, "--seed", "1", "--json");
      const verbose = await fit(path, "--seed", "1", "--json", "-v");
      expect(usual.err).toBe("");
      for (const part of [
        "compiled in ",
        "strategy train: ",
        "20 steps (finished)",
        "evaluated in ",
        "stratum infer: ",
      ])
        expect(verbose.err).toContain(part);
      const without = (text: string): unknown => ({ ...(JSON.parse(text) as object), seconds: null });
      expect(without(verbose.out)).toEqual(without(usual.out));
      expect((await fit(path, "-v", "-q")).err).toContain("PPL773");
    }));
});
