import { byFlag } from "../options/rows.ts";
import * as sweep from "../diagnostics/catalogue/sweep.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { inWords, isObject, type Json } from "./axes.ts";
import type { Plot, Scalar } from "./sweep.ts";

const keys = ["file", "title", "y", "x", "by", "where", "log-x", "references"];

/** What a plot may speak of. */
interface Known {
  readonly metrics: readonly string[];
  readonly axes: readonly string[];
}

const isScalar = (value: unknown): value is Scalar => ["string", "number", "boolean"].includes(typeof value);

/** The plots that a sweep file asks for. Mistakes are added to a list. */
export function readPlots(plots: unknown, file: string, known: Known, mistakes: Diagnostic[]): readonly Plot[] {
  if (Array.isArray(plots) && plots.every(isObject))
    return plots.map((plot: Json, nth) => readPlot(plot, `${file}, plots[${nth}]`, known, mistakes));
  const example = `"plots": [{ "file": "bound.svg", "y": "bound", "x": "K" }]`;
  mistakes.push(
    sweep.sweepForm({ key: "plots", expected: "a list of objects", found: inWords(plots), example, where: file }),
  );
  return [];
}

function readPlot(plot: Json, where: string, known: Known, mistakes: Diagnostic[]): Plot {
  for (const key of Object.keys(plot))
    if (!keys.includes(key)) mistakes.push(sweep.unknownSweepKey({ key, known: keys, where }));
  /** The value, or what there is instead, as far as it has the right form. */
  const read = <T>(
    key: string,
    holds: (value: unknown) => value is T,
    [expected, example]: readonly [string, string],
  ): T | null => {
    const value = plot[key];
    if (holds(value)) return value;
    const found = value === undefined ? null : inWords(value);
    mistakes.push(sweep.sweepForm({ key, expected, found, example: `"${key}": ${example}`, where }));
    return null;
  };
  const optional = <T>(
    key: string,
    holds: (value: unknown) => value is T,
    words: readonly [string, string],
  ): T | null => (plot[key] === undefined ? null : read(key, holds, words));

  const named = (key: string, name: string | null, what: "a metric" | "an axis"): string => {
    const [all, shown] =
      what === "a metric" ? [known.metrics, known.metrics] : [[...known.axes, ...byFlag.keys()], known.axes];
    if (name !== null && !all.includes(name))
      mistakes.push(sweep.unknownColumn({ name, what, known: shown, where: `${where}.${key}` }));
    return name ?? "";
  };
  const by = optional("by", isText, ["the name of an axis", `"objective"`]);
  const only = optional("where", isObject, ["an object of axes and their values", `{ "T": 1 }`]);
  return {
    file: read("file", isSvg, ["the name of an SVG file", `"bound.svg"`]) ?? "",
    title: optional("title", isText, ["a text", `"Bound"`]),
    y: named("y", read("y", isText, ["the name of a metric", `"bound"`]), "a metric"),
    x: named("x", read("x", isText, ["the name of an axis", `"K"`]), "an axis"),
    by: by === null ? null : named("by", by, "an axis"),
    where: Object.fromEntries(
      Object.entries(only ?? {}).map(([name, value]) => [
        named("where", name, "an axis"),
        (Array.isArray(value) ? value : [value]).filter(isScalar),
      ]),
    ),
    logX: optional("log-x", isBoolean, ["`true` or `false`", "true"]) ?? false,
    references:
      optional("references", areReferences, ["a list of values with labels", `[{ "y": 0.9, "label": "published" }]`]) ??
      [],
  };
}

const isText = (value: unknown): value is string => typeof value === "string";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
/** A name without a folder: plots stand beside the tables. */
const isSvg = (value: unknown): value is string => isText(value) && /^[^/\\]+\.svg$/.test(value);
const areReferences = (value: unknown): value is Plot["references"] =>
  Array.isArray(value) && value.every((one) => isObject(one) && typeof one["y"] === "number" && isText(one["label"]));
