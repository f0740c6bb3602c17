/**
 * Loaded before a writer of runs (`node --import`): kills the process, as `kill -9` does, when it is about to touch the
 * files below STRATUM_KILL_IN for the STRATUM_KILL_AT-th time. Without the latter it tells at the end how often that was.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const below = process.env["STRATUM_KILL_IN"];
const at = Number(process.env["STRATUM_KILL_AT"] ?? Infinity);
let count = 0;

function touch(path) {
  if (!String(path).startsWith(below)) return;
  count++;
  if (count === at) process.kill(process.pid, "SIGKILL");
}

/** Functions that change files, by where they are. */
const changing = [
  [fs, ["renameSync", "rmSync", "rmdirSync", "mkdirSync", "mkdir", "rmdir"]],
  [fs.promises, ["rename", "rm", "rmdir", "mkdir", "writeFile", "open"]],
];
for (const [from, names] of changing)
  for (const name of names) {
    const real = from[name];
    from[name] = (path, ...rest) => {
      touch(path);
      return real(path, ...rest);
    };
  }
// a file that is open is written, flushed and closed in steps of its own
const { open } = fs.promises;
fs.promises.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  for (const name of ["writeFile", "sync", "close"]) {
    const real = file[name].bind(file);
    file[name] = (...args) => {
      touch(path);
      return real(...args);
    };
  }
  return file;
};
syncBuiltinESMExports();
process.on("exit", () => {
  if (process.env["STRATUM_KILL_AT"] === undefined) process.stderr.write(`touched ${count}\n`);
});
