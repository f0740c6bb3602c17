import { bind, type BindOptions } from "./bind/bind.ts";
import { check, checkRest } from "./check/check.ts";
import { failed, inOrder, ok, type Outcome } from "./diagnostics/diagnostic.ts";
import type { SourceFile } from "./diagnostics/span.ts";
import { buildGraph, type Graph } from "./graph/graph.ts";
import { analyse } from "./graph/instance.ts";
import { stepsOf } from "./inference/fit-options.ts";
import { flatDirections } from "./inference/search/flat.ts";
import { strategyFor } from "./inference/strategy/index.ts";
import type { Services, Settings } from "./inference/strategy/strategy.ts";
import { lower } from "./lower/lower.ts";
import type { Programs } from "./lower/programs.ts";
import type { Model } from "./model/model.ts";
import { defaultOptions, type CompileOptions } from "./plan/options.ts";
import { unkept } from "./plan/memory.ts";
import { plan, type Plan } from "./plan/plan.ts";
import { judge, type JudgeOptions, type Judged } from "./posterior/judge.ts";
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
export interface Compiled extends Checked, Programs {}

export interface PipelineOptions extends CompileOptions, BindOptions {
  /** Numbers for constants, instead of those in the file. */
  readonly set?: Readonly<Record<string, number>>;
}

// The road from text to report. Each stage is a folder, named behind its line; `stratum emit list` tells what each of
// them can print, and docs/decisions/0019-one-road.md why it runs so.
//
//   source --parse--> Ast --check--> Model --bind--> Numbers --analyse--> Instance --plan--> Plan --lower--> Programs
//   Programs --prepare--> Session --fit--> Fit --judge--> Posterior --report--> Report

/** Text to graphical model. Needs no data. */
export function checkSource(source: SourceFile, set: Readonly<Record<string, number>> = {}): Outcome<Checked> {
  const ast = parse(source); // syntax/
  if (!ast.ok) return failed(...inOrder([...ast.errors, ...checkRest(source, { set })]));

  const model = check(ast.value, source, { set }); // check/
  if (!model.ok) return model;

  const graph = buildGraph(model.value); // graph/

  const warnings = [...ast.warnings, ...model.warnings];
  return ok({ source, ast: ast.value, model: model.value, graph }, warnings);
}

/** A checked model and its data to programs, each of which is written when it is asked for. */
export function compileSource(
  source: SourceFile,
  data: Readonly<Record<string, unknown>>,
  options: PipelineOptions = defaultOptions,
): Outcome<Compiled> {
  const checked = checkSource(source, options.set);
  if (!checked.ok) return checked;
  const { model, graph } = checked.value;

  const numbers = bind(model, data, options); // bind/
  if (!numbers.ok) return numbers;

  const instance = analyse(graph, numbers.value); // graph/

  const planned = plan(instance, options); // plan/
  if (!planned.ok) return planned;

  const programs = lower(planned.value); // lower/

  const warnings = [checked, numbers, planned].flatMap((stage) => stage.warnings);
  return ok({ ...checked.value, ...programs }, warnings);
}

/** A plan to a posterior with its verdict, by the first strategy that applies: it lowers, prepares and fits. */
export async function answerPlan(
  planned: Plan,
  settings: Settings,
  services: Services,
  options: Omit<JudgeOptions, "flat">,
): Promise<Outcome<Judged>> {
  const [unkeepable, ...others] = unkept({ draws: options.draws, steps: stepsOf(settings.fit, planned) });
  if (unkeepable) return failed(unkeepable, ...others);

  const strategy = strategyFor(planned, settings); // inference/strategy/

  const fitted = await strategy.run(planned, settings, services); // lower/, execute/, inference/
  services.onFitted?.();
  if (!fitted.ok) return fitted;

  const hurried = services.hooks.signal?.aborted === true;
  const flat = hurried ? [] : await flatDirections(fitted.value.programs, services.exact(), services.seed);
  const judged = await judge(fitted.value, { ...options, flat }); // posterior/
  return ok(judged, fitted.warnings);
}
