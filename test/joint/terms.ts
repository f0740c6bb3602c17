import { analyse } from "../../src/graph/instance.ts";
import { buildGraph } from "../../src/graph/graph.ts";
import { choiceAxes } from "../../src/joint/density.ts";
import { contextOf, type Context } from "../../src/joint/context.ts";
import { jointTerms } from "../../src/joint/joint.ts";
import type { Model } from "../../src/model/model.ts";
import { Builder } from "../../src/program/builder.ts";
import type { AxisOrder, Named } from "../../src/program/named.ts";
import type { Program } from "../../src/program/program.ts";
import { bind } from "../../src/bind/bind.ts";
import { modelOf, valueOf } from "../model/views.ts";

/**
 * The log joint density of a model as a program: `state` inputs named after the latents, in the model's coordinates
 * and with plates leading; `data` inputs; outputs `terms` [plate], each turn's sum over all statements, for a model
 * whose statements all stand in one plate, and `total`.
 */
export function jointProgram(text: string, data: Record<string, unknown>): Program {
  const model: Model = modelOf(text);
  const numbers = valueOf(bind(model, data), text);
  const b = new Builder();
  const plates = model.plates.map(({ id }) => id);
  const sizes = new Map(model.plates.map(({ id, size }) => [id, numbers.size(size)]));
  const order: AxisOrder = { axes: [...plates, ...choiceAxes], size: (axis) => sizes.get(axis) ?? 1 };
  const values = new Map<string, Named>();
  for (const node of model.nodes) {
    if (node.kind !== "latent") continue;
    const shape = [...node.plates.map((id) => sizes.get(id)!), ...node.type.shape.map(numbers.size)];
    const value = b.input(node.name, shape, "state");
    values.set(node.name, { value, axes: node.plates, rank: node.type.shape.length });
  }
  const parameter = () => {
    throw new Error("these models have no parameters");
  };
  const instance = analyse(buildGraph(model), numbers);
  const context: Context = { ...contextOf(instance, { b, order, minibatches: [], parameter }), values };
  const terms = jointTerms(context).terms.map(({ value }) => value);
  const { n } = context;
  const sum = n.add(...terms);
  const leading = plates.slice(0, 1);
  b.output("terms", n.broadcast(sum, leading));
  b.output("total", b.sum(n.spread(sum, leading)));
  return b.finish();
}
