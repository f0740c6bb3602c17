import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Reader } from "../api/readers.ts";
import type { Request } from "./commands.ts";

/** The value of a command's own option, or what is assumed without it. */
export function readFlag<T, U>(
  { command, flags }: Request,
  name: string,
  read: Reader<T>,
  otherwise: U,
): Outcome<T | U> {
  const found = flags[name];
  if (typeof found !== "string") return ok(otherwise);
  const value = read(found);
  if ("value" in value) return ok(value.value);
  const { expected, choices = [] } = value;
  return failed(usage.optionValue({ option: name, found, expected, choices, where: `stratum ${command}` }));
}
