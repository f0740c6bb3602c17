import type { Program } from "../program.ts";
import type { Pass } from "../rewrite.ts";
import { bodies } from "./bodies.ts";
import { fold } from "./fold.ts";
import { shapes } from "./shapes.ts";
import { share } from "./share.ts";
import { simplify } from "./simplify.ts";
import { stabilise } from "./stabilise.ts";
import { forgetStops } from "./stops.ts";
import { forgetUnused } from "./unused.ts";

/** In the order they run. */
export const passes: readonly Pass[] = [
  forgetUnused,
  forgetStops,
  fold,
  share,
  stabilise,
  simplify,
  shapes,
  bodies((body) => optimise(body)),
];

/** Rounds that a chain of passes enabling one another may take; programs of the suite need three. */
const MOST_ROUNDS = 10;

/**
 * Every pass, again and again until none has anything to do. Only for programs that will not be differentiated any
 * more: `stop` is taken away.
 */
export function optimise(program: Program): Program {
  let current = program;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = passes.reduce((sofar, pass) => pass.run(sofar), current);
    if (next === current) return current;
    current = next;
  }
  return current;
}
