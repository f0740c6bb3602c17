import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { foundIn } from "./killed.ts";
import { saveRun } from "../../src/data/runs.ts";

const runs = fileURLToPath(new URL("../../src/data/runs.ts", import.meta.url));
const top = mkdtempSync(join(tmpdir(), "stratum-disk-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const old = { "run.json": '{ "schemaVersion": 2 }' };
const large = { ...old, "parameters.npy": new Uint8Array(2e6) };

/** A disk of a megabyte; null where none can be had. */
function tinyDisk(): string | null {
  const disk = join(top, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], { stdio: "ignore" });
    return disk;
  } catch {
    return null;
  }
}

test("a full disk is named, and the run that was there is kept", async ({ skip }) => {
  const disk = tinyDisk();
  if (disk === null) return skip("no disk can be mounted here");
  try {
    const folder = join(disk, "run");
    expect(await saveRun(folder, old)).toBeNull();
    expect((await saveRun(folder, large))?.message).toBe("the result cannot be written: the disk is full");
    expect(await foundIn(folder, old, large)).toBe("old");
    expect(await saveRun(folder, old)).toBeNull();
  } finally {
    execFileSync("umount", [disk]);
  }
});

test("a file that is larger than the system allows is named, and the run that was there is kept", async () => {
  const folder = join(top, "limited");
  expect(await saveRun(folder, old)).toBeNull();
  const script = `import { saveRun } from ${JSON.stringify(runs)};
    const files = { "run.json": "", "parameters.npy": new Uint8Array(2e6) };
    process.stdout.write((await saveRun(${JSON.stringify(folder)}, files)).message);`;
  const limited = spawnSync("bash", [
    "-c",
    `ulimit -f 1000; exec "$0" --import tsx --input-type=module -e "$1"`,
    process.execPath,
    script,
  ]);
  expect(limited.stdout.toString()).toBe(
    "the result cannot be written: a file would be larger than this system allows",
  );
  expect(await foundIn(folder, old, large)).toBe("old");
});

test("a folder that may not be written to is named", async ({ skip }) => {
  if (process.getuid?.() === 0) return skip("nothing is forbidden to this user");
  const folder = join(top, "locked");
  mkdirSync(folder, { mode: 0o500 });
  expect((await saveRun(join(folder, "run"), old))?.message).toBe("the result cannot be written: permission is denied");
  chmodSync(folder, 0o700);
});
