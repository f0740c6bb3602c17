import { present } from "../base/assert.ts";
import { bijections } from "../distributions/bijections.ts";
import type { Executor } from "../execute/executor.ts";
import type { Block } from "../guide/guide.ts";
import { evaluateKnown } from "../model/known.ts";
import type { Expr } from "../model/model.ts";
import type { Lowered } from "../objective/lowered.ts";
import { inputsOf } from "../program/program.ts";
import { sizeOf, type HostTensor } from "../tensor/shape.ts";

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
  lowered: Pick<Lowered, "density" | "guide" | "model" | "bound">,
  executor: Executor,
  parameters: Float64Array,
  values: Readonly<Record<string, HostTensor>>,
): Promise<Densities> {
  const points = present(Object.values(values)[0]?.shape[0], "a point");
  const program = lowered.density(points);
  const session = await executor.open(program, { seed: 0 });
  try {
    for (const { attributes } of inputsOf(program)) {
      const { name } = attributes;
      const block = lowered.guide.blocks.find(({ id }) => name === `u.${id}`);
      if (block) session.write(name, unconstrain(lowered, block, values, sizeOf(attributes.shape)));
      else if (name === "parameters") session.write(name, parameters);
      else session.write(name, present(lowered.bound.data.get(name), name).values);
    }
    await session.run(0, 1);
    return { logQ: await session.read("log_q"), logJoint: await session.read("log_joint") };
  } finally {
    session.dispose();
  }
}

/** Every site's values mapped to real numbers and laid out as the block's vector, [points, data..., D]. */
function unconstrain(
  { model, bound }: Pick<Lowered, "model" | "bound">,
  block: Block,
  values: Readonly<Record<string, HostTensor>>,
  size: number,
): Float64Array {
  const u = new Float64Array(size);
  const D = block.dimension;
  const plain = (expr: Expr | null): number | null =>
    expr && evaluateKnown(model, bound, expr).values[0]!;
  for (const site of block.sites) {
    const node = model.nodes.find((n) => n.kind === "latent" && n.name === site.name);
    if (node?.kind !== "latent") continue;
    const { support, lower, upper } = node.type;
    const bounds = { lower: plain(lower), upper: plain(upper) };
    const given = present(values[site.name], `values of ${site.name}`).values;
    const real = bijections[support].inverse(given, site.event, bounds);
    for (let row = 0; row * D < size; row++)
      u.set(real.subarray(row * site.size, (row + 1) * site.size), row * D + site.offset);
  }
  return u;
}
