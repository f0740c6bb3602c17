import { readConfig, written } from "../options/config.ts";
import { inWriting } from "../options/print.ts";
import * as sweep from "../diagnostics/catalogue/sweep.ts";
import { outcome, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { combinations, inWords, isObject, isPath, readAxes, type Axis, type Json } from "./axes.ts";
import { readPath, standing } from "./metrics.ts";
import { readPlots } from "./plots.ts";
import type { Grid, Path, Setting, Sweep } from "./sweep.ts";

const keys = ["model", "data", "test", "data-folder", "options", "grid", "metrics", "plots"];

/** A sweep file: everything in it checked, all mistakes at once. `file` is the name that they are reported under. */
export function readSweep(json: Json, file: string): Outcome<Sweep> {
  const mistakes: Diagnostic[] = [];
  const wrong = (key: string, expected: string, example: string, where = file): void => {
    const found = Object.hasOwn(json, key) ? inWords(json[key]) : null;
    mistakes.push(sweep.sweepForm({ key, expected, found, example, where }));
  };
  for (const key of Object.keys(json))
    if (!keys.includes(key)) mistakes.push(sweep.unknownSweepKey({ key, known: keys, where: file }));

  const path = (key: string, expected: string, example: string): string | null => {
    const value = json[key];
    if (value === undefined) return null;
    if (!isPath(value)) wrong(key, expected, `"${key}": "${example}"`);
    return String(value);
  };
  const object = (key: string, expected: string, example: string): Json => {
    const value = json[key] ?? {};
    if (isObject(value)) return value;
    wrong(key, expected, `"${key}": ${example}`);
    return {};
  };
  const model = path("model", "the path of a model", "model.ppl");
  const data = path("data", "the path of a file", "data.json");
  const test = path("test", "the path of a file", "test.json");
  const dataFolder = path("data-folder", "the path of a folder", "data");
  const options = object("options", "an object of options of `infer`", `{ "steps": 1000 }`);
  const where = `${file}, options`;
  const common = readConfig([{ door: written, given: options, where }]);
  if (!common.ok) mistakes.push(...common.errors.map((one) => ({ elsewhere: where, ...one })));

  const grids = readGrids(json, file, { model: model ?? "", data, test, options: inWriting(options) }, mistakes);
  if (grids.some(({ cells }) => cells.some(({ setting }) => setting.model === "")))
    wrong("model", "the path of a model", `"model": "model.ppl"`);
  const metrics = readMetrics(
    object("metrics", "an object of names and paths into a report", `{ "steps": "steps" }`),
    file,
    mistakes,
  );
  const names = [...Object.keys(metrics), ...Object.keys(standing)];
  const axes = [...new Set(grids.flatMap((grid) => grid.axes))];
  const plots = readPlots(json["plots"] ?? [], file, { metrics: names, axes }, mistakes);
  return outcome(() => ({ grids, metrics, plots, dataFolder }), mistakes);
}

function readGrids(json: Json, file: string, common: Setting, mistakes: Diagnostic[]): readonly Grid[] {
  const { grid } = json;
  const grids: readonly unknown[] = Array.isArray(grid) ? grid : [grid];
  if (grids.length === 0 || !grids.every(isObject)) {
    const found = grid === undefined ? null : inWords(grid);
    const expected = "an object of axes, or a list of such objects";
    mistakes.push(sweep.sweepForm({ key: "grid", expected, found, example: `"grid": { "K": [1, 5] }`, where: file }));
    return [];
  }
  const read = grids.map((one, nth) =>
    readAxes(one, `${file}, grid${Array.isArray(grid) ? `[${nth}]` : ""}`, mistakes),
  );
  const fits = read.reduce((sum, axes) => sum + combinationsOf(axes), 0);
  if (fits > mostFits) {
    mistakes.push(sweep.tooManyFits({ fits, most: mostFits, where: `${file}, grid` }));
    return [];
  }
  return read.map((axes) => ({ axes: axes.map(({ name }) => name), cells: combinations(axes, common) }));
}

/** More than anybody waits for; each takes a second or more. */
const mostFits = 1e6;

const combinationsOf = (axes: readonly Axis[]): number =>
  axes.reduce((product, { choices }) => product * choices.length, 1);

function readMetrics(json: Json, file: string, mistakes: Diagnostic[]): Readonly<Record<string, Path>> {
  const paths = new Map<string, Path>();
  for (const [name, text] of Object.entries(json)) {
    const where = `${file}, metrics`;
    const path = typeof text === "string" ? readPath(text) : null;
    const taken = Object.hasOwn(standing, name);
    if (taken || path === null)
      mistakes.push(
        sweep.sweepForm({
          key: name,
          expected: taken ? "a metric that every sweep has" : "a path into the report of a fit",
          found: taken ? "defined anew" : inWords(text),
          example: taken ? `"my_${name}": "bound.value"` : `"${name}": "test.scores[0].accuracy"`,
          where,
        }),
      );
    else paths.set(name, path);
  }
  return Object.fromEntries(paths);
}
