import * as v from "valibot";
import { isRecord, shownValue, Thrown } from "../base/shown.ts";
import { thrownText } from "../base/thrown.ts";
import { optionValue, unknownOption } from "../diagnostics/catalogue/usage.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { StratumError } from "./error.ts";

/**
 * What calls from code are given, before anything is done with it: whatever it is, it is taken, or refused by a
 * StratumError that names it as the call does.
 */

/** A schema whose messages say what is expected, as in "`draws` takes EXPECTED". */
export type Schema<T> = v.GenericSchema<unknown, T>;

/** An argument or an option as its schema takes it: a copy, which nobody else can change. */
export function given<T>(schema: Schema<T>, value: unknown, name: string, call: string): T {
  const problem = judged(schema, value, name, call);
  if ("taken" in problem) return problem.taken;
  throw new StratumError([problem], { path: call, text: "" });
}

function judged<T>(schema: Schema<T>, value: unknown, name: string, call: string): { readonly taken: T } | Diagnostic {
  try {
    const result = v.safeParse(schema, value, { abortEarly: true });
    if (result.success) return { taken: result.output };
    const [issue] = result.issues;
    const keys = (issue.path ?? []).map(({ key }) => String(key));
    // options are called by their own names, as their types have them
    const option = [...(name === "options" && keys.length > 0 ? [] : [name]), ...keys].join(".");
    if (issue.type === "strict_object" && issue.expected === "never")
      return unknownOption({
        name: keys.at(-1) ?? name,
        known: namesOf(schema),
        where: call,
        of: call,
        advice: "docs/reference/api.md lists them",
      });
    return optionValue({ option, found: shownValue(issue.input), expected: issue.message, choices: [], where: call });
  } catch (error) {
    const found = `something that throws ${thrownText(error)}`;
    return optionValue({ option: name, found, expected: "values that can be read", choices: [], where: call });
  }
}

/** The options that a schema knows. */
function namesOf(schema: Schema<unknown>): readonly string[] {
  const { pipe = [] } = schema as { readonly pipe?: readonly { readonly entries?: object }[] };
  return pipe.flatMap(({ entries }) => Object.keys(entries ?? {}));
}

/** A value that `holds`. */
export const is = <T>(holds: (value: unknown) => boolean, expected: string) =>
  v.custom<T>((value) => {
    try {
      return holds(value);
    } catch {
      // a proxy, or a getter, that throws when it is looked at
      return false;
    }
  }, expected);

/** Entries by name, each looked at once. What is undefined is as good as left out; what throws stands as such. */
export function copied(value: object): Readonly<Record<string, unknown>> {
  const entries = Object.keys(value).map((key): [string, unknown] => {
    try {
      return [key, (value as Readonly<Record<string, unknown>>)[key]];
    } catch (error) {
      return [key, new Thrown(error)];
    }
  });
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

/** An object with entries by name: a copy of it. */
export const record = (expected: string) => v.pipe(v.custom<object>(isRecord, expected), v.transform(copied));

/** Options by name, every one of which may be left out. */
export const options = <E extends v.ObjectEntries>(entries: E) =>
  v.pipe(record("an object of options"), v.strictObject(entries));

/** An object with these entries; others are passed over. */
export const object = <E extends v.ObjectEntries>(entries: E, expected: string) =>
  v.pipe(record(expected), v.object(entries, expected));

/** A list of at most so many; each is judged by itself. */
export const list = <T>(item: v.GenericSchema<unknown, T>, expected: string, most = 1e7) =>
  v.pipe(
    v.custom<readonly unknown[]>((value) => Array.isArray(value) && value.length <= most, expected),
    v.transform((value) => Array.from(value)),
    v.array(item),
  );

export const text = (expected: string) => is<string>((value) => typeof value === "string" && value !== "", expected);
export const anyText = is<string>((value) => typeof value === "string", "a text");
export const number = is<number>((value) => typeof value === "number", "a number");
export const yesOrNo = is<boolean>((value) => typeof value === "boolean", "`true` or `false`");

export const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  is<number>(
    (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most,
    `a whole number of at least ${least}${most < Number.MAX_SAFE_INTEGER ? ` and at most ${most}` : ""}`,
  );

/** Of everything that is drawn. */
export const seed = is<number | string>(
  (value) =>
    typeof value === "number" ? Number.isSafeInteger(value) && value >= 0 : typeof value === "string" && value !== "",
  "a whole number of at least 0, or a text",
);

export const signal = is<AbortSignal>((value) => value instanceof AbortSignal, "an `AbortSignal`");

/** Numbers in a list or in an array of their own. */
export const numbers = v.pipe(
  v.custom<ArrayLike<unknown>>(
    (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)),
    "a list of numbers, or a typed array",
  ),
  v.custom<ArrayLike<number>>((value) => {
    const all = value as ArrayLike<unknown>;
    if (ArrayBuffer.isView(all)) return all.length === 0 || typeof all[0] === "number";
    for (let at = 0; at < all.length; at++) if (typeof all[at] !== "number") return false;
    return true;
  }, "a list of numbers, or a typed array"),
);

/** Data by name. What each of them holds is judged where the model meets it. */
export const data = v.pipe(
  record("data by name, such as `{ y: [1, 2, 3] }`"),
  v.record(
    v.string(),
    is<unknown>(
      (value) => !(value instanceof Thrown) && typeof value !== "function",
      "numbers, lists of numbers, a typed array, or `{ shape, values }`",
    ),
  ),
);

/** The same for a call that goes on to read them later: nobody changes them meanwhile. */
export const lastingData = v.pipe(
  data,
  v.transform((all) => Object.fromEntries(Object.entries(all).map(([name, one]) => [name, kept(one)]))),
);

/** A copy; what has none, such as an object with code in it, is refused by the model. */
function kept(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return new Thrown("DataCloneError");
  }
}

export const folderName = text("the path of a folder");
