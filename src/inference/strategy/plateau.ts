import { ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { plateOf, rowsIn } from "../../graph/instance.ts";
import { drawsIntegers } from "../../guide/guide.ts";
import { plan as planWith, type Plan } from "../../plan/plan.ts";
import { warningsOf, type Choices, type FitResult, type Services, type Settings, type Strategy } from "./strategy.ts";
import { batchRows, manyData, mostSteps, untilPlateau, usualObjective } from "./choices.ts";
import { trainPlan } from "./train.ts";

/** What is estimated, and how: see below for integer-valued sites. */
function objectiveFor({ guide }: Plan): Partial<Choices> {
  // a draw of whole numbers is worth what it is better than others, which takes some; of an importance-weighted bound
  // only the best draw learns. A component that has shrunk onto one wrong value has nothing left to compare, and stays
  // there for good: a network may leap onto it in a few steps, numbers of a datum's own do not
  return guide.blocks.some(drawsIntegers)
    ? { gradient: "stl", objective: "selbo", T: 10, innerT: 4, amortize: false }
    : usualObjective;
}

/** Minibatches of a plate that all local blocks share, where it is large. */
function batchFor(plan: Plan): Choices["batch"] {
  const plates = new Set(plan.guide.blocks.map(({ plates: [first] }) => first));
  const [plate] = plates;
  const small = plates.size !== 1 || plate === undefined || rowsIn(plan, plate) < manyData;
  return small ? {} : { [plateOf(plan, plate).index]: batchRows };
}

async function run(first: Plan, settings: Settings, services: Services): Promise<Outcome<FitResult>> {
  const own = settings.otherwise({ ...objectiveFor(first), batch: batchFor(first) });
  const planned = planWith(first, own.plan);
  if (!planned.ok) return planned;
  const { fit } = settings.otherwise(settings.lengthGiven ? untilPlateau : { ...untilPlateau, steps: mostSteps });
  const fitted = await trainPlan(planned.value, fit, services);
  return fitted.ok ? ok(fitted.value, warningsOf(planned, fitted)) : fitted;
}

export const plateau: Strategy = {
  name: "plateau",
  doc: "guides that networks read off the data, or that are learned with other things: trained until the bound stops rising",
  applies: () => true,
  run,
};
