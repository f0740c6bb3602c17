import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { infer, load } from "../../src/index.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { describeShared } from "../shared.ts";
import { pause, stratum } from "./processes.ts";

/**
 * How soon an interrupt is answered. Times are told and not held: they are the machine's. What is held is that each one
 * ends with an answer that says so, and that what was learned is saved.
 */
const times = 20;
/** Milliseconds of a fit from which on something has been learned, and in which it is not yet finished. */
const [earliest, latest] = [1500, 5000];

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "stratum-interrupt-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function tell(what: string, milliseconds: readonly number[]): void {
  const sorted = milliseconds.map(Math.round).toSorted((a, b) => a - b);
  const soon = sorted.filter((one) => one <= 200).length;
  process.stdout.write(`${what}: ${soon} of ${sorted.length} within 200 ms: ${sorted.join(" ")}\n`);
}

describeShared("interrupts", "field", (shared) => {
  test.each(["crossed_many", "horseshoe"])("Ctrl-C during %s", { timeout: 1_800_000 }, async (name) => {
    const random = randomStream(seedKey(1, `interrupt ${name}`));
    const [heard, kept, saved, ended]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let nth = 0; nth < times; nth++) {
      const out = join(folder, `${name}-${nth}`);
      const path = (file: string): string => join(shared, name, file);
      const run = stratum(["infer", path("model.ppl"), "--data", path("data.json"), "--seed", "1", "--out", out]);
      // the first checkpoint is written when the fit begins
      while (!existsSync(`${out}.checkpoint`)) await pause(5);
      await pause(earliest + random.uniform() * (latest - earliest));
      const [stopping, writing] = [run.says("stopping"), run.says("saved in")];
      const at = performance.now();
      run.kill("SIGINT");
      // the second checkpoint is that of the interrupt: from then on nothing can be lost
      while (!existsSync(`${out}.checkpoint/0/checkpoint.json`)) await pause(2);
      kept.push(performance.now() - at);
      heard.push((await stopping) - at);
      saved.push((await writing) - at);
      const { code, at: end, out: report, err } = await run.ended;
      ended.push(end - at);
      expect(code, err).toBe(130);
      expect(report).toContain("An interrupt ended it");
      expect(existsSync(`${out}.checkpoint`)).toBe(true);
      expect((await load(out)).verdict.findings[0]?.code).toBe("ended-early");
    }
    tell(`${name}: heard`, heard);
    tell(`${name}: kept`, kept);
    tell(`${name}: saved`, saved);
    tell(`${name}: process ended`, ended);
  });

  test.each(["crossed_many", "horseshoe"])("an aborted signal during %s", { timeout: 1_800_000 }, async (name) => {
    const random = randomStream(seedKey(1, `abort ${name}`));
    const read = (file: string): string => readFileSync(join(shared, name, file), "utf8");
    const data = JSON.parse(read("data.json")) as Record<string, unknown>;
    const answered: number[] = [];
    for (let nth = 0; nth < times; nth++) {
      const stop = new AbortController();
      let at = 0;
      setTimeout(
        () => {
          at = performance.now();
          stop.abort();
        },
        earliest + random.uniform() * (latest - earliest),
      );
      const answer = await infer(read("model.ppl"), { data, seed: 1, signal: stop.signal });
      answered.push(performance.now() - at);
      expect(answer.report().stopped).toBe("interrupted");
      expect(answer.verdict.findings[0]?.code).toBe("ended-early");
    }
    tell(`${name}: answered`, answered);
  });
});
