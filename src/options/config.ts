import { isRecord, shownValue, Thrown } from "../base/shown.ts";
import { optionsExclude, optionValue, unknownOption } from "../diagnostics/catalogue/usage.ts";
import { outcome, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Settings } from "../inference/strategy/strategy.ts";
import { longestList, type Kind } from "./kinds.ts";
import type { Option } from "./option.ts";
import { partsOf, type Parts } from "./parts.ts";
import { textOf } from "./print.ts";
import { flagName } from "./option.ts";
import { byFlag, inferRows, optionNames, type OptionName, type Values } from "./rows.ts";

/** What was asked for: the parts for each stage, and the values that they are made of. */
export interface Config extends Parts {
  readonly values: Values;
  /** The options that somebody gave, rather than left to their defaults. */
  readonly given: ReadonlySet<OptionName>;
  /** Where each of these was given last. */
  readonly origins: ReadonlyMap<OptionName, Origin>;
}

/** Where an option was given, and how it is spelt there. */
export interface Origin extends Pick<Source, "door" | "where" | "recommended"> {
  readonly spelt: string;
}

/** How options are given somewhere: what they are called there, and what stands for a value. */
export interface Door {
  readonly nameOf: (spelt: string) => OptionName | undefined;
  /** Every name, for "did you mean". */
  readonly names: readonly string[];
  /** Where they are listed. */
  readonly advice: string;
  /** A name as messages write it. */
  readonly quote: (spelt: string) => string;
  /** What a value of a kind is, in words. */
  readonly expected: (kind: Kind<unknown>) => string;
  /** A value of an option of the API's name, as it is given there. */
  readonly setting: (name: string, value: string) => string;
  /** What was meant by what was given. */
  readonly read: <T>(kind: Kind<T>, given: unknown) => unknown;
  readonly shown: (kind: Kind<unknown>, given: unknown) => string;
}

/** The API: a value is a value. */
export const typed: Door = {
  nameOf: (spelt) => optionNames.find((name) => name === spelt),
  names: optionNames,
  advice: "docs/reference/api.md lists them",
  quote: (spelt) => spelt,
  expected: ({ expected, typed = expected }) => typed,
  read: (_, given) => snapshot(given),
  setting: (name, value) => `${name}: "${value}"`,
  // what looks like a number and is a text, or a list of one, is shown as such
  shown: ({ choices }, given) =>
    typeof given === "string" && choices.length > 0 ? given.slice(0, 40) : shownValue(given),
};

/** Lists and objects as they are now, at their first level: who judges them and who uses them sees the same. */
function snapshot(given: unknown): unknown {
  if (typeof given !== "object" || given === null) return given;
  try {
    if (Array.isArray(given)) return Array.from(given.slice(0, longestList + 1));
    return isRecord(given) && !(given instanceof Thrown) ? { ...given } : given;
  } catch (error) {
    return new Thrown(error);
  }
}

/** The command line, and the files that say what it would: what is no value as it stands is read as a text. */
export const written: Door = {
  nameOf: (spelt) => byFlag.get(spelt),
  names: [...byFlag.keys()],
  advice: "use the long names that `stratum infer --help` lists, without dashes",
  quote: (spelt) => `--${spelt}`,
  expected: ({ expected }) => expected,
  setting: (name, value) => `--${flagName(name)} ${value}`,
  read: (kind, given) => {
    if (kind.holds(given)) return given;
    const parsed = kind.parse(textOf(given));
    return kind.holds(parsed) ? parsed : given;
  },
  shown: (_, given) => textOf(given),
};

/** Options as somebody gave them, and where: `stratum infer`, or the path of a file. */
export interface Source {
  readonly door: Door;
  readonly given: Readonly<Record<string, unknown>>;
  readonly where: string;
  /** They are there for whoever chooses nothing else, and may change nothing. */
  readonly recommended?: true;
}

/** Each row with the type of its own values. */
const rows: { readonly [K in OptionName]: Option<NonNullable<Values[K]>, null> } = inferRows;
type Chosen = { -readonly [K in OptionName]: Values[K] };

/**
 * Reads what was given over the defaults. Later sources win; an `epochs` in one silences a `steps` in an earlier one.
 * All mistakes at once.
 */
export function readConfig(sources: readonly Source[]): Outcome<Config> {
  const values: Chosen = defaults();
  const origins = new Map<OptionName, Origin>();
  const mistakes = sources.flatMap((source) => readSource(source, values, origins));
  const given = new Set(origins.keys());
  // whoever says how many components, or which, has chosen a mixture
  if (!given.has("guide") && (given.has("K") || given.has("component"))) values.guide = "mixture";
  return outcome(() => ({ ...partsOf(values), values, given, origins }), mistakes);
}

/** The same with other values; those that somebody gave stay as they are. */
export function unlessGiven(config: Config, instead: Partial<Values>): Config {
  const ours = Object.entries(instead).filter(([name]) => !config.given.has(name as OptionName));
  return withValues(config, Object.fromEntries(ours));
}

/** The same with other values, whoever gave them. */
export function withValues(config: Pick<Config, "values" | "given" | "origins">, instead: Partial<Values>): Config {
  const { values, given, origins } = config;
  const now = { ...values, ...instead };
  return { ...partsOf(now), values: now, given, origins };
}

/** What was asked for as a strategy takes it: it may choose where nobody has. */
export function settingsOf(config: Config, seed: number): Settings {
  const { values, given, compile, training } = config;
  return {
    guide: values.guide,
    plan: compile,
    fit: { seed, ...training },
    lengthGiven: given.has("steps") || given.has("epochs"),
    otherwise: (choices) => settingsOf(unlessGiven(config, choices), seed),
  };
}

function defaults(): Chosen {
  const all = Object.entries(inferRows).map(([name, { otherwise }]) => [name, otherwise] as const);
  return Object.fromEntries(all) as Chosen;
}

/** Adds what one source says; what is wrong with it. */
function readSource(source: Source, values: Chosen, origins: Map<OptionName, Origin>): readonly Diagnostic[] {
  const { door, given, where } = source;
  const mistakes: Diagnostic[] = [];
  if ("epochs" in given && "steps" in given) {
    const because = "each says how long to train";
    mistakes.push(optionsExclude({ first: door.quote("epochs"), second: door.quote("steps"), because }));
  }
  if ("epochs" in given) values.steps = null;
  if ("steps" in given) values.epochs = null;
  for (const [spelt, found] of Object.entries(given)) {
    const name = door.nameOf(spelt);
    if (name === undefined) {
      mistakes.push(unknownOption({ name: spelt, known: door.names, where, advice: door.advice }));
      continue;
    }
    origins.set(name, { ...source, spelt });
    if (accept(values, name, door, found)) continue;
    const { kind } = inferRows[name];
    const { choices } = kind;
    const expected = door.expected(kind);
    mistakes.push(optionValue({ option: door.quote(spelt), found: door.shown(kind, found), expected, choices, where }));
  }
  return mistakes;
}

/** Takes a value where it is one of the option's kind; whether it is. */
function accept<K extends OptionName>(values: Chosen, name: K, door: Door, found: unknown): boolean {
  const { kind } = rows[name];
  const value = door.read(kind, found);
  if (!kind.holds(value)) return false;
  const before = values[name];
  values[name] = before !== null && kind.join ? kind.join(before, value) : value;
  return true;
}

/** A number a person can type back in. */
export function drawSeed(): number {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  return seed;
}
