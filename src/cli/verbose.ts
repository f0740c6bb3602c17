import { strategyFor } from "../inference/strategy/index.ts";
import type { Compiled } from "../pipeline.ts";
import { settingsOf, type Config } from "../options/config.ts";
import { count, duration } from "../report/numbers.ts";
import type { FitReport } from "../report/report.ts";

/** What `--verbose` tells of a fit on standard error: its phases, how long they took, and what was chosen on the way. */

/** Before it starts: what was compiled, and how it will be fitted. */
export function planText(compiled: Compiled, config: Config, milliseconds: number): string {
  const { name, doc } = strategyFor(compiled, settingsOf(config, 0));
  const { guide, parameterCount } = compiled;
  const blocks = guide.blocks.map(({ id, dimension }) => `${id} (${count(dimension)} ${numbers(dimension)})`);
  return [
    `compiled in ${duration(milliseconds / 1000)}: ${count(parameterCount)} learned ${numbers(parameterCount)}`,
    `latents of the guide: ${blocks.length === 0 ? "none" : blocks.join(", ")}`,
    `strategy ${name}: ${doc}`,
  ].join("\n");
}

const numbers = (n: number): string => (n === 1 ? "number" : "numbers");

/** After it: evaluations, choices, times. */
export function fitText({ guide, objective, steps, seconds, logEvidence, stopped }: FitReport): string {
  const { search, family, K, component } = guide;
  const searched =
    search === null
      ? []
      : [
          ...search.searches.map(
            ({ modes, fresh }, nth) =>
              `search ${nth + 1}: ${count(modes)} modes from ${search.starts} starts, ${count(fresh)} of them new`,
          ),
          ...search.restarts.map(
            ({ components, rounds }, nth) =>
              `adaptation ${nth + 1}: ${count(components)} components after ${count(rounds)} rounds`,
          ),
          `${count(search.evaluations)} evaluations of the log joint density`,
        ];
  const { bound, gradient, T } = objective;
  const chosen = family === "none" ? "" : `guide ${family}, K = ${K}, component ${component}; `;
  const took = seconds === null ? [] : timesOf(seconds);
  return [
    ...searched,
    `${chosen}${bound}, gradient ${gradient}, T = ${T}`,
    `${count(steps)} steps (${stopped}), ${count(logEvidence.draws)} importance draws`,
    ...took,
  ].join("\n");
}

function timesOf({ train, evaluate }: NonNullable<FitReport["seconds"]>): readonly string[] {
  return [...(train === null ? [] : [`fitted in ${duration(train)}`]), `evaluated in ${duration(evaluate)}`];
}
