import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { filesIn, pause, stratum } from "./processes.ts";

/** Fits of both kinds that take some seconds: a search with a polish, and training with minibatches and averages. */
const fits = {
  auto: ["models/eight_schools_centred", "--seed", "3", "--checkpoint-every", "0.1"],
  training: [
    ...["models/abs_normal", "--seed", "3", "--guide", "mixture", "--K", "3", "--batch", "n=32", "--epochs", "150"],
    ...["--average-last", "0.5", "--checkpoint-every", "0.1"],
  ],
  plateau: [
    ...["models/abs_normal", "--seed", "4", "--stop", "plateau", "--window", "200", "--settle", "500", "--K", "2"],
    ...["--lr", "0.02", "--schedule", "constant", "--checkpoint-every", "0.1"],
  ],
};
const kills = { auto: 10, training: 6, plateau: 4 };

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "stratum-resume-"))));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(Object.keys(fits) as (keyof typeof fits)[])("a fit by %s that is killed and resumed", (kind) => {
  test("comes to the bytes of one that was not", { timeout: 1_800_000 }, async () => {
    const whole = join(folder, `${kind}-whole`);
    const began = performance.now();
    const first = await stratum(["infer", ...fits[kind], "--out", whole]).ended;
    const took = performance.now() - began;
    expect([0, 2]).toContain(first.code);
    expect(existsSync(`${whole}.checkpoint`)).toBe(false);
    const random = randomStream(seedKey(1, `kill ${kind}`));
    const moments: string[] = [];
    for (let nth = 0; nth < kills[kind]; nth++) {
      const run = join(folder, `${kind}-${nth}`);
      // two kills each: the second comes upon a run that was resumed
      for (const again of [[], ["--resume"]]) {
        const started = stratum(["infer", ...fits[kind], "--out", run, ...again]);
        const moment = 300 + random.uniform() * (took - 300);
        await pause(moment);
        started.kill("SIGKILL");
        const { code } = await started.ended;
        moments.push(`${Math.round(moment)}${code === null ? "" : " (finished)"}`);
      }
      const resumed = await stratum(["infer", ...fits[kind], "--out", run, "--resume"]).ended;
      expect(resumed.code, resumed.err).toBe(first.code);
      expect(filesIn(run)).toEqual(filesIn(whole));
      expect(existsSync(`${run}.checkpoint`)).toBe(false);
    }
    const when = moments.join(", ");
    process.stdout.write(`${kind}: ${kills[kind]} fits of ${Math.round(took)} ms, killed at ${when} ms: same bytes\n`);
  });
});
