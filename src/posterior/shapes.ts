import { present } from "../base/assert.ts";
import type { Executor } from "../execute/executor.ts";
import type { Block } from "../guide/guide.ts";
import { shapesProgram } from "../lower/shapes.ts";
import type { Plan } from "../plan/plan.ts";
import type { HostTensor } from "../tensor/shape.ts";
import { outputsOf } from "./components.ts";
import { densitiesAt } from "./density.ts";
import { outputName } from "../program/names.ts";

/** Where the components of a mixture take points of a standard Gaussian. */
export interface Shapes {
  /** [data..., K] */
  readonly weights: HostTensor;
  /** [P, data..., K]: nats, in the model's coordinates. */
  readonly logDensity: HostTensor;
  /** By site: [P, data..., K, inner plates..., shape...]. */
  readonly points: ReadonlyMap<string, HostTensor>;
}

/** Where each component of a block takes the given points [P][D] of a standard Gaussian, for all data. */
export async function shapesOf(
  plan: Plan,
  executor: Executor,
  parameters: Float64Array,
  block: Block,
  points: readonly (readonly number[])[],
): Promise<Shapes> {
  const program = shapesProgram(plan, block, points);
  const found = await outputsOf(program, plan, executor, parameters);
  return {
    weights: present(found.get("weight"), "weights"),
    logDensity: present(found.get("log_density"), "densities"),
    points: new Map(block.sites.map(({ name }) => [name, present(found.get(outputName("point", name)), name)])),
  };
}

/**
 * The probability of each value 0, 1, ..., `classes` - 1 of an observed datum, given the latents and everything else:
 * [points, classes]. Computed from log p(x, z) at each of the values, so that it holds for any model in which the
 * datum is observed. `values` is as for `densitiesAt`; every entry of the datum takes the value at once.
 */
export async function classProbabilities(
  programs: Parameters<typeof densitiesAt>[0],
  executor: Executor,
  parameters: Float64Array,
  values: Readonly<Record<string, HostTensor>>,
  { datum, classes }: { readonly datum: string; readonly classes: number },
): Promise<HostTensor> {
  const { numbers } = programs;
  const { shape, values: given } = present(numbers.data.get(datum), datum);
  const logs: Float64Array[] = [];
  for (let value = 0; value < classes; value++) {
    const data = new Map(numbers.data).set(datum, { shape, values: given.map(() => value) });
    const assigned = { ...programs, numbers: { ...numbers, data } };
    logs.push((await densitiesAt(assigned, executor, parameters, values)).logJoint);
  }
  const points = logs[0]?.length ?? 0;
  const probabilities = new Float64Array(points * classes);
  for (let point = 0; point < points; point++) {
    const most = logs.reduce((max, log) => Math.max(max, log[point]!), -Infinity);
    const weights = logs.map((log) => (most === -Infinity ? 1 : Math.exp(log[point]! - most)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    probabilities.set(
      weights.map((weight) => weight / total),
      point * classes,
    );
  }
  return { shape: [points, classes], values: probabilities };
}
