import * as v from "valibot";
import { sizeOf, type Shape } from "../tensor/shape.ts";
import type { Nested } from "./summary.ts";

/** The parts that schemas of saved JSON are made of. Each says in words what it expects: messages are made of them. */

/** More axes than any array has; what is nested deeper is no array. */
const mostAxes = 32;
/** More entries than fit in any file. */
const mostEntries = 2 ** 48;

/** Any number, NaN and the infinities included. */
export const anyNumber = v.custom<number>((found) => typeof found === "number", "a number");
export const count = v.pipe(v.number("a count"), v.safeInteger("a whole number"), v.minValue(0, "at least 0"));
export const positive = v.pipe(count, v.minValue(1, "at least 1"));
export const flag = v.boolean("true or false");
export const optionalOf = <T>(schema: v.GenericSchema<unknown, T>) => v.exactOptional(schema);

/** A text. JSON as it is kept has numbers for `NaN` and `Infinity`, which may be somebody's names. */
export const text = v.pipe(
  v.union([v.string(), v.custom<number>((found) => typeof found === "number" && !Number.isFinite(found))], "a text"),
  v.transform(String),
);
export const word = <const W extends readonly string[]>(words: W) =>
  v.picklist(words, words.length <= 6 ? `one of ${words.join(", ")}` : "a name that is known");

export const list = <T>(of: v.GenericSchema<unknown, T>) => v.array(of, "a list");
export const object = <E extends v.ObjectEntries>(entries: E) => v.object(entries, "an object");
export const numbers = list(anyNumber);

/** Fields that are looked at, and others beside them that are kept as they are, unseen. */
export const objectWith = <T>(entries: v.ObjectEntries): v.GenericSchema<unknown, T> =>
  v.pipe(
    v.looseObject(entries, "an object"),
    v.guard((_found: object): _found is T & object => true),
  );

/** Values by names that are somebody's own: `constructor` and `__proto__` are names like others. */
export const namedBy = <T>(of: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, Readonly<Record<string, T>>> =>
  v.pipe(
    v.custom<object>(isObject, "an object"),
    v.rawTransform(({ dataset: { value: input }, addIssue, NEVER }) => {
      const entries: [string, T][] = [];
      for (const [key, value] of Object.entries(input) as [string, unknown][]) {
        const read = v.safeParse(of, value, { abortEarly: true });
        if (read.success) entries.push([key, read.output]);
        else {
          const [{ message, received, path = [] }] = read.issues;
          const step = { type: "object", origin: "value", input: { ...input }, key, value } as const;
          addIssue({ message, received, path: [step, ...path] });
          return NEVER;
        }
      }
      return Object.fromEntries(entries);
    }),
  );

function isObject(found: unknown): found is object {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}

/** Sizes of axes whose product is a number that can be meant. */
export const shape: v.GenericSchema<unknown, Shape> = v.pipe(
  list(count),
  v.maxLength(mostAxes, `a list of at most ${mostAxes} sizes`),
  v.check((found) => sizeOf(found.filter((size) => size > 0)) <= mostEntries, "a shape that fits in memory"),
);

/** Nested lists of numbers of equal lengths. */
export const nested = v.custom<Nested>(
  (found) => shapeOf(found) !== null,
  "a number, or nested lists of equal lengths",
);

/** The shape of nested lists of numbers; null where they are something else. */
export function shapeOf(found: unknown): Shape | null {
  const sizes: number[] = [];
  for (let at = found; Array.isArray(at); at = at[0]) {
    sizes.push(at.length);
    if (sizes.length > mostAxes) return null;
  }
  return hasShape(found, sizes) ? sizes : null;
}

/** Whether nested lists have a shape, of at most so many axes as a shape may have. */
export function hasShape(found: unknown, [size, ...rest]: Shape): boolean {
  if (size === undefined) return typeof found === "number";
  return Array.isArray(found) && found.length === size && found.every((entry) => hasShape(entry, rest));
}

/** A value as a schema has it, or what is wrong at which place: "`draws.count` is null, and should be a count". */
export function readBy<T>(
  schema: v.GenericSchema<unknown, T>,
  found: unknown,
): { readonly value: T } | { readonly problem: string } {
  const read = v.safeParse(schema, found, { abortEarly: true });
  if (read.success) return { value: read.output };
  const [issue] = read.issues;
  const place = placeOf(issue);
  if (issue.received === "undefined") return { problem: `${place} is missing` };
  return { problem: `${place} is ${shown(issue.received)}, and should be ${issue.message}` };
}

const longest = 40;

/** Dots between names; `it` for the whole. */
function placeOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path === null || path === "" ? "it" : `\`${path.length > longest ? `${path.slice(0, longest)}...` : path}\``;
}

const words: Readonly<Record<string, string>> = { Object: "an object", Array: "a list", null: "null" };

function shown(received: string): string {
  return words[received] ?? (received.length > longest ? `${received.slice(0, longest)}...` : received);
}
