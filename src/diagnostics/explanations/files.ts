import { inCommand, sceneOf, withoutExample, type Code, type Explanation, type Scene } from "./explanation.ts";

const mean = "data y: real[N]\nsample mu ~ normal(0, 1)\nobserve y ~ normal(mu, 1)";
const table = "age,height,who\n30,1.7,A\n41,1.8,B";

/** The entry of `y` in a data file, the mistaken one and the right one, and the files that they name. */
interface Entries {
  readonly wrong: string;
  readonly right: string;
  readonly more?: Scene["files"];
}

/** A data file that reads `y` from a table: the declaration is the mistake. */
function declared(code: Code, title: string, text: string, { wrong, right, more = {} }: Entries): Explanation {
  const files = { "model.ppl": mean, "table.csv": table, ...more };
  const scene = (entry: string): Scene =>
    sceneOf({ ...files, "data.json": `{ "y": ${entry} }` }, "check model.ppl --data data.json");
  return { code, title, text, example: { wrong: scene(wrong), right: scene(right) } };
}

const ages = { "model.ppl": mean, "ages.json": `{ "y": [30, 41, 52] }` };
const check = "check model.ppl --data ages.json";

/** PPL640 to PPL659: data that are declared, read from files of arrays, cut and scaled. */
// prettier-ignore
export const files: readonly Explanation[] = [
  inCommand("PPL640", "a file that is not IDX",
    "A file whose name ends in `.idx` or like `-idx3-ubyte` holds one array of numbers, as those of MNIST do: two zero bytes, the kind of its numbers, the number of its axes, their lengths, the numbers.",
    { files: { ...ages, "ages.idx": "30 41 52" },
      wrong: "check model.ppl --data y=ages.idx", right: "check model.ppl --data y=ages.json" }),
  withoutExample("PPL641", "an IDX file of another length than its header tells",
    "The header of an IDX file says how many numbers follow. Fewer follow where a download was interrupted."),
  withoutExample("PPL642", "a gzipped file that cannot be unpacked",
    "The file begins as gzipped files do, and what follows does not unpack: it is cut short, or was changed on its way."),
  declared("PPL643", "a key that tells nothing about a file",
    "An entry that is read from a file is an object with `file`, and perhaps `select`, `scale`, and one of `column`, `columns` (of a table) and `name` (of a JSON file).",
    { wrong: `{ "file": "table.csv", "colum": "age" }`, right: `{ "file": "table.csv", "column": "age" }` }),
  declared("PPL644", "a key of an entry that holds something else",
    "`file`, `select`, `column` and `name` are texts, `columns` is a list of texts, and `scale` is two ranges of two numbers.",
    { wrong: `{ "file": "table.csv", "column": "age", "scale": [0, 100] }`,
      right: `{ "file": "table.csv", "column": "age", "scale": { "from": [0, 100], "to": [0, 1] } }` }),
  inCommand("PPL645", "a selection that cannot be read",
    "What is kept of an array is written as in a model, with numbers: an index, a range `a..b`, or `:` for each axis. An index removes its axis.",
    { files: ages, wrong: `${check} --select y=[0:2]`, right: `${check} --select y=[0..2]` }),
  inCommand("PPL646", "a selection beyond the array",
    "Each axis has its own length, indices start at 0, and `a..b` ends before `b`. Axes that are not named are kept whole.",
    { files: ages, wrong: `${check} --select y=[0..5]`, right: `${check} --select y=[0..3]` }),
  inCommand("PPL647", "a scale from a range without length",
    "`a..b:c..d` makes `a` to `c` and `b` to `d`, and everything between to what lies between. Two values need two places.",
    { files: ages, wrong: `${check} --scale y=30..30:0..1`, right: `${check} --scale y=30..52:0..1` }),
  declared("PPL648", "a part that a file does not have",
    "Of a table one column is read by `column`, or several as a matrix by `columns`; of a JSON file one entry by `name`. Without them it is the one that is called as the data are, or the only one. An IDX file is one array and has no parts.",
    { wrong: `{ "file": "table.csv", "column": "wage" }`, right: `{ "file": "table.csv", "column": "age" }` }),
  inCommand("PPL649", "an option for data that are not there",
    "`--select` and `--scale` change what the data file, or `--data NAME=FILE`, gives a name to.",
    { files: ages, wrong: `${check} --select ages=[0..2]`, right: `${check} --select y=[0..2]` }),
  declared("PPL650", "a part of something that is no array",
    "A number, or lists of lists of equal length, can be cut and scaled.",
    { wrong: `{ "file": "other.json", "select": "[0..2]" }`, right: `{ "file": "table.csv", "column": "age", "select": "[0..2]" }`,
      more: { "other.json": `{ "y": [[30, 41], [52]] }\n` } }),
  withoutExample("PPL651", "an array without a name",
    "A data file holds data by name. A file that is one array holds none: its name is given on the command line, or in a data file that declares it."),
  declared("PPL652", "an entry that is declared in one file after another",
    "An entry that is read from a file names the file that holds its numbers, not one that names another in turn.",
    { wrong: `{ "file": "other.json" }`, right: `{ "file": "table.csv", "column": "age" }`,
      more: { "other.json": `{ "y": { "file": "table.csv", "column": "age" } }\n` } }),
  inCommand("PPL653", "data beyond what is read",
    "Whatever a file says of itself, it is read within bounds: so many bytes, so many numbers, so many lists inside one another. They are stated in docs/data.md. Tables are read line by line, and may be the largest.",
    { files: { ...ages, "deep.json": `{ "y": ${"[".repeat(40)}30, 41, 52${"]".repeat(40)} }` },
      wrong: "check model.ppl --data deep.json", right: check }),
];
