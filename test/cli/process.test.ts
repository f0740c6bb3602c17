import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { normalData, normalMean, withFiles, type Ran } from "./harness.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));

/** The command line as a process of its own. */
function run(
  argv: readonly string[],
  interruptWhen?: (child: Ran) => boolean,
  signal: NodeJS.Signals = "SIGINT",
): Promise<Ran> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", main, ...argv], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  const look = () => {
    if (interruptWhen?.({ code: -1, out, err })) {
      interruptWhen = undefined;
      child.kill(signal);
    }
  };
  child.stdout.on("data", (chunk: Buffer) => ((out += chunk.toString()), look()));
  child.stderr.on("data", (chunk: Buffer) => ((err += chunk.toString()), look()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code: code ?? -1, out, err })));
}

const files = { "model.ppl": normalMean, "data.json": normalData };
const quick = ["--guide", "mean_field", "--objective", "elbo", "--engine", "reference"];

describe("the process", () => {
  test("exits with 0 when all is fine, and writes results to standard output only", () =>
    withFiles(files, async (path) => {
      const { code, out, err } = await run(["check", path("")]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toContain("N = 3");
    }));

  test("exits with 1 when the model is wrong", () =>
    withFiles({ "m.ppl": "sample ~" }, async (path) => {
      const { code, out, err } = await run(["check", path("m.ppl")]);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toMatch(/^error\[PPL1\d\d\]/);
    }));

  test("exits with 2 when the answer is not to be trusted", () =>
    withFiles(files, async (path) => {
      const { code } = await run([
        "infer",
        path(""),
        ...quick,
        "--steps",
        "1",
        "--seed",
        "1",
        "--evidence-draws",
        "20",
      ]);
      expect(code).toBe(2);
    }));

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("keeps what was learned at a %s, and exits with 130", (signal) =>
    withFiles(files, async (path) => {
      // The seed is drawn and told just before training starts: that is when to interrupt.
      const { code, out, err } = await run(
        ["infer", path(""), ...quick, "--steps", "5000000", "--out", path("run")],
        ({ err }) => err.includes("(drawn"),
        signal,
      );
      expect(err).toContain("stopping; interrupt again to stop without saving");
      expect(code).toBe(130);
      expect(out).toContain("interrupted");
      expect(existsSync(path("run/run.json"))).toBe(true);
    }),
  );

  test("goes on when nobody reads standard error any more", () =>
    withFiles(files, async (path) => {
      const argv = ["infer", path(""), ...quick, "--steps", "2000", "--evidence-draws", "200", "--out", path("run")];
      const child = spawn(process.execPath, ["--import", "tsx", main, ...argv], {
        cwd: root,
        stdio: ["ignore", "ignore", "pipe"],
      });
      child.stderr.destroy();
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect([0, 2]).toContain(code);
      expect(existsSync(path("run/run.json"))).toBe(true);
    }));
});
