import { sceneOf, withoutExample, type Code, type Explanation, type Scene } from "./explanation.ts";

const model = "data y: real[N]\nsample mu ~ normal(0, 1)\nobserve y ~ normal(mu, 1)";

/** Two sweeps of one model: one with the mistake, one without. */
function twoSweeps(code: Code, title: string, text: string, wrong: string, right: string): Explanation {
  const files = { "model.ppl": model, "data.json": `{ "y": [1, 2] }` };
  const scene = (sweep: string): Scene => sceneOf({ ...files, "sweep.json": sweep }, "sweep sweep.json --dry-run");
  return { code, title, text, example: { wrong: scene(wrong), right: scene(right) } };
}

const sweep = (rest: string): string => `{ "model": "model.ppl", "data": "data.json",\n  ${rest} }`;

/** PPL820 to PPL829: the files of `stratum sweep`. */
export const sweeps: readonly Explanation[] = [
  twoSweeps(
    "PPL820",
    "a part of a sweep file that has another form",
    "A sweep file is a JSON object with a `model`, a `grid`, and perhaps `data`, `test`, `data-folder`, `options`, `metrics` and `plots`. The message names the key, what it holds and what it is there for.",
    sweep(`"grid": ["K", [1, 2]]`),
    sweep(`"grid": { "K": [1, 2] }`),
  ),
  twoSweeps(
    "PPL821",
    "a key that a sweep file has no use for",
    "Every key of a sweep file is read. One that has no meaning is most likely misspelt, and a sweep that ran without it would be another one.",
    sweep(`"option": { "steps": 5 }, "grid": { "K": [1, 2] }`),
    sweep(`"options": { "steps": 5 }, "grid": { "K": [1, 2] }`),
  ),
  twoSweeps(
    "PPL822",
    "an axis that fits cannot differ in",
    "An axis of a grid is an option of `stratum infer` by its long name, `set.NAME` for a `const`, or `model`, `data` or `test`. Options that change together are one axis: a list of objects, each with a `name` and its options.",
    sweep(`"grid": { "objectiv": ["selbo", "siwae"] }`),
    sweep(`"grid": { "objective": ["selbo", "siwae"] }`),
  ),
  twoSweeps(
    "PPL823",
    "two axes of a grid that give the same option",
    "Each fit has one value of each option. An option that stands in a group does not stand beside it, and the values of an axis have different names. Options common to all fits, in `options`, are those that an axis may override.",
    sweep(`"grid": { "T": [1, 5], "how": [{ "name": "tight", "objective": "siwae", "T": 10 }] }`),
    sweep(`"grid": { "how": [{ "name": "tight", "objective": "siwae", "T": 10 }] }`),
  ),
  twoSweeps(
    "PPL824",
    "a metric or an axis that the sweep does not have",
    "A plot shows one of the `metrics`, or of those that every sweep has, against an axis of the grid or an option.",
    sweep(`"grid": { "K": [1, 2] },\n  "plots": [{ "file": "bound.svg", "y": "bounds", "x": "K" }]`),
    sweep(`"grid": { "K": [1, 2] },\n  "plots": [{ "file": "bound.svg", "y": "bound", "x": "K" }]`),
  ),
  twoSweeps(
    "PPL825",
    "a file that a sweep needs and cannot read",
    "Paths in a sweep file are relative to it; those in a data declaration to the declaration, or to `data-folder`. All of them are read before the first fit, so that a missing file is not found out by every fit anew.",
    `{ "model": "model.ppl", "data": "date.json", "grid": { "K": [1, 2] } }`,
    `{ "model": "model.ppl", "data": "data.json", "grid": { "K": [1, 2] } }`,
  ),
  withoutExample(
    "PPL826",
    "a metric that stands in no report",
    "A metric is a path into what `stratum infer --json` prints, such as `test.scores[0].accuracy`. Not every report has every part: scores need a `test` set. Reports are kept, so that no fit has to run again: put the path right and give `--report-only`.",
  ),
  twoSweeps(
    "PPL827",
    "a sweep of more fits than can be run",
    "A grid has a fit for every combination of the values of its axes, and a sweep at most a million. Several grids, each with the axes that matter together, have far fewer.",
    sweep(
      `"grid": { "K": [1, 2, 3, 4], "T": [1, 2, 3, 4], "steps": [1, 2, 3, 4], "hidden": [1, 2, 3, 4], "lr": [1, 2, 3, 4],\n    "rank": [1, 2, 3, 4], "window": [1, 2, 3, 4], "warm-up": [1, 2, 3, 4], "evidence-draws": [1, 2, 3, 4], "seed": [1, 2, 3, 4] }`,
    ),
    sweep(`"grid": { "K": [1, 2, 3, 4], "T": [1, 2, 3, 4], "seed": [1, 2, 3, 4] }`),
  ),
  withoutExample(
    "PPL828",
    "a fit of a sweep that is not as it was written",
    "A fit counts as done when its `cell.json` is whole, is of the same model, data and options, and its `report.json` is the one that was written with it. One that was edited or copied from another sweep is fitted anew.",
  ),
];
