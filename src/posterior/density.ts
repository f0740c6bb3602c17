import { present } from "../base/assert.ts";
import { bijections } from "../distributions/bijections.ts";
import type { Executor } from "../execute/executor.ts";
import { leastOf, middles } from "../guide/bins.ts";
import type { Block } from "../guide/guide.ts";
import { flatParameters } from "../lower/parameters.ts";
import type { Expr, LatentNode } from "../model/model.ts";
import type { Programs } from "../lower/programs.ts";
import type { Plan } from "../plan/plan.ts";
import { contextOf, type Context } from "../joint/context.ts";
import { latentOf, latentsOf, rowsIn } from "../graph/instance.ts";
import { lowerExpr, placeBound, withLets } from "../joint/expression.ts";
import { Builder } from "../program/builder.ts";
import { evaluate } from "../program/evaluate.ts";
import type { AxisOrder, Named } from "../program/named.ts";
import { inputsOf } from "../program/program.ts";
import { hostTensor, sizeOf, type HostTensor } from "../tensor/shape.ts";
import { axisName, inputName } from "../program/names.ts";
import { entryOf } from "../base/records.ts";

/** Log densities of given points, nats, one number for each point. */
export interface Densities {
  /** log q(z): the guide's density in the model's coordinates, summed over every datum. */
  readonly logQ: Float64Array;
  /** log p(x, z). */
  readonly logJoint: Float64Array;
}

/**
 * The guide's and the model's log density at given values of every latent site: `values[NAME]` is
 * [points, plates..., shape...], as `sample` returns it. Where a value is on the edge of its support or beyond it,
 * log q is -Infinity or NaN there.
 */
export async function densitiesAt(
  programs: Programs,
  executor: Executor,
  parameters: Float64Array,
  values: Readonly<Record<string, HostTensor>>,
): Promise<Densities> {
  const points = present(Object.values(values)[0]?.shape[0], "a point");
  const program = programs.density(points);
  const session = await executor.open(program, { seed: 0 });
  try {
    for (const { attributes } of inputsOf(program)) {
      const { name } = attributes;
      const block = programs.guide.blocks.find(({ id }) => name === inputName.points(id));
      if (block) session.write(name, unconstrain(programs, block, values, parameters, sizeOf(attributes.shape)));
      else if (name === inputName.parameters) session.write(name, parameters);
      else session.write(name, present(programs.numbers.data.get(name), name).values);
    }
    await session.run(0, 1);
    return { logQ: await session.read("log_q"), logJoint: await session.read("log_joint") };
  } finally {
    session.dispose();
  }
}

/** Every site's values mapped to real numbers and laid out as the block's vector, [points, data..., D]. */
function unconstrain(
  plan: Plan,
  block: Block,
  values: Readonly<Record<string, HostTensor>>,
  parameters: Float64Array,
  size: number,
): Float64Array {
  const u = new Float64Array(size);
  const D = block.dimension;
  for (const site of block.sites) {
    const node = latentOf(plan, site.name);
    const { support, lower, upper } = node.type;
    const given = present(entryOf(values, site.name), `values of ${site.name}`).values;
    const all = [
      ...[lower, upper].filter((end) => end !== null),
      ...(site.integer?.least ?? []).map(({ value }) => value),
    ];
    const at = (write: (inside: Context) => Named | null): Float64Array | null =>
      boundAt(plan, { node, exprs: all, write }, values, parameters);
    const end = (bound: Expr | null) => bound && at((inside) => lowerExpr(inside, bound));
    const { integer } = site;
    const real = integer
      ? middles(given, { lower: at((inside) => leastOf(inside, node, integer.least)), upper: end(upper) })
      : bijections[support].inverse(given, site.event, { lower: end(lower), upper: end(upper) });
    for (let row = 0; row * D < size; row++)
      u.set(real.subarray(row * site.size, (row + 1) * site.size), row * D + site.offset);
  }
  return u;
}

/** A bound of a site: what it is computed from, and how. */
interface BoundOf {
  readonly node: LatentNode;
  readonly exprs: readonly Expr[];
  readonly write: (inside: Context) => Named | null;
}

/** A bound at each given point: null where there is none, else [points, plates..., shape...]. */
function boundAt(
  plan: Plan,
  { node: { plates, type }, exprs, write }: BoundOf,
  values: Readonly<Record<string, HostTensor>>,
  parameters: Float64Array,
): Float64Array | null {
  const { model, numbers, paramSpecs } = plan;
  const b = new Builder();
  const points = present(Object.values(values)[0]?.shape[0], "a point");
  const order: AxisOrder = {
    axes: [axisName.points, ...model.plates.map(({ id }) => id)],
    size: (axis) => (axis === axisName.points ? points : rowsIn(plan, axis)),
  };
  const context = contextOf(plan, { b, order, minibatches: [], parameter: flatParameters(b, paramSpecs).read });
  for (const { name, plates: own } of latentsOf(plan)) {
    // discrete sites that are summed out have no point, and no bound looks at them
    const point = entryOf(values, name);
    if (!point) continue;
    const { shape, values: given } = point;
    const axes = [axisName.points, ...own];
    const value = b.array(shape, [...given]);
    context.values.set(name, { value, axes, rank: shape.length - axes.length });
  }
  const axes = [axisName.points, ...plates];
  const shape = [...axes.map(order.size), ...type.shape.map(numbers.size)];
  const inside = withLets(context, exprs);
  const found = write(inside);
  if (found === null) return null;
  const placed = placeBound(inside, found, axes, [], type.shape.length);
  b.output("bound", b.broadcast(placed, shape));
  const program = b.finish();
  const inputs = inputsOf(program).map(({ attributes: { name } }): [string, HostTensor] => [
    name,
    name === inputName.parameters ? hostTensor([parameters.length], parameters) : present(numbers.data.get(name), name),
  ]);
  return present(evaluate(program, new Map(inputs)).get("bound"), "a bound").values;
}
