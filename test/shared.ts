import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { absent } from "./reporter.ts";

/**
 * Reference data that are not ours to ship stand beside a checkout where they stand at all; `SHARED_DATA` says where
 * else. Everything that needs them goes through here, so that a run says in one line what it did without
 * (`reporter.ts`).
 */
const folder = process.env["SHARED_DATA"] ?? join(import.meta.dirname, "../../shared/data");

/** The path of a file or folder of reference data; null where it is not there. */
export function sharedPath(name: string): string | null {
  const path = join(folder, name);
  return existsSync(path) ? path : null;
}

/** A suite that needs reference data. Where they are absent one skipped test with the reason stands for all of it. */
export function describeShared(title: string, name: string, suite: (path: string) => void): void {
  const path = sharedPath(name);
  describe(title, () => {
    if (path !== null) suite(path);
    else test(`needs shared/data/${name}`, ({ skip }) => skip(`${absent}: ${name}`));
  });
}

/** The same for a single test. */
export function testShared(title: string, name: string, body: (path: string) => void | Promise<void>): void {
  test(title, async ({ skip }) => {
    const path = sharedPath(name);
    if (path === null) skip(`${absent}: ${name}`);
    else await body(path);
  });
}
