import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { normalData, normalMean, stratum, withFiles } from "./harness.ts";

const files = { "model.ppl": normalMean, "data.json": normalData };
const quick = ["--guide", "mean_field", "--evidence-draws", "200", "--seed", "3"];
const long = [...quick, "--steps", "200000", "--average-last", "0.5"];

/** A signal that is aborted when a fit has had so many milliseconds. */
const after = (milliseconds: number): AbortSignal => AbortSignal.timeout(milliseconds);

function bytesOf(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("base64")]);
  return Object.fromEntries(entries) as Record<string, string>;
}

describe("infer --resume", () => {
  test("goes on with an interrupted run to the bytes of one that was not", () =>
    withFiles(files, async (path) => {
      await stratum(["infer", path(""), ...long, "--out", path("whole")]);
      const stopped = await stratum(["infer", path(""), ...long, "--out", path("run")], { signal: after(150) });
      expect(stopped.code).toBe(130);
      expect(stopped.err).toContain(`saved in ${path("run")}; the same command with --resume goes on from here`);
      expect(bytesOf(path("run"))).not.toEqual(bytesOf(path("whole")));
      const resumed = await stratum(["infer", path(""), ...long, "--out", path("run"), "--resume"]);
      expect(resumed.code).toBe(0);
      expect(bytesOf(path("run"))).toEqual(bytesOf(path("whole")));
      expect(existsSync(path("run.checkpoint"))).toBe(false);
    }));

  test("refuses other options, another seed, other data and another model by name", () =>
    withFiles({ ...files, "other.json": `{ "y": [1, 2, 4] }` }, async (path) => {
      const run = [path("model.ppl"), "--out", path("run")];
      const begun = ["infer", ...run, "--data", path("data.json"), ...long];
      expect((await stratum(begun, { signal: after(150) })).code).toBe(130);
      const refusal = async (...argv: readonly string[]): Promise<string> => {
        const { code, err } = await stratum(["infer", ...run, "--resume", ...argv]);
        expect(code).toBe(1);
        return /PPL713\]: (.*)/.exec(err)?.[1] ?? err;
      };
      const data = ["--data", path("data.json")];
      expect(await refusal(...data, ...long, "--lr", "0.02")).toBe(
        "`--lr` differs from that of the run to resume: it was 0.01 (not given), and is 0.02",
      );
      expect(await refusal(...data, ...long, "--seed", "4")).toBe(
        "`--seed` differs from that of the run to resume: it was 3, and is 4",
      );
      expect(await refusal("--data", path("other.json"), ...long)).toBe(
        "data `y` differs from that of the run to resume",
      );
      writeFileSync(path("model.ppl"), `${normalMean}\n`);
      expect(await refusal(...data, ...long)).toBe("the text of the model differs from that of the run to resume");
    }));

  test("starts anew where the first checkpoint was never finished", () =>
    withFiles(files, async (path) => {
      await stratum(["infer", path(""), ...quick, "--steps", "300", "--out", path("whole")]);
      mkdirSync(path("run.checkpoint/0/.stratum/staging"), { recursive: true });
      const resumed = await stratum(["infer", path(""), ...quick, "--steps", "300", "--out", path("run"), "--resume"]);
      expect(resumed.code).toBe(0);
      expect(bytesOf(path("run"))).toEqual(bytesOf(path("whole")));
    }));

  test("takes the seed that was drawn, and another time limit", () =>
    withFiles(files, async (path) => {
      const argv = ["infer", path(""), "--guide", "mean_field", "--steps", "200000", "--out", path("run"), "--json"];
      const stopped = await stratum(argv, { signal: after(150) });
      const { seed } = JSON.parse(stopped.out) as { seed: number };
      const resumed = await stratum([...argv, "--resume", "--time-limit", "100"]);
      expect(JSON.parse(resumed.out)).toMatchObject({ seed, stopped: "finished", steps: 200_000 });
    }));

  test("begins where there is nothing to go on from, and tells of a run that is finished", () =>
    withFiles(files, async (path) => {
      const argv = ["infer", path(""), ...quick, "--steps", "50", "--out", path("run"), "--resume"];
      const begun = await stratum(argv);
      expect(begun.err).toContain("there is nothing to resume");
      const before = bytesOf(path("run"));
      const again = await stratum(argv);
      expect(again.code).toBe(begun.code);
      expect(again.err).toContain("is finished");
      expect(bytesOf(path("run"))).toEqual(before);
      const other = await stratum([...argv, "--seed", "4"]);
      expect([other.code, other.err]).toEqual([1, expect.stringContaining("`--seed` differs")]);
    }));

  test("needs a folder, and a checkpoint that can be read", () =>
    withFiles(files, async (path) => {
      const alone = await stratum(["infer", path(""), "--resume"]);
      expect([alone.code, alone.err]).toEqual([1, expect.stringContaining("PPL715")]);
      const argv = ["infer", path(""), ...long, "--out", path("run")];
      await stratum(argv, { signal: after(150) });
      for (const place of readdirSync(path("run.checkpoint")))
        writeFileSync(path(`run.checkpoint/${place}/checkpoint.json`), "{}");
      const broken = await stratum([...argv, "--resume"]);
      expect([broken.code, broken.err]).toEqual([1, expect.stringContaining("PPL714")]);
    }));

  test("does without where none can be written, and says so once", () =>
    withFiles({ ...files, "run.checkpoint": "in the way" }, async (path) => {
      const every = ["--checkpoint-every", "0.001"];
      const { code, err } = await stratum([
        "infer",
        path(""),
        ...quick,
        "--steps",
        "2000",
        ...every,
        "--out",
        path("run"),
      ]);
      expect(code).toBe(0);
      expect(err.match(/PPL716/g)).toHaveLength(1);
      expect(readFileSync(path("run.checkpoint"), "utf8")).toBe("in the way");
    }));

  test("is told of by a run that begins anew beside an unfinished one", () =>
    withFiles(files, async (path) => {
      const argv = ["infer", path(""), ...long, "--out", path("run")];
      await stratum(argv, { signal: after(150) });
      const anew = await stratum(argv);
      expect(anew.err).toContain("holds an unfinished run, which this one will replace");
      expect(existsSync(path("run.checkpoint"))).toBe(false);
    }));
});

