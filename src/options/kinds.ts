import { isRecord } from "../base/shown.ts";

/** What values an option takes: how one is told from others, and how a person writes one on the command line. */
export interface Kind<T> {
  /** In words, as in "takes a whole number of at least 1". */
  readonly expected: string;
  /** The same for values of a program, where a person would write them in another way. */
  readonly typed?: string;
  /** The names, where it is one of some: for "did you mean". */
  readonly choices: readonly string[];
  /** Its type, as TypeScript writes it. */
  readonly type: string;
  readonly holds: (value: unknown) => value is T;
  /** What a text says. Only `holds` judges whether it is a value of this kind. */
  readonly parse: (text: string) => unknown;
  /** What two that were given say together; without it, the later one wins. */
  join?(before: T, after: T): T;
}

/** `a`, `b` or `c`, in backticks. */
function alternatives(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/** One of some names. */
export function choice<const T extends string>(...choices: readonly T[]): Kind<T> {
  const known: ReadonlySet<unknown> = new Set(choices);
  return {
    expected: alternatives(choices),
    choices,
    type: choices.map((name) => `"${name}"`).join(" | "),
    holds: (value): value is T => known.has(value),
    parse: (text) => text,
  };
}

/** Any text. */
export const anyText: Kind<string> = {
  expected: "a text",
  choices: [],
  type: "string",
  holds: (value) => typeof value === "string",
  parse: (text) => text,
};

/** Yes or no: on the command line an option without a value. */
export const yesOrNo: Kind<boolean> = {
  expected: "`true` or `false`",
  choices: [],
  type: "boolean",
  holds: (value) => typeof value === "boolean",
  parse: (text) => (text === "true" ? true : text === "false" ? false : text),
};

function numeric(expected: string, holds: (value: number) => boolean): Kind<number> {
  return {
    expected,
    choices: [],
    type: "number",
    holds: (value): value is number => typeof value === "number" && holds(value),
    parse: number,
  };
}

/** A whole number of at least `least`. */
export const whole = (least: number): Kind<number> =>
  numeric(`a whole number of at least ${least}`, (value) => Number.isSafeInteger(value) && value >= least);

/** A real number that `holds`. */
export const real = (expected: string, holds: (value: number) => boolean): Kind<number> =>
  numeric(expected, (value) => Number.isFinite(value) && holds(value));

export const positive = real("a number above 0", (value) => value > 0);
export const nonnegative = real("a number of at least 0", (value) => value >= 0);
export const anyNumber = real("a number", () => true);

/** Items that a list has at most. */
export const longestList = 1000;

/** A list; as text `100,100`, and an empty text is the empty list. */
export function list<T>(item: Kind<T>, expected: string, typed = expected): Kind<readonly T[]> {
  return {
    expected,
    typed,
    choices: [],
    type: `readonly ${item.type}[]`,
    holds: (value): value is readonly T[] =>
      Array.isArray(value) && value.length <= longestList && value.every(item.holds),
    parse: (text) => (text.trim() === "" ? [] : text.split(",").map((part) => item.parse(part.trim()))),
  };
}

/** Numbers by name; as text `n=32,m=8`. */
export function named(item: Kind<number>, expected: string, typed: string): Kind<Readonly<Record<string, number>>> {
  return {
    expected,
    typed,
    choices: [],
    type: `Readonly<Record<string, ${item.type}>>`,
    holds: (value): value is Readonly<Record<string, number>> =>
      isRecord(value) && Object.entries(value).every(([name, one]) => /^[A-Za-z_]\w*$/.test(name) && item.holds(one)),
    parse: (text) => {
      const parts = text.split(",").filter((part) => part.trim() !== "");
      const pairs = parts.map((part) => /^([^=]*)=(.*)$/s.exec(part) ?? [part, part, ""]);
      return Object.fromEntries(pairs.map(([, name = "", value = ""]) => [name.trim(), item.parse(value.trim())]));
    },
    join: (before, after) => ({ ...before, ...after }),
  };
}

/** NaN for anything that is not a plain decimal number: no hex, no empty text. */
function number(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}
