import { unlessStopped } from "../../base/turns.ts";
import type { Executor, Seed } from "../../execute/executor.ts";
import type { Component } from "../../numeric/gaussians.ts";
import { randomStream, seedKey } from "../../numeric/random.ts";
import { paced } from "../progress.ts";
import { componentsOf, findModes, type Mode } from "./modes.ts";
import type { SearchHooks } from "./search.ts";
import { starts } from "./state.ts";
import { openTarget } from "./target.ts";
import type { Programs } from "../../lower/programs.ts";

/**
 * The Laplace approximation on the unconstrained scale: of the modes that a search finds, or has found when it is ended,
 * the one with the largest evidence by its own curvature, as a Gaussian. Null where no start leads to a proper maximum.
 */
export async function highestMode(
  programs: Programs,
  executor: Executor,
  seed: Seed,
  { signal, onProgress }: Pick<SearchHooks, "signal" | "onProgress"> = {},
): Promise<Component | null> {
  const target = openTarget(programs, executor, signal);
  const tell = paced(onProgress);
  let known: readonly Mode[] = [];
  const onEnd = (modes: readonly Mode[], done: number): void => {
    known = modes;
    tell({ phase: "search", modes: modes.length, done, starts, evaluations: target.evaluations() });
  };
  try {
    const random = randomStream(seedKey(seed, "search.modes.0"));
    const found = await unlessStopped(signal, () => findModes(target, random, starts, onEnd));
    const [best] = componentsOf(found?.modes ?? known).toSorted((a, b) => b.weight - a.weight);
    return best ?? null;
  } finally {
    target.dispose();
  }
}
