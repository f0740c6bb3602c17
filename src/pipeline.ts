import { failed, inOrder, ok, type Outcome } from "./diagnostics/diagnostic.ts";
import type { SourceFile } from "./diagnostics/span.ts";
import { buildGraph, type Graph } from "./graph/graph.ts";
import { bind, type BindOptions } from "./bind/bind.ts";
import { analyse } from "./graph/instance.ts";
import { check, checkRest } from "./check/check.ts";
import type { Model } from "./model/model.ts";
import { lower } from "./lower/lower.ts";
import type { Programs } from "./lower/programs.ts";
import { plan } from "./plan/plan.ts";
import type { Ast } from "./syntax/ast.ts";
import { parse } from "./syntax/parse.ts";
import { defaultOptions, type CompileOptions } from "./plan/options.ts";

/** A model that has been read and checked, before it meets data. */
export interface Checked {
  readonly source: SourceFile;
  readonly ast: Ast;
  readonly model: Model;
  readonly graph: Graph;
}

/** A model with its data, guide and programs: everything that training and answering need. */
export interface Compiled extends Checked, Programs {}

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

  const numbers = bind(model, data, options);
  if (!numbers.ok) return numbers;

  const instance = analyse(graph, numbers.value);

  const planned = plan(instance, options);
  if (!planned.ok) return planned;

  const programs = lower(planned.value);

  const warnings = [checked, numbers, planned].flatMap((stage) => stage.warnings);
  return ok({ ...checked.value, ...programs }, warnings);
}
