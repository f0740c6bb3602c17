import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { visible } from "../../src/base/escape.ts";
import { metricPlot } from "../../src/report/plot/metric.ts";
import { renderSvg } from "../../src/api/render.ts";
import { stratum, type Ran } from "../cli/harness.ts";
import { scanned, terminalCommands, textsOf, wellFormed, type Fault } from "./targets.ts";

/** A model with a text of others in comments that stand inside its statements. */
function modelAbout(comment: string): string {
  return [
    "model about",
    `const c = [1, // ${comment}`,
    "  2]",
    "data y: real[N]",
    `sample mu ~ normal(0, // ${comment}`,
    "  sum(c))",
    `let twice = 2 * ( // ${comment}`,
    "  mu)",
    "plate n in N {",
    `  observe y[n] ~ normal(twice, // ${comment}`,
    "    1)",
    "}",
    "",
  ].join("\n");
}

/** A comment ends with its line, and a path holds neither NUL nor slashes; names of files have at most 255 bytes. */
const inComment = (text: string): string => wellFormed(text).replace(/[\n\r]/g, "");
const inPath = (text: string): string => [...wellFormed(text).replace(/[\0/\\]/g, "")].slice(0, 40).join("");

const styles = /\u001b\[[\d;]*m/g;

/** Whether what a command printed could do anything to a terminal. */
function unclean({ out, err }: Ran, what: string): Fault {
  const found = terminalCommands.exec((out + err).replace(styles, ""));
  return found && `${what} prints ${JSON.stringify(found[0])} in ${JSON.stringify((out + err).slice(0, 2000))}`;
}

const colour = { terminal: true, env: { FORCE_COLOR: "1" } } as const;

/** Commands whose model, path and data are about a hostile text, and what they print and write. */
export async function doors(text: string): Promise<Fault> {
  const folder = mkdtempSync(join(tmpdir(), "stratum-doors-"));
  const at = (name: string): string => join(folder, name);
  try {
    const comment = inComment(text);
    const model = at(`${inPath(text)}.ppl`);
    const wrong = at("wrong.ppl");
    const data = at("data.json");
    const source = modelAbout(comment);
    writeFileSync(model, source);
    writeFileSync(wrong, `model wrong\nsample z ~ normal(q, 1) // ${comment}\nlet ${text} = 1\n`);
    writeFileSync(data, JSON.stringify({ y: [1, 2], [text]: [1] }));
    writeFileSync(at("fine.json"), JSON.stringify({ y: [1, 2] }));
    const faults: Fault[] = [];
    const run = async (argv: readonly string[], code: number | null, world = colour): Promise<Ran> => {
      const ran = await stratum(argv, world);
      if (code !== null && ran.code !== code) faults.push(`${argv.join(" ")} ends with ${ran.code}: ${ran.err}`);
      faults.push(unclean(ran, argv[0] ?? ""));
      return ran;
    };
    await run(["check", model], 0);
    await run(["check", wrong], 1);
    await run(["check", wrong, "--json"], 1);
    await run(["check", at(text)], null);
    await run(["emit", "data", model, "--data", data], null);
    await run(["emit", "model", model, "--data", `${text}=${data}`, "--batch", `${text}=1`], null);
    await run(["emit", text, model], text === "ast" ? 0 : null);
    await run(["check", model, `--${text}`], null);
    await run(["explain", text], null);
    await run(["format", model], 0);
    const formatted = await stratum(["format", model]);
    if (formatted.out.split(`// ${comment}`.trimEnd()).length !== 5) faults.push("format loses what a comment says");
    await run(["graph", model, "--svg", "--out", at("graph.svg")], 0);
    textsOf(readFileSync(at("graph.svg"), "utf8"));
    for (const target of ["step.mjs", "step.wat"])
      await run(["compile", model, "--data", at("fine.json"), "--out", at(target)], 0);
    faults.push(compiledAlike(readFileSync(at("step.mjs"), "utf8"), await plainModule(folder)));
    if (terminalCommands.test(readFileSync(at("step.wat"), "utf8"))) faults.push("an unseen character in step.wat");
    return faults.find((fault) => fault !== null) ?? null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

let plain: string | null = null;
/** The module of the same model with an ordinary comment. */
async function plainModule(folder: string): Promise<string> {
  if (plain !== null) return plain;
  writeFileSync(join(folder, "plain.ppl"), modelAbout("plain"));
  await stratum([
    "compile",
    join(folder, "plain.ppl"),
    "--data",
    join(folder, "fine.json"),
    "--out",
    join(folder, "plain.mjs"),
  ]);
  plain = readFileSync(join(folder, "plain.mjs"), "utf8");
  return plain;
}

function compiledAlike(found: string, expected: string): Fault {
  const [one, other] = [scanned(found), scanned(expected)];
  if (one.comments !== other.comments) return `${one.comments} comments, not ${other.comments}`;
  return one.kinds.join() === other.kinds.join() ? null : "a comment changes the code";
}

/** A drawing whose title, axes and series have these names, each once. */
export async function plotAbout(names: readonly string[]): Promise<Fault> {
  const series = [...new Set(names)];
  const points = series.flatMap((name, y) => [1, 2].map((x) => ({ series: name, x, y: y + x })));
  const [title = "", x = "", y = "", label = ""] = names;
  const svg = await renderSvg(metricPlot(points, { title, subtitle: title, x, y, references: [{ y: 1, label }] }));
  const texts = new Set(textsOf(svg).map((text) => text.trim()));
  const lost = series.map((name) => visible(name).trim()).find((name) => name !== "" && !texts.has(name));
  if (terminalCommands.test(svg)) return "an unseen character in a drawing";
  return lost === undefined ? null : `no text ${JSON.stringify(lost)} in a drawing`;
}
