import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { version } from "../../src/api/version.ts";
import { normalData, normalMean, stratum, withFiles } from "./harness.ts";

const misspelt = "data y: real[N]\nsample mu ~ normall(0, 1)\n";

describe("check", () => {
  test("says that a model is fine, and what its data say of its sizes", () =>
    withFiles({ "model.ppl": normalMean, "data.json": normalData }, async (path) => {
      expect(await stratum(["check", path("model.ppl")])).toEqual({
        code: 0,
        out: `${path("model.ppl")}: fine, 1 latent site, 1 observed site\n`,
        err: "",
      });
      const { out } = await stratum(["check", path("")]);
      expect(out).toMatch(/: fine, 1 latent site, 1 observed site, N = 3\n$/);
    }));

  test("renders every mistake on standard error, and nothing on standard output", async () => {
    const { code, out, err } = await stratum(["check", "-"], { stdin: misspelt });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("<stdin>:2:13");
    expect(err).toContain("2 | sample mu ~ normall(0, 1)");
    expect(err).toContain("did you mean `normal`?");
    expect(err).not.toContain("\x1b");
  });

  test("gives the same mistakes as JSON on standard output", async () => {
    const { code, out, err } = await stratum(["check", "-", "--json"], { stdin: misspelt });
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      ok: false,
      diagnostics: [{ file: "<stdin>", line: 2, column: 13, severity: "error" }],
    });
  });

  test("checks data against the model and names the file", () =>
    withFiles({ "model.ppl": normalMean, "data.json": `{ "y": [1, "two"] }` }, async (path) => {
      const { code, err } = await stratum(["check", path("")]);
      expect(code).toBe(1);
      expect(err).toContain("y[1]");
    }));

  test("names the data file that is not there", () =>
    withFiles({ "model.ppl": normalMean, "data.json": normalData }, async (path) => {
      const { code, err } = await stratum(["check", path("model.ppl"), "--data", path("dato.json")]);
      expect(code).toBe(1);
      expect(err).toContain("dato.json");
      expect(err).toContain(`there is \`${path("data.json")}\``);
    }));
});

describe("format", () => {
  const untidy = "model   m\nsample mu~normal( 0,1 )\n";
  const tidy = "model m\nsample mu ~ normal(0, 1)\n";

  test("prints the canonical form", async () => {
    expect(await stratum(["format", "-"], { stdin: untidy })).toEqual({
      code: 0,
      out: tidy,
      err: "",
    });
  });

  test("with --check changes nothing and tells by its exit status", () =>
    withFiles({ "a.ppl": untidy, "b.ppl": tidy }, async (path) => {
      const { code, out, err } = await stratum(["format", "--check", path("a.ppl"), path("b.ppl")]);
      expect({ code, out }).toEqual({ code: 1, out: `${path("a.ppl")}\n` });
      expect(err).toContain("1 model not in the canonical form");
      expect(readFileSync(path("a.ppl"), "utf8")).toBe(untidy);
      expect((await stratum(["format", "--check", path("b.ppl")])).code).toBe(0);
    }));

  test("with --write rewrites the file in place", () =>
    withFiles({ "a.ppl": untidy }, async (path) => {
      expect(await stratum(["format", "--write", path("a.ppl")])).toEqual({
        code: 0,
        out: "",
        err: "",
      });
      expect(readFileSync(path("a.ppl"), "utf8")).toBe(tidy);
    }));
});

describe("graph", () => {
  test("prints DOT", async () => {
    const { code, out } = await stratum(["graph", "-"], { stdin: normalMean });
    expect(code).toBe(0);
    expect(out).toMatch(/^digraph "normal_mean" \{/);
    expect(out).toContain('"mu" -> "y[n]"');
  });

  test("draws it when asked to", async () => {
    const { code, out } = await stratum(["graph", "-", "--svg"], { stdin: normalMean });
    expect(code).toBe(0);
    expect(out).toContain("<svg");
    expect(out).toContain(">mu</text>");
    expect(out.trimEnd()).toMatch(/<\/svg>$/);
  });

  test("gives nodes, edges and plates as JSON", async () => {
    const { out } = await stratum(["graph", "-", "--json"], { stdin: normalMean });
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      name: "normal_mean",
      nodes: [
        { id: "y", kind: "data", parents: [] },
        { id: "mu", kind: "latent", parents: [] },
        { id: "y[n]", kind: "observed", parents: ["y", "mu"], plates: ["n"] },
      ],
      plates: [{ id: "n", size: "N" }],
    });
  });
});

