import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";

const fresh = inject("fresh");
const installed = join(fresh, "..", "hosts");

/** Other hosts, as npm has them, and the file that puts the program in place where installing does not run it. */
const hosts = [
  { name: "Bun", packages: ["bun@1.4.5"], run: ["node_modules/.bin/bun"] },
  { name: "Deno", packages: ["deno@2.9.6"], run: ["node_modules/.bin/deno", "run", "-A"] },
  { name: "Node 22", packages: ["node22@npm:node@22"], run: ["node_modules/node22/bin/node"] },
  { name: "Node 24", packages: ["node24@npm:node@24"], run: ["node_modules/node24/bin/node"] },
] as const;

/** What a program of the fresh folder prints. */
function said([program, ...args]: readonly string[], file: string): string {
  return execFileSync(program ?? "", [...args, file], { cwd: fresh, encoding: "utf8" });
}

beforeAll(() => {
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, "package.json"), '{ "private": true }');
  const run = (program: string, args: readonly string[], cwd: string): void =>
    void execFileSync(program, [...args], { cwd, stdio: ["ignore", "ignore", "inherit"] });
  const packages = hosts.flatMap(({ packages }) => packages);
  run("npm", ["install", "--silent", "--prefer-offline", ...packages], installed);
  for (const version of ["node22", "node24"])
    run("node", ["installArchSpecificPackage.js"], join(installed, "node_modules", version));
  copyFileSync(join(import.meta.dirname, "digits.mjs"), join(fresh, "digits.mjs"));
}, 300_000);

describe.each(hosts)("$name", ({ run: [program, ...args] }) => {
  const host = [join(installed, program), ...args];

  test("runs the programs of docs/embedding.md", () => {
    expect(said(host, "fit.mjs")).toBe(said(["node"], "fit.mjs"));
    expect(said(host, "fit.cjs")).toMatch(/PPL\d/);
    expect(said(host, "four.mjs").match(/\d\.\d+/g)).toEqual(said(["node"], "four.mjs").match(/\d\.\d+/g));
  });

  test("computes the same digits as this Node: parameters, bounds and summaries, bit by bit", () => {
    expect(said(host, "digits.mjs")).toBe(said(["node"], "digits.mjs"));
    expect(readFileSync(join(fresh, "digits.mjs"), "utf8")).toContain("reference");
  });
});
