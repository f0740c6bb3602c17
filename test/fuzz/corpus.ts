import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tour } from "../syntax/models.ts";

const models = join(import.meta.dirname, "../../models");

/** Models to start from: those that ship, and the tour of the language. */
export const corpus: readonly string[] = [
  ...readdirSync(models, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ppl"))
    .sort()
    .map((name) => readFileSync(join(models, name), "utf8")),
  ...tour,
];

const kept = join(import.meta.dirname, "../cases/fuzz");

/** Texts that once broke something. */
export const failures: readonly (readonly [name: string, text: string])[] = existsSync(kept)
  ? readdirSync(kept).map((name) => [name, readFileSync(join(kept, name), "utf8")] as const)
  : [];
