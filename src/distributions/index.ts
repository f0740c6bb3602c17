import { bernoulli } from "./bernoulli.ts";
import { beta } from "./beta.ts";
import { binomial } from "./binomial.ts";
import { categorical } from "./categorical.ts";
import { cauchy } from "./cauchy.ts";
import { dirichlet } from "./dirichlet.ts";
import { exponential } from "./exponential.ts";
import type { Family } from "./family.ts";
import { gamma } from "./gamma.ts";
import { halfCauchy } from "./half_cauchy.ts";
import { halfNormal } from "./half_normal.ts";
import { logNormal } from "./log_normal.ts";
import { multivariateNormal } from "./multivariate_normal.ts";
import { normal } from "./normal.ts";
import { poisson } from "./poisson.ts";
import { studentT } from "./student_t.ts";
import { uniform } from "./uniform.ts";

/** Every family by the name it has in a model, in the order of the manual. To add one, write its record and list it. */
export const families: Readonly<Record<string, Family>> = Object.fromEntries(
  [
    normal,
    halfNormal,
    studentT,
    cauchy,
    halfCauchy,
    logNormal,
    exponential,
    gamma,
    beta,
    uniform,
    bernoulli,
    binomial,
    poisson,
    categorical,
    dirichlet,
    multivariateNormal,
  ].map((family) => [family.name, family]),
);
