import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import { sameShape } from "../tensor/shape.ts";
import type { LoadedRun } from "../posterior/load.ts";
import type { Compiled } from "../pipeline.ts";
import { applyRun } from "./apply.ts";
import type { Config } from "../options/config.ts";
import { flagName } from "../options/option.ts";
import type { OptionName, Values } from "../options/rows.ts";
import { fingerprints } from "../posterior/record.ts";
import { entryOf } from "../base/records.ts";

/** Options that change the bound of a saved run and how its gradient is estimated, and leave its guide as it is. */
const ofObjective = ["objective", "gradient", "baseline", "T", "innerT", "beta", "batch"] as const;
/** Of the command, whatever the run. */
const ofCommand = ["seed", "engine", "backend"] as const;
const replaceable: ReadonlySet<OptionName> = new Set([...ofObjective, ...ofCommand]);

/**
 * A saved run lowered again, at what it learned: its model, constants, guide and objective, the last with the options
 * that were given in their place. A schedule of beta stands at its end.
 *
 * @param config  of the command line alone: `given` says what replaces the run's own
 */
export async function lowerRun(
  run: LoadedRun,
  data: Readonly<Record<string, unknown>>,
  config: Config,
): Promise<Outcome<Compiled>> {
  const fixed = [...config.given].find((name) => !replaceable.has(name));
  if (fixed !== undefined) {
    const because = "the model and the guide are those of the run";
    return failed(usage.optionsExclude({ first: "--run", second: `--${flagName(fixed)}`, because }));
  }
  const { settings } = run.record;
  const { objective, batch } = settings.compile;
  const { values } = config;
  const given = <K extends (typeof ofObjective)[number]>(name: K, otherwise: Values[K]): Values[K] =>
    config.given.has(name) ? values[name] : otherwise;
  const applied = applyRun(run, data, "all", {
    batch: given("batch", batch),
    objective: {
      bound: given("objective", objective.bound),
      estimator: given("gradient", objective.estimator),
      baseline: given("baseline", objective.baseline),
      T: given("T", objective.T),
      innerT: given("innerT", objective.innerT),
      beta: given("beta", settings.fit.beta.to),
    },
  });
  if (!applied.ok) return applied;
  const compiled = applied.value;
  const now = await fingerprints(compiled.numbers.data);
  const other = Object.entries(now).find(([name, { shape, sha256 }]) => {
    const then = entryOf(run.record.data, name);
    return then && (then.sha256 !== sha256 || !sameShape(then.shape, shape));
  });
  const warnings = other ? [usage.otherDataThanRun({ name: other[0] })] : [];
  return ok(compiled, [...applied.warnings, ...warnings]);
}
