import { present } from "../base/assert.ts";
import type { Numbers } from "../bind/numbers.ts";
import type { LatentNode, Model, Plate, PlateId } from "../model/model.ts";
import { enumerate, type Enumeration } from "./enumeration.ts";
import { reachOf, type Graph, type Reach } from "./graph.ts";

/**
 * A model with its numbers, and all that follows from the two before anything is approximated: the one thing that the
 * stages after `analyse` take. Each of them adds to it (Plan, Programs), so that any of those serves as an Instance.
 */
export interface Instance {
  readonly model: Model;
  readonly numbers: Numbers;
  readonly graph: Graph;
  readonly reach: Reach;
  /** How the discrete sites are dealt with. */
  readonly enumeration: Enumeration;
}

/** What follows from a model and its numbers. Cannot fail: what a guide cannot deal with is refused in `plan`. */
export function analyse(graph: Graph, numbers: Numbers): Instance {
  const { model } = graph;
  const reach = reachOf(model);
  return { model, numbers, graph, reach, enumeration: enumerate(model, numbers, reach) };
}

/** What is asked of an instance, or of a model that is still without an enumeration. */
type Sized = Pick<Instance, "model" | "numbers">;

/** The plate of that id. */
export function plateOf({ model }: Pick<Instance, "model">, id: PlateId): Plate {
  return present(
    model.plates.find((plate) => plate.id === id),
    `plate ${id}`,
  );
}

/** How many elements a plate has. */
export function rowsIn({ model, numbers }: Sized, id: PlateId): number {
  return numbers.size(plateOf({ model }, id).size);
}

/** The latent site of that name. */
export function latentOf({ model }: Pick<Instance, "model">, name: string): LatentNode {
  return present(
    latentsOf({ model }).find((node) => node.name === name),
    `latent ${name}`,
  );
}

/** The latent sites, in source order. */
export function latentsOf({ model }: Pick<Instance, "model">): readonly LatentNode[] {
  return model.nodes.filter((node) => node.kind === "latent");
}
