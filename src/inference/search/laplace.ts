import type { Executor, Seed } from "../../execute/executor.ts";
import type { Component } from "../../numeric/gaussians.ts";
import { randomStream, seedKey } from "../../numeric/random.ts";
import { componentsOf, findModes } from "./modes.ts";
import { starts } from "./search.ts";
import type { Programs } from "../../lower/programs.ts";
import { openTarget } from "./target.ts";

/**
 * The Laplace approximation on the unconstrained scale: of the modes that a search finds the one with the largest
 * evidence by its own curvature, as a Gaussian. Null where no start leads to a proper maximum.
 */
export async function highestMode(programs: Programs, executor: Executor, seed: Seed): Promise<Component | null> {
  const target = openTarget(programs, executor);
  try {
    const { modes } = await findModes(target, randomStream(seedKey(seed, "search.modes.0")), starts);
    const [best] = componentsOf(modes).toSorted((a, b) => b.weight - a.weight);
    return best ?? null;
  } finally {
    target.dispose();
  }
}
