import type { GuideOptions } from "../../src/guide/options.ts";
import type { ObjectiveOptions } from "../../src/objective/options.ts";
import { compileSource, type Compiled } from "../../src/pipeline.ts";
import { defaultOptions } from "../../src/plan/options.ts";

interface Settings {
  readonly guide?: Partial<GuideOptions>;
  readonly objective?: Partial<ObjectiveOptions>;
  readonly batch?: Readonly<Record<string, number>>;
}

/** Compiles a model that the test knows to be right; one Gaussian for a guide unless told otherwise. */
export function compiled(
  text: string,
  data: Readonly<Record<string, unknown>>,
  { guide, objective, batch = {} }: Settings = {},
): Compiled {
  const result = compileSource({ path: "folder/test.ppl", text }, data, {
    ...defaultOptions,
    guide: { ...defaultOptions.guide, K: 1, amortize: false, ...guide },
    objective: { ...defaultOptions.objective, bound: "selbo", estimator: "stl", ...objective },
    batch,
  });
  if (!result.ok) throw new Error(result.errors.map(({ message }) => message).join("\n"));
  return result.value;
}

/**
 * Three observations of one mean. The posterior is normal with mean 6/4 and variance 1/4; the log evidence is
 * -1.5 log(2 pi) - 0.5 log 4 - 0.5 (14 - 36/4) = -5.949962780.
 */
export const oneMean = {
  text: `data y: real[N]
sample mu ~ normal(0, 1)
let twice = 2 * mu
plate n in N {
  observe y[n] ~ normal(mu, 1)
}
`,
  data: { y: [1, 2, 3] },
  mean: 1.5,
  sd: 0.5,
  evidence: -1.5 * Math.log(2 * Math.PI) - 0.5 * Math.log(4) - 2.5,
};

/** One latent for each datum: posterior N(y / 2, 1 / 2), evidence N(y; 0, 2). */
export const manyMeans = {
  text: `data y: real[N]
plate n in N {
  sample z ~ normal(0, 1)
  let twice = 2 * z
  observe y[n] ~ normal(z, 1)
}
`,
  evidence: (y: readonly number[]): number =>
    y.reduce((sum, value) => sum - 0.5 * Math.log(4 * Math.PI) - value ** 2 / 4, 0),
};

/** Raw numbers of a mean field of one dimension: location, then the inverse of 1e-5 + softplus. */
export function rawGaussian(mean: number, sd: number): [number, number] {
  return [mean, Math.log(Math.expm1(sd - 1e-5))];
}
