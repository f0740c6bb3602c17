import { present } from "../../base/assert.ts";
import type { Plan } from "../../plan/plan.ts";
import { auto } from "./auto.ts";
import { laplace } from "./laplace.ts";
import { plateau } from "./plateau.ts";
import type { Settings, Strategy } from "./strategy.ts";
import { train } from "./train.ts";

/** Every way to approximate a posterior, in the order in which they are asked whether they apply. */
export const strategies: readonly Strategy[] = [laplace, train, auto, plateau];

/** The strategy that a plan is fitted by. */
export function strategyFor(plan: Plan, settings: Settings): Strategy {
  const found = strategies.find(({ applies }) => applies(plan, settings));
  return present(found, "a strategy that applies to everything");
}
