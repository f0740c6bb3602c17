import { referenceExecutor } from "../../src/execute/reference.ts";
import { fit } from "../../src/inference/fit.ts";
import { defaultFitOptions } from "../../src/inference/fit-options.ts";
import { defaultEvaluateOptions } from "../../src/posterior/evaluate.ts";
import { makePosterior } from "../../src/posterior/posterior.ts";
import { toFiles, type RunFiles } from "../../src/posterior/run.ts";
import { compiled } from "../inference/models.ts";

/** A little of everything that a run folder can hold: networks, parameters, a site that is summed out, a `let`. */
const text = `const sigma = 1
data y: real[N]
param shift: real = 0.1
plate n in N {
  sample z ~ normal(0, 1)
  sample k ~ bernoulli(0.3)
  let twice = 2 * z
  observe y[n] ~ normal(z + shift + where(k, 2, 0), sigma)
}
`;

/** The files of a small run. */
export async function savedRun(seed = 3): Promise<RunFiles> {
  const options = { guide: { amortize: true, hidden: [3], K: 2 } };
  const plan = compiled(text, { y: [0.5, -1, 2] }, options);
  const fitOptions = { ...defaultFitOptions, seed, length: { steps: 10 }, averageLast: 0.5 };
  const evaluateOptions = { ...defaultEvaluateOptions, draws: 60, boundRepeats: 3 };
  const fitted = await fit(plan, referenceExecutor, fitOptions);
  if (!fitted.ok) throw new Error(fitted.errors[0].message);
  const posterior = await makePosterior(plan, referenceExecutor, fitted.value.parameters, evaluateOptions);
  const run = { plan, executor: referenceExecutor, fit: fitted.value, fitOptions, evaluateOptions, posterior };
  return toFiles({ ...run, versions: { stratum: "0.0.0" } });
}