describe("infer that is ended", () => {
  test("before anything was learned says so, and leaves what was saved before as it is", () =>
    withFiles(files, async (path) => {
      const argv = ["infer", path(""), "--seed", "1", "--out", path("run")];
      await stratum(argv);
      const before = bytesOf(path("run"));
      const stopped = await stratum(argv, { signal: AbortSignal.abort() });
      expect([stopped.code, stopped.err]).toEqual([130, expect.stringContaining("PPL712")]);
      expect(bytesOf(path("run"))).toEqual(before);
    }));

  test("by its time limit answers in time with a verdict that says where it stood", () =>
    withFiles(files, async (path) => {
      const argv = ["infer", path(""), ...quick, "--steps", "100000000", "--time-limit", "1", "--json"];
      const { code, out } = await stratum(argv);
      const report = JSON.parse(out) as {
        stopped: string;
        verdict: { sentence: string; findings: { code: string }[] };
      };
      expect(report.stopped).toBe("time limit");
      expect(report.verdict.findings[0]).toMatchObject({
        code: "ended-early",
        facts: { by: "time limit", phase: "training", stepsAsked: 100_000_000 },
      });
      expect(report.verdict.sentence).toMatch(/^The time limit ended it in training, after \d+ of 100000000 steps/);
      expect([0, 2]).toContain(code);
    }));

  test("by an interrupt in its evaluation is judged by the draws that there was time for", () =>
    withFiles(files, async (path) => {
      const argv = ["infer", path(""), "--guide", "mean_field", "--seed", "1", "--steps", "5", "--json"];
      const { code, out } = await stratum([...argv, "--evidence-draws", "500000000"], { signal: after(800) });
      expect(code).toBe(130);
      const { verdict } = JSON.parse(out) as { verdict: { trusted: boolean; findings: unknown[] } };
      expect(verdict.findings[0]).toMatchObject({
        code: "ended-early",
        facts: { by: "interrupted", phase: "evaluation", draws: 100, asked: 500_000_000 },
      });
      expect(verdict.trusted).toBe(false);
    }));
});
