import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestProject } from "vitest/node";
import { fencesOf } from "../documents/fences.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly tarball: string;
    /** A folder in which the packed package was installed, with the files that docs/embedding.md shows. */
    readonly fresh: string;
  }
}

const root = join(import.meta.dirname, "..", "..");

/** Packs the package and installs it, as its users do: builds it too. */
export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "stratum-package-"));
  const fresh = join(folder, "fresh");
  const npm = (args: readonly string[], cwd: string): void =>
    void execFileSync("npm", [...args], { cwd, stdio: ["ignore", "ignore", "inherit"] });
  npm(["pack", "--silent", "--pack-destination", folder], root);
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
  mkdirSync(fresh);
  writeFileSync(join(fresh, "package.json"), JSON.stringify({ name: "fresh", private: true, type: "module" }));
  npm(["install", "--silent", "--prefer-offline", tarball], fresh);
  for (const { note, lines } of fencesOf(readFileSync(join(root, "docs/embedding.md"), "utf8")))
    if (note !== "") write(join(fresh, note), lines);
  cpSync(join(root, "models/eight_schools"), join(fresh, "eight_schools"), { recursive: true });
  provide("tarball", tarball);
  provide("fresh", fresh);
  return () => rmSync(folder, { recursive: true, force: true });
}

function write(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join("\n")}\n`);
}
