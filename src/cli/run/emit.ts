import * as usage from "../../diagnostics/catalogue/usage.ts";
import { ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { toDot } from "../../graph/dot.ts";
import { printGraph } from "../../graph/print.ts";
import { printModel } from "../../model/print.ts";
import { checkSource, type Checked, type Compiled } from "../../pipeline.ts";
import { exportNames, exportTargets, type ExportName } from "../../execute/export/index.ts";
import { printProgram } from "../../program/print.ts";
import { parse } from "../../syntax/parse.ts";
import { sexpr } from "../../syntax/print.ts";
import { printTokens } from "../../syntax/tokens.ts";
import type { SourceFile } from "../../diagnostics/span.ts";
import type { Call, Run } from "../command.ts";
import type { emit } from "../commands/emit.ts";
import { prepare, withModel, type Subject } from "../begin.ts";
import type { AskedData } from "../data.ts";
import { status, type Output } from "../output.ts";
import { showData, showGuide } from "../show.ts";
import { entryOf } from "../../base/records.ts";

/** An intermediate form: how far the compiler has to go for it, what it is, and its text. */
type Stage =
  | { readonly of: "source"; readonly doc: string; readonly show: (source: SourceFile) => Outcome<string> }
  | { readonly of: "model"; readonly doc: string; readonly show: (checked: Checked) => string }
  | { readonly of: "data"; readonly doc: string; readonly show: (compiled: Compiled) => string };

/** A form in which programs leave. */
function exported(name: ExportName): Stage {
  const { of, doc, endings, write } = exportTargets[name];
  const what = { gradient: "the bound and its gradients", step: "a training step" }[of];
  return {
    of: "data",
    doc: `${what} as ${doc}`,
    show: (compiled) => write(compiled[of](), { title: compiled.model.name, source: compiled.source }, endings[0]).code,
  };
}

/** In the order of the compiler. */
// prettier-ignore
export const stages: Readonly<Record<string, Stage>> = {
  tokens:     { of: "source", doc: "what the lexer sees", show: (source) => ok(printTokens(source.text)) },
  ast:        { of: "source", doc: "the syntax tree, as s-expressions", show: (source) => { const ast = parse(source); return ast.ok ? ok(sexpr(ast.value)) : ast; } },
  model:      { of: "model", doc: "names, shapes and supports resolved", show: ({ model }) => printModel(model) },
  graph:      { of: "model", doc: "the graphical model and its Markov blankets", show: ({ graph }) => printGraph(graph) },
  dot:        { of: "model", doc: "the graphical model as Graphviz DOT", show: ({ graph }) => toDot(graph) },
  data:       { of: "data", doc: "sizes, constants and data", show: ({ numbers }) => showData(numbers) },
  guide:      { of: "data", doc: "blocks of the guide and what is learned", show: showGuide },
  program:    { of: "data", doc: "the objective as first written", show: ({ objective }) => printProgram(objective()) },
  bound:      { of: "data", doc: "the bound on all data, optimised", show: ({ boundOnly }) => printProgram(boundOnly()) },
  gradient:   { of: "data", doc: "the bound and its gradients", show: ({ gradient }) => printProgram(gradient()) },
  unoptimised: { of: "data", doc: "a training step before the passes", show: ({ unoptimised }) => printProgram(unoptimised()) },
  step:       { of: "data", doc: "a training step", show: ({ step }) => printProgram(step()) },
  ...Object.fromEntries(exportNames.map((name) => [name, exported(name)])),
  evaluation: { of: "data", doc: "draws from the guide and their weights", show: ({ evaluation }) => printProgram(evaluation({ draws: 16, rows: null }).program) },
  structure:  { of: "data", doc: "weights and locations of the guide's components", show: ({ structure }) => printProgram(structure()) },
  constants:  { of: "data", doc: "values of the model's params", show: ({ constants }) => printProgram(constants()) },
};

/** `stratum emit STAGE MODEL`: one intermediate form as text. */
export const run: Run<typeof emit> = async (call) => {
  const { output, request } = call;
  const [name, path] = request.args;
  if (name === "list") return list(output);
  const stage = entryOf(stages, name);
  if (!stage) return output.fail([usage.unknownStage({ stage: name, stages: Object.keys(stages) })]);
  if (path === undefined) return output.fail([usage.noModel({ command: `stratum emit ${name}` })]);
  return withModel(path, call, async (subject) => {
    output.warn(subject.warnings, subject.source);
    const shown = await show(stage, subject, call);
    if (!shown.ok) return shown;
    output.warn(shown.warnings, subject.source);
    const text = shown.value.endsWith("\n") ? shown.value : `${shown.value}\n`;
    output.text(text);
    output.data({ ok: true, stage: name, text });
    return ok(status.fine);
  });
};

/** `stratum emit list` */
function list(output: Output): number {
  const all = Object.entries(stages).map(([stage, { doc }]) => ({ stage, doc }));
  const width = Math.max(...all.map(({ stage }) => stage.length));
  output.text(all.map(({ stage, doc }) => `${stage.padEnd(width)}  ${doc}\n`).join(""));
  output.data({ ok: true, stages: all });
  return status.fine;
}

/** Goes as far as the form needs. */
async function show(stage: Stage, subject: Subject, call: Call<AskedData>): Promise<Outcome<string>> {
  switch (stage.of) {
    case "source":
      return stage.show(subject.source);
    case "model": {
      const checked = checkSource(subject.source, subject.config.model.set);
      return checked.ok ? ok(stage.show(checked.value), checked.warnings) : checked;
    }
    case "data": {
      const prepared = await prepare(subject, call);
      return prepared.ok ? ok(stage.show(prepared.value.compiled), prepared.warnings) : prepared;
    }
  }
}
