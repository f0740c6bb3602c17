import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../cases/syntax");

/** The texts of the tour in the language's description: every statement and most expressions are in one of them. */
export const tour: readonly string[] = readdirSync(folder)
  .filter((name) => name.startsWith("tour-"))
  .map((name) => readFileSync(join(folder, name), "utf8").split(/^==> /m)[0]!)
  .map((text) => text.split("\n").slice(2).join("\n"));

/** Every text among the cases, broken ones included. */
export const texts: readonly string[] = readdirSync(folder)
  .map((name) => readFileSync(join(folder, name), "utf8").split(/^==> /m)[0]!)
  .map((text) => text.split("\n").slice(2).join("\n"));
