import { readConfig, written } from "../options/config.ts";
import { inWriting, textOf } from "../options/print.ts";
import { byFlag } from "../options/rows.ts";
import * as sweep from "../diagnostics/catalogue/sweep.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Cell, Scalar, Setting } from "./sweep.ts";

/** JSON objects, as they are read. */
export type Json = Readonly<Record<string, unknown>>;

/** One value of an axis: how it is shown, and what it says of a fit, by key (`T`, `set.sigma`, `model`). */
export interface Choice {
  readonly shown: Scalar;
  readonly says: Json;
}

export interface Axis {
  readonly name: string;
  readonly choices: readonly Choice[];
}

/** What a fit needs beside its options. */
const inputs = ["model", "data", "test"] as const;

/** What can be said of a fit: names for "did you mean". */
const keys: readonly string[] = [...inputs, ...byFlag.keys()];

const isKey = (name: string): boolean => keys.includes(name) || /^set\.[A-Za-z_]\w*$/.test(name);
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Standard input is no path: many fits cannot read it. */
export const isPath = (value: unknown): value is string => typeof value === "string" && value !== "" && value !== "-";

/** What a JSON value is, in words. */
export function inWords(value: unknown): string {
  if (value === null || typeof value === "number" || typeof value === "boolean") return `\`${value}\``;
  if (typeof value === "string") return `the text \`${value}\``;
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return "an object";
}

/** The axes of one grid, checked value by value. Mistakes are added to a list. */
export function readAxes(grid: Json, where: string, mistakes: Diagnostic[]): readonly Axis[] {
  const axes = Object.entries(grid).map(([name, value]) => readAxis(name, value, `${where}.${name}`, mistakes));
  const by = new Map<string, string>();
  for (const { name, choices } of axes)
    for (const key of new Set(choices.flatMap(({ says }) => Object.keys(says)))) {
      const other = by.get(key);
      if (other !== undefined) mistakes.push(sweep.saidTwice({ key, axes: [other, name], where }));
      by.set(key, name);
    }
  return axes;
}

function readAxis(name: string, value: unknown, where: string, mistakes: Diagnostic[]): Axis {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0)
    mistakes.push(
      sweep.sweepForm({
        key: name,
        expected: "a value or a list of values",
        found: "an empty list",
        example: `"${name}": [1, 2]`,
        where,
      }),
    );
  if (isKey(name)) {
    for (const one of values) mistakes.push(...wrongValue(name, one, where));
    return { name, choices: values.map((one) => ({ shown: shownAs(one), says: { [name]: one } })) };
  }
  if (values.length > 0 && values.every(isObject)) return { name, choices: readGroups(name, values, where, mistakes) };
  mistakes.push(sweep.unknownAxis({ name, known: keys, where }));
  return { name, choices: [] };
}

/** Values of an axis that are objects: each has a name, and says several things at once. */
function readGroups(axis: string, groups: readonly Json[], where: string, mistakes: Diagnostic[]): readonly Choice[] {
  const names = new Set<Scalar>();
  return groups.map(({ name, ...says }, nth) => {
    const place = `${where}[${nth}]`;
    if (typeof name !== "string" && typeof name !== "number")
      mistakes.push(
        sweep.sweepForm({
          key: "name",
          expected: "how tables call this value of the axis",
          found: name === undefined ? null : inWords(name),
          example: `"name": "first"`,
          where: place,
        }),
      );
    const shown: Scalar = typeof name === "number" ? name : String(name);
    if (name !== undefined && names.has(shown))
      mistakes.push(sweep.saidTwice({ key: String(shown), axes: [axis, axis], where: place }));
    names.add(shown);
    for (const [key, value] of Object.entries(says))
      if (isKey(key)) mistakes.push(...wrongValue(key, value, `${place}.${key}`));
      else mistakes.push(sweep.unknownAxis({ name: key, known: keys, where: place }));
    return { shown, says };
  });
}

/** What is wrong with one value; options are read by their own readers. */
function wrongValue(key: string, value: unknown, where: string): readonly Diagnostic[] {
  if ((inputs as readonly string[]).includes(key))
    return isPath(value)
      ? []
      : [
          sweep.sweepForm({
            key,
            expected: "the path of a file",
            found: inWords(value),
            example: `"${key}": "${key === "model" ? "model.ppl" : `${key}.json`}"`,
            where,
          }),
        ];
  const read = readConfig([{ door: written, given: givenOf(key, value), where }]);
  return read.ok ? [] : read.errors;
}

/** The option that a key and its value stand for. */
function givenOf(key: string, value: unknown): Json {
  return key.startsWith("set.") ? { set: { [key.slice(4)]: value } } : { [key]: value };
}

function shownAs(value: unknown): Scalar {
  return typeof value === "number" || typeof value === "boolean" ? value : textOf(value);
}

/** Every combination of the axes' values over what is common to all. */
export function combinations(axes: readonly Axis[], common: Setting): readonly Cell[] {
  const order = axes.toSorted((a, b) => Number(b.name === "seed") - Number(a.name === "seed"));
  let chosen: readonly (readonly Choice[])[] = [[]];
  for (const { choices } of order) chosen = chosen.flatMap((before) => choices.map((choice) => [...before, choice]));
  return chosen.map((choices) => {
    const says: Json = Object.fromEntries(choices.flatMap((choice) => Object.entries(choice.says)));
    const shown = axes.flatMap(({ name }) => {
      const chosen = choices[order.findIndex((axis) => axis.name === name)];
      return chosen ? [[name, chosen.shown] as const] : [];
    });
    return { axes: Object.fromEntries(shown), setting: settingOf(says, common) };
  });
}

function settingOf(says: Json, common: Setting): Setting {
  const options: Record<string, string | boolean> = { ...common.options };
  // whoever says how long to train has said it: the other way of saying it is silent
  if ("epochs" in says) delete options["steps"];
  if ("steps" in says) delete options["epochs"];
  const named: Record<string, string> = {};
  for (const [key, value] of Object.entries(says)) {
    if (Object.hasOwn(named, key) || (inputs as readonly string[]).includes(key)) named[key] = String(value);
    else
      for (const [name, text] of Object.entries(inWriting(givenOf(key, value))))
        // later constants win over earlier ones of the same name
        options[name] = name === "set" && name in options ? `${options[name]},${text}` : text;
  }
  return {
    model: named["model"] ?? common.model,
    data: named["data"] ?? common.data,
    test: named["test"] ?? common.test,
    // without a seed two runs of one cell would differ, and neither could be repeated
    options: { seed: "0", ...options },
  };
}
