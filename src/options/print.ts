import { flagName } from "./option.ts";
import { optionNames, type Values } from "./rows.ts";

/** Options in the texts that the command line takes, by long name; yes and no are themselves. */
export type Written = Readonly<Record<string, string | boolean>>;

/** A value as the command line takes it: lists as `100,100`, numbers by name as `n=32,m=8`. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(",");
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([name, one]) => `${name}=${String(one)}`)
      .join(",");
  return String(value);
}

/** Values as the command line takes them. */
export function inWriting(given: Readonly<Record<string, unknown>>): Written {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === "boolean" ? value : textOf(value)]),
  );
}

/** `--print-config`: one option a line, in the form that the command line takes. */
export function printConfig(values: Values): string {
  const width = Math.max(...optionNames.map((name) => flagName(name).length));
  const shown = (value: unknown): string => {
    if (value === null) return "-";
    return Array.isArray(value) ? textOf(value) : textOf(value) || "-";
  };
  return optionNames.map((name) => `${flagName(name).padEnd(width)}  ${shown(values[name])}\n`).join("");
}
