import { failed, inOrder, ok, type Outcome } from "./diagnostics/diagnostic.ts";
import type { SourceFile } from "./diagnostics/span.ts";
import { buildGraph, type Graph } from "./graph/graph.ts";
import { bind, type BindOptions } from "./bind/bind.ts";
import type { Numbers } from "./bind/numbers.ts";
import { check, checkRest } from "./check/check.ts";
import type { Model } from "./model/model.ts";
import { lowerObjective, planObjective } from "./objective/lower.ts";
import type { Lowered } from "./objective/lowered.ts";
import { defaultOptions, type CompileOptions } from "./objective/options.ts";
import type { Ast } from "./syntax/ast.ts";
import { parse } from "./syntax/parse.ts";

/** A model that has been read and checked, before it meets data. */
export interface Checked {
  readonly source: SourceFile;
  readonly ast: Ast;
  readonly model: Model;
  readonly graph: Graph;
}

/** A model with its data, guide and programs: everything that training and answering need. */
export interface Compiled extends Checked, Lowered {}

export interface PipelineOptions extends CompileOptions, BindOptions {
  /** Numbers for constants, instead of those in the file. */
  readonly set?: Readonly<Record<string, number>>;
}

/** The front half: text to graphical model. Needs no data. */
export function checkSource(source: SourceFile, set: Readonly<Record<string, number>> = {}): Outcome<Checked> {
  const ast = parse(source);
  if (!ast.ok) return failed(...inOrder([...ast.errors, ...checkRest(source, { set })]));

  const model = check(ast.value, source, { set });
  if (!model.ok) return model;

  const graph = buildGraph(model.value);

  const warnings = [...ast.warnings, ...model.warnings];
  return ok({ source, ast: ast.value, model: model.value, graph }, warnings);
}

/** The whole compiler. Each line is one folder; each intermediate can be printed with `stratum emit STAGE`. */
export function compileSource(
  source: SourceFile,
  data: Readonly<Record<string, unknown>>,
  options: PipelineOptions = defaultOptions,
): Outcome<Compiled> {
  const checked = checkSource(source, options.set);
  if (!checked.ok) return checked;
  const { model, graph } = checked.value;

  const bound: Outcome<Numbers> = bind(model, data, options);
  if (!bound.ok) return bound;

  const plan = planObjective(graph, bound.value, options);
  if (!plan.ok) return plan;
  const { guide, minibatches } = plan.value;

  const lowered = lowerObjective(graph, bound.value, guide, minibatches, options);

  const warnings = [checked, bound, plan].flatMap((stage) => stage.warnings);
  return ok({ ...checked.value, ...lowered }, warnings);
}
