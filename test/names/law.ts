import { readFileSync } from "node:fs";
import { stratum, withFiles } from "../cli/harness.ts";
import { hostileNames, type Renamable } from "./models.ts";
import { neutral, renamed, renaming, spelled, type Renaming } from "./rename.ts";

/** What the commands say of a model. */
export interface Said {
  readonly [command: string]: unknown;
}

const common = ["--seed", "1", "--steps", "12", "--evidence-draws", "40", "--json"];

/** Times, hashes and paths are not compared; nor are texts of code, whose comments are laid out by their lengths. */
const passing = new Set([
  "seconds",
  "files",
  "sha256",
  "saved",
  "file",
  "out",
  "code",
  "types",
  "stepsPerSecond",
  "memoryBytes",
  "from",
  "milliseconds",
]);

function compared(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !passing.has(key)));
}

/** Where two results differ first, and how; null where they do not. */
export function difference(one: unknown, other: unknown, at = ""): string | null {
  const isTree = (value: unknown): value is object => typeof value === "object" && value !== null;
  if (!isTree(one) || !isTree(other))
    return Object.is(one, other) ? null : `${at}: ${String(one)}, not ${String(other)}`;
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  for (const name of names) {
    const [has, should] = [one, other].map((tree) => Object.hasOwn(tree, name));
    if (has !== should) return `${at}.${name} is ${has === true ? "too much" : "missing"}`;
    const found = difference(Reflect.get(one, name), Reflect.get(other, name), `${at}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

/** Commands that draw from a stream of its own for each site, which is named after it: other names are other draws. */
const drawsByName: ReadonlySet<string> = new Set(["predict", "simulate"]);

/** What a result is like: which names it has. What is made of numbers, verdicts among them, is of the draws. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(formOf);
  if (typeof value !== "object" || value === null) return "something";
  const kept = Object.entries(value).filter(([key]) => key !== "verdict");
  return Object.fromEntries(kept.map(([key, inner]) => [key, formOf(inner)]));
}

/** Runs a model under other names through the commands. */
export async function saidOf(model: Renamable, names: Renaming): Promise<Said> {
  const data = Object.fromEntries(Object.entries(model.data).map(([name, value]) => [names.get(name) ?? name, value]));
  const options = model.options.map((option) => option.replace(/^\w+(?==)/, (size) => names.get(size) ?? size));
  const files = { "m.ppl": renamed(model.text, names), "data.json": JSON.stringify(data) };
  return withFiles(files, async (path) => {
    const said: Record<string, unknown> = {};
    const run = async (name: string, argv: readonly string[]): Promise<void> => {
      const { code, out, err } = await stratum(argv);
      if (code !== 0 && code !== 2)
        throw new Error(`${argv.join(" ")} ends with ${code}\n${out}\n${err}\n${files["m.ppl"]}`);
      const result = compared(JSON.parse(out) as object);
      said[name] = drawsByName.has(name) ? formOf(result) : result;
    };
    const [m, d] = [path("m.ppl"), path("data.json")];
    await run("check", ["check", m, "--data", d, "--json"]);
    await run("infer", ["infer", m, "--data", d, "--out", path("run"), ...options, ...model.training, ...common]);
    if (/given/.test(model.text)) await run("posterior", ["posterior", path("run"), "--data", d, "--json"]);
    await run("predict", ["predict", path("run"), "--data", d, "--seed", "2", "--json"]);
    if (!/^(param|net) /m.test(model.text))
      await run("simulate", ["simulate", m, "--data", d, "--seed", "3", "--json"]);
    await run("compile", ["compile", m, "--data", d, "--out", path("step.mjs"), ...options, "--json"]);
    said["module"] = namesIn(readFileSync(path("step.mjs"), "utf8"));
    return said;
  });
}

/** The inputs and outputs of an emitted module, read by evaluating what it exports of them. */
function namesIn(js: string): unknown {
  const body = js.replace(/^import .*$/m, "").replace(/^export /gm, "");
  return (new Function(`${body}\nreturn { inputs, outputs };`) as () => unknown)();
}

const known = new Map<string, Promise<Said>>();

/** What a model says under names that mean nothing to anybody; asked for once. */
function plainly(model: Renamable, names: Renaming, key: string): Promise<Said> {
  const said = known.get(key) ?? saidOf(model, names);
  known.set(key, said);
  return said;
}

/**
 * What is different when a model's names are the hostile ones from the `turn`th on; null where nothing is. Once without
 * the names that streams of random numbers are named after, to the last digit; once with them, in form.
 */
export async function otherUnder(model: Renamable, turn: number): Promise<string | null> {
  for (const all of model.streams.length > 0 ? [false, true] : [false]) {
    const chosen = (names: Renaming): Renaming =>
      new Map([...names].filter(([name]) => all || !model.streams.includes(name)));
    const [plain, names] = [chosen(neutral(model)), chosen(renaming(model, hostileNames, turn))];
    const said = await plainly(model, plain, `${model.title} ${all}`);
    const found = await saidOf(model, names).catch((error: Error) => error.message);
    const spelling = new Map([...plain].map(([name, other]) => [other, names.get(name) ?? name]));
    const form = (value: unknown): unknown => (all ? formOf(value) : value);
    const other =
      typeof found === "string" ? found : difference(form(spelled(found, new Map())), form(spelled(said, spelling)));
    if (other !== null) return `${JSON.stringify([...names])}\n${other}`;
  }
  return null;
}
