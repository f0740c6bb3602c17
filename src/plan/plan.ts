import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import { rowsIn, type Instance } from "../graph/instance.ts";
import { compileGuide } from "../guide/compile.ts";
import type { Guide, ParamSpec } from "../guide/guide.ts";
import { paramSpecsOf } from "../guide/paramSpecs.ts";
import type { Minibatch } from "../joint/context.ts";
import { ruleOf } from "../objective/bounds/index.ts";
import { discreteSites, illegal } from "./legality.ts";
import { oversized } from "./memory.ts";
import { planMinibatches } from "./minibatches.ts";
import type { CompileOptions } from "./options.ts";

/**
 * How a posterior will be approximated: the guide, the objective and the minibatches, found to go together. Everything
 * that can still be the user's mistake has been told by now: programs are written from a plan without failing.
 */
export interface Plan extends Instance {
  readonly options: CompileOptions;
  readonly guide: Guide;
  readonly minibatches: readonly Minibatch[];
  /** Where everything learned lies in one flat vector. */
  readonly paramSpecs: readonly ParamSpec[];
  /** P, the length of that vector. */
  readonly parameterCount: number;
  /** What the traced bound is the bound of: the mean over this many data (1: the whole data set). */
  readonly perData: number;
}

/** Chooses the guide and checks that it, the bound, the estimator and the minibatches go together. */
export function plan(instance: Instance, options: CompileOptions): Outcome<Plan> {
  const { minibatches, problems } = planMinibatches(instance, options.batch);
  const [early, ...moreEarly] = [...problems, ...discreteSites(instance, minibatches)];
  if (early) return failed(early, ...moreEarly);
  const weights = ruleOf(options.objective.bound).weights === "uniform" ? "uniform" : "learned";
  const guide = compileGuide(instance, { ...options.guide, weights }, new Set(minibatches.map(({ plate }) => plate)));
  if (!guide.ok) return guide;
  const planned = planOf(instance, guide.value, minibatches, options);
  const [late, ...moreLate] = [
    ...illegal(instance, guide.value, options.objective, minibatches),
    ...oversized(instance, guide.value, planned.paramSpecs, options.objective, minibatches),
  ];
  return late ? failed(late, ...moreLate) : ok(planned, guide.warnings);
}

/** The same plan with another guide, which the caller answers for. */
export function withGuide({ minibatches, options, ...instance }: Plan, guide: Guide): Plan {
  return planOf(instance, guide, minibatches, options);
}

function planOf(instance: Instance, guide: Guide, minibatches: readonly Minibatch[], options: CompileOptions): Plan {
  const paramSpecs = paramSpecsOf(instance, guide);
  const parameterCount = paramSpecs.reduce((sum, spec) => sum + spec.size, 0);
  const perData = dataCount(instance, guide);
  return { ...instance, options, guide, minibatches, paramSpecs, parameterCount, perData };
}

/** Where the bound is a sum over data of bounds of their own, the number of data; else 1. */
function dataCount(instance: Instance, guide: Guide): number {
  const [first, ...rest] = guide.blocks;
  if (!first || first.plates.length === 0 || rest.length > 0) return 1;
  return first.plates.reduce((product, id) => product * rowsIn(instance, id), 1);
}
