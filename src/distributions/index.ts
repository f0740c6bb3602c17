import { present } from "../base/assert.ts";
import { bernoulli } from "./bernoulli.ts";
import { betaBinomial } from "./beta_binomial.ts";
import { beta } from "./beta.ts";
import { binomial } from "./binomial.ts";
import { categorical } from "./categorical.ts";
import { cauchy } from "./cauchy.ts";
import { chiSquared } from "./chi_squared.ts";
import { dirichlet } from "./dirichlet.ts";
import { exponential } from "./exponential.ts";
import type { Family } from "./family.ts";
import { flat } from "./flat.ts";
import { gamma } from "./gamma.ts";
import { geometric } from "./geometric.ts";
import { gumbel } from "./gumbel.ts";
import { halfCauchy } from "./half_cauchy.ts";
import { halfNormal } from "./half_normal.ts";
import { halfStudentT } from "./half_student_t.ts";
import { inverseGamma } from "./inverse_gamma.ts";
import { laplace } from "./laplace.ts";
import { lkjCholesky } from "./lkj_cholesky.ts";
import { logNormal } from "./log_normal.ts";
import { markov } from "./markov.ts";
import { logistic } from "./logistic.ts";
import { multinomial } from "./multinomial.ts";
import { multivariateNormal } from "./multivariate_normal.ts";
import { negBinomial } from "./neg_binomial.ts";
import { normal } from "./normal.ts";
import { orderedLogistic } from "./ordered_logistic.ts";
import { pareto } from "./pareto.ts";
import { poisson } from "./poisson.ts";
import { studentT } from "./student_t.ts";
import { uniform } from "./uniform.ts";
import { vonMises } from "./von_mises.ts";
import { weibull } from "./weibull.ts";

/** Every family by the name it has in a model, in the order of the manual. To add one, write its record and list it. */
export const families: Readonly<Record<string, Family>> = Object.fromEntries(
  [
    normal,
    studentT,
    cauchy,
    laplace,
    logistic,
    gumbel,
    halfNormal,
    halfCauchy,
    halfStudentT,
    logNormal,
    exponential,
    gamma,
    inverseGamma,
    chiSquared,
    beta,
    uniform,
    weibull,
    pareto,
    vonMises,
    bernoulli,
    binomial,
    betaBinomial,
    categorical,
    markov,
    multinomial,
    orderedLogistic,
    poisson,
    negBinomial,
    geometric,
    dirichlet,
    multivariateNormal,
    lkjCholesky,
    flat,
  ].map((family) => [family.name, family]),
);

/** The family of this name, which the caller knows to be there. */
export function familyNamed(name: string): Family {
  return present(Object.hasOwn(families, name) ? families[name] : null, `the family ${name}`);
}
