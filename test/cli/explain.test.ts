import { describe, expect, test } from "vitest";
import { explanations } from "../../src/diagnostics/explanations/index.ts";
import { normalMean, stratum, withFiles } from "./harness.ts";

const misspelt = "sample mu ~ normall(0, 1)\n";

describe("explain", () => {
  test("says what a message means, shows an example, its message and a text without it", async () => {
    expect(await stratum(["explain", "PPL207"])).toEqual({
      code: 0,
      out: `PPL207: no such distribution

The families are listed in the reference. Names of other systems (\`gaussian\`,
\`lognormal\`) get a hint at the name here.

For example:

  sample mu ~ normall(0, 1)

  $ stratum check model.ppl
  error[PPL207]: there is no distribution \`normall\`
    --> model.ppl:1:13
    1 | sample mu ~ normall(0, 1)
      |             ^^^^^^^ not a known family
      = hint: did you mean \`normal\`?

Instead:

  sample mu ~ normal(0, 1)
`,
      err: "",
    });
  });

  test("takes a code in any form, and shows commands where they differ", async () => {
    const { out } = await stratum(["explain", "PPL503"]);
    for (const form of ["503", "ppl503"]) expect((await stratum(["explain", form])).out).toBe(out);
    expect(out).toContain('  data.json:\n    { "x": [1, 2, 3] }\n');
    expect(out).toMatch(/Instead:\n\n {2}\$ stratum infer model.ppl .* --objective selbo\n$/);
  });

  test("keeps to 80 columns in its own prose", async () => {
    for (const { code, text } of explanations.values()) {
      const { out } = await stratum(["explain", code]);
      const prose = out.split("\n\n")[1]!.trimEnd().split("\n");
      expect(prose.join(" ")).toBe(text);
      for (const line of prose) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });

  test("lists every code when none is given", async () => {
    const { code, out } = await stratum(["explain"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Syntax\n {2}PPL101 {2}a character that the language does not use\n/);
    expect(out.match(/^ {2}PPL\d+ {2}/gm)).toHaveLength(explanations.size);
  });

  test("gives the same as JSON", async () => {
    const { out } = await stratum(["explain", "207", "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      code: "PPL207",
      title: "no such distribution",
      example: { wrong: { command: "check model.ppl" } },
    });
    const list = JSON.parse((await stratum(["explain", "--json"])).out) as { codes: unknown[] };
    expect(list.codes).toHaveLength(explanations.size);
  });

  test("asks back for a code that is not there", async () => {
    const { code, err } = await stratum(["explain", "PPL2007"]);
    expect(code).toBe(1);
    expect(err).toContain("error[PPL795]: there is no message `PPL2007`");
    expect(err).toMatch(/did you mean `PPL20\d`\?/);
  });
});

describe("the way to an explanation", () => {
  test("is shown once, below the mistakes, to a person at a terminal", async () => {
    const twice = misspelt + misspelt.replace("mu", "nu");
    const { err } = await stratum(["check", "-"], { stdin: twice, terminal: true });
    expect(err.match(/PPL207\]/g)).toHaveLength(2);
    expect(err.endsWith("\n\n\x1b[2m`stratum explain PPL207` says more\x1b[22m\n")).toBe(true);
    expect(err.match(/says more/g)).toHaveLength(1);
  });

  test("is not colour alone, and not for programs", async () => {
    const plain = await stratum(["check", "-"], {
      stdin: misspelt,
      terminal: true,
      env: { NO_COLOR: "1" },
    });
    expect(plain.err.endsWith("\n\n`stratum explain PPL207` says more\n")).toBe(true);
    expect((await stratum(["check", "-"], { stdin: misspelt })).err).not.toContain("explain");
  });
});

test("a result that cannot be written is a mistake with the path", () =>
  withFiles({ "model.ppl": normalMean, file: "" }, async (path) => {
    const { code, err } = await stratum(["graph", path("model.ppl"), "--out", path("file/x.dot")]);
    expect(code).toBe(1);
    expect(err).toContain("error[PPL776]: the result cannot be written: part of its path is a file");
  }));
