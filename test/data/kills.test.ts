import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { saveRun } from "../../src/data/runs.ts";
import { foundIn, isTidiedBy, killedAt } from "./killed.ts";

// the first of what test/slow/kills.test.ts does by the hundred
const runs = fileURLToPath(new URL("../../src/data/runs.ts", import.meta.url));
const filesOf = (seed: number) => ({
  "run.json": `{ "schemaVersion": 2, "seed": ${seed} }`,
  [`${seed}.npy`]: new Uint8Array(9).fill(seed),
});
const [old, fresh] = [filesOf(1), filesOf(2)];

test("a writer that is killed leaves the old run or the new one", async () => {
  const top = mkdtempSync(join(tmpdir(), "stratum-kills-"));
  const kill = async (touch: number | null) => {
    const folder = join(top, String(touch));
    await saveRun(folder, old);
    const files = `{ "run.json": ${JSON.stringify(fresh["run.json"])}, "2.npy": new Uint8Array(9).fill(2) }`;
    const script = `import { saveRun } from ${JSON.stringify(runs)};
      const problem = await saveRun(${JSON.stringify(folder)}, ${files});
      if (problem !== null) throw new Error(problem.message);`;
    const argv = ["--input-type=module", "-e", script];
    const died = await killedAt(argv, folder, touch === null ? null : { touch });
    const found = await foundIn(folder, old, fresh);
    return { ...died, found, tidied: await isTidiedBy(folder, old) };
  };
  try {
    const whole = await kill(null);
    expect(whole).toMatchObject({ killed: false, found: "new", tidied: true });
    // the last touches are those of the lock
    const touches = Array.from({ length: 10 }, (_, i) => 1 + Math.round((i * (whole.touched - 1)) / 9));
    const all = await Promise.all(touches.map(kill));
    expect(all.every(({ killed, tidied }) => killed && tidied)).toBe(true);
    const order = all.map(({ found }) => found);
    expect(order).toEqual([...order].sort((a, b) => ["old", "new"].indexOf(a) - ["old", "new"].indexOf(b)));
    expect(new Set(order)).toEqual(new Set(["old", "new"]));
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
});
