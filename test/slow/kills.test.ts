import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRunFiles, saveRun } from "../../src/data/runs.ts";
import type { RunFiles } from "../../src/posterior/run.ts";
import { normalData, normalMean } from "../cli/harness.ts";
import { foundIn, isTidiedBy, killedAt, type Found, type Moment } from "../data/killed.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const top = mkdtempSync(join(tmpdir(), "stratum-kills-"));
const kills = 50;

/** `stratum infer`, as a person runs it. */
const infer = (folder: string, seed: number): readonly string[] => [
  ...[main, "infer", join(top, "model.ppl"), "--data", join(top, "data.json"), "--seed", String(seed), "--out", folder],
  ...["--guide", "mean_field", "--engine", "reference", "--steps", "20", "--evidence-draws", "500"],
];

async function fitted(seed: number): Promise<{ files: RunFiles; touched: number; milliseconds: number }> {
  const folder = join(top, `whole${seed}`);
  const began = performance.now();
  const { touched } = await killedAt(infer(folder, seed), folder, null);
  const milliseconds = performance.now() - began;
  const files = await readRunFiles(folder);
  if (!files.ok) throw new Error(files.errors[0].message);
  return { files: files.value, touched, milliseconds };
}

let old: Awaited<ReturnType<typeof fitted>>;
let fresh: Awaited<ReturnType<typeof fitted>>;
beforeAll(async () => {
  writeFileSync(join(top, "model.ppl"), normalMean);
  writeFileSync(join(top, "data.json"), normalData);
  old = await fitted(1);
  fresh = await fitted(2);
}, 120_000);
afterAll(() => rmSync(top, { recursive: true, force: true }));

/** Evenly over the touches of the folder, from the first to the last; or over the time that a fit takes at present. */
const aims: Readonly<Record<string, (nth: number, milliseconds: number) => Moment>> = {
  "the writing": (nth) => ({ touch: 1 + Math.floor((nth * fresh.touched) / kills) }),
  "the whole fit": (nth, milliseconds) => ({ after: ((nth + 0.5) * milliseconds) / kills }),
};

const cases = Object.keys(aims).flatMap((aim) => [false, true].map((over) => ({ aim, over })));

describe("kill -9", () => {
  test.each(cases)(
    `at ${kills} moments of $aim (over an existing run: $over): the old run, the new one or none`,
    async ({ aim, over }) => {
      const counts: Record<Found | "killed" | "left over", number> = {
        ...{ none: 0, old: 0, new: 0, unreadable: 0, mixed: 0 },
        ...{ killed: 0, "left over": 0 },
      };
      let { milliseconds } = fresh;
      for (let nth = 0; nth < kills; nth++) {
        const folder = join(top, "run");
        if (over) await saveRun(folder, old.files);
        const began = performance.now();
        const { killed } = await killedAt(infer(folder, 2), folder, aims[aim]?.(nth, milliseconds) ?? null);
        if (killed) counts.killed++;
        else milliseconds = performance.now() - began;
        counts[await foundIn(folder, over ? old.files : null, fresh.files)]++;
        if (!(await isTidiedBy(folder, old.files))) counts["left over"]++;
        rmSync(folder, { recursive: true, force: true });
      }
      expect(counts).toMatchObject({ unreadable: 0, mixed: 0, "left over": 0 });
      // an old run is not lost, and where there was none there is none
      expect(over ? counts.none : counts.old).toBe(0);
      expect(counts.killed).toBeGreaterThan(0.8 * kills);
    },
  );
});
