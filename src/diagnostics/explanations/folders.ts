import { inCommand, withoutExample, type Explanation } from "./explanation.ts";

const mean = "data y: real[N]\nsample mu ~ normal(0, 1)\nobserve y ~ normal(mu, 1)";
const files = { "mine/model.ppl": mean, "mine/data.json": `{ "y": [1, 2] }` };
const infer = "infer mine/model.ppl --data mine/data.json --seed 1 --steps 5 --engine reference --evidence-draws 50";

/** PPL723 to PPL729: folders that are written to, and read again. */
// prettier-ignore
export const folders: readonly Explanation[] = [
  withoutExample("PPL723", "a file that is not the run's",
    "`manifest.json` in a run's folder names the run's files, with the length and the SHA-256 of each. This one is another than was written: it was edited, cut short, or copied from another run. Files that the manifest does not name are nobody's business."),
  withoutExample("PPL724", "another model than was fitted",
    "`run.json` tells the SHA-256 of the text that was fitted. What was learned means nothing beside another text."),
  withoutExample("PPL725", "a folder that somebody writes to",
    "A folder of a run or of a sweep has one writer at a time, from before its fit begins until it is saved. The lock of a process that was killed is void; that of a process on another machine, which shares the disk, is void after a minute without a sign of life."),
  inCommand("PPL726", "a folder of something else",
    "A run consists of files with names of their own, like `model.ppl`, `run.json` and `parameters.npy`. In a folder that holds no run, files of these names are somebody's own, and are not overwritten. Files of other names may be there, and stay.",
    { files, wrong: `${infer} --out mine`, right: infer }),
];