describe("emit", () => {
  test("lists its stages, and prints every one of them", () =>
    withFiles({ "model.ppl": normalMean, "data.json": normalData }, async (path) => {
      const list = await stratum(["emit", "list"]);
      const stages = list.out
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]!);
      expect(stages).toEqual([
        ...["tokens", "ast", "model", "graph", "dot", "data", "guide", "program", "bound"],
        ...["gradient", "unoptimised", "step", "module", "wasm", "evaluation", "structure", "constants"],
      ]);
      for (const stage of stages) {
        const { code, out, err } = await stratum(["emit", stage, path("")]);
        expect({ stage, code, err }).toEqual({ stage, code: 0, err: "" });
        // A model without params has no constants to compute.
        if (stage !== "constants") expect(out.length).toBeGreaterThan(20);
        expect(out).toMatch(/\n$/);
      }
    }));

  test("shows the tokens of a text that does not parse", async () => {
    const { code, out } = await stratum(["emit", "tokens", "-"], { stdin: "sample ~ (" });
    expect(code).toBe(0);
    expect(out).not.toBe("");
  });

  test("says which stages there are when it is asked for another", async () => {
    const { code, err } = await stratum(["emit", "grapf", "-"]);
    expect(code).toBe(1);
    expect(err).toContain("PPL777");
    expect(err).toContain("did you mean `graph`?");
  });

  test("asks for data where a stage needs them", async () => {
    const { code, err } = await stratum(["emit", "step", "-"], { stdin: normalMean });
    expect(code).toBe(1);
    expect(err).toContain("`stratum emit` needs the data of `normal_mean`: `y`");
  });
});

describe("the command line", () => {
  test("meets every misuse with a diagnostic and status 1", async () => {
    const misuses: readonly (readonly [string[], string])[] = [
      [["inferr"], "did you mean `infer`?"],
      [["infer"], "missing required argument `model`"],
      [["infer", "m", "--epoch", "3"], "did you mean `--epochs`?"],
      [["infer", "m", "extra"], "too many arguments"],
      [["infer", "-", "--K", "many"], "`--K` takes a whole number of at least 1"],
      [["infer", "-", "--engine", "tjfs"], "did you mean `tfjs`?"],
      [["infer", "-", "--epochs", "1", "--steps", "1"], "do not go together"],
      [["emit", "ast"], "the model is missing"],
      [["check", "nowhere.ppl"], "there is no such file"],
      [["posterior", "nowhere"], "there is no such folder"],
      [["check", "-", "--data", "-"], "both the model and the data"],
    ];
    for (const [argv, says] of misuses) {
      const { code, out, err } = await stratum(argv, { stdin: normalMean });
      expect({ argv, code, out }).toEqual({ argv, code: 1, out: "" });
      expect(err).toMatch(/^error\[PPL\d+\]: /);
      expect(err).toContain(says);
      expect(err).not.toMatch(/^\s+at /m);
    }
  });

  test("reports misuse as JSON when JSON is asked for", async () => {
    const { code, out, err } = await stratum(["infer", "--json", "--epoch", "3"]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(JSON.parse(out)).toMatchObject({ ok: false, diagnostics: [{ code: "PPL770" }] });
  });

  test("prints help and version on standard output with status 0", async () => {
    expect(await stratum(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
    const help = await stratum(["infer", "--help"]);
    expect(help.code).toBe(0);
    for (const option of ["--guide", "--K", "--T", "--evidence-draws", "--no-amortize", "--out"])
      expect(help.out).toContain(option);
  });

  test("prints help on standard error, with status 1, when nothing is asked for", async () => {
    const { code, out, err } = await stratum([]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("Usage: stratum");
  });

  test("has the version of the package", () => {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    expect((JSON.parse(text) as { version: string }).version).toBe(version);
  });

  test("colours a terminal, unless NO_COLOR says not to; FORCE_COLOR wins", async () => {
    const colours = async (terminal: boolean, env: Record<string, string>) =>
      (await stratum(["check", "-"], { stdin: misspelt, terminal, env })).err.includes("\x1b");
    expect(await colours(true, {})).toBe(true);
    expect(await colours(false, {})).toBe(false);
    expect(await colours(true, { NO_COLOR: "1" })).toBe(false);
    expect(await colours(true, { TERM: "dumb" })).toBe(false);
    expect(await colours(false, { FORCE_COLOR: "1" })).toBe(true);
    expect(await colours(true, { FORCE_COLOR: "0" })).toBe(false);
    expect(await colours(false, { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(true);
  });

  test("apologises for its own faults, with a stack only when asked", async () => {
    const broken = async (env: Record<string, string>) => {
      const { main } = await import("../../src/cli/cli.ts");
      const err: string[] = [];
      const code = await main(["check", "-"], {
        out: () => {},
        err: (text) => void err.push(text),
        stdin: () => {
          throw new Error("a cable came loose");
        },
        terminal: { out: false, err: false },
        env,
        screen: null,
        interruptible: () => new AbortController().signal,
      });
      return { code, err: err.join("") };
    };
    const quiet = await broken({});
    expect(quiet.code).toBe(70);
    expect(quiet.err).toContain("sorry: stratum stumbled: a cable came loose");
    expect(quiet.err).not.toMatch(/^\s+at /m);
    expect((await broken({ STRATUM_DEBUG: "1" })).err).toMatch(/^\s+at /m);
  });
});
