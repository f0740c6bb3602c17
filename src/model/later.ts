/** Words of the language that are read but have no meaning in this version: each is refused by its own name. */

export const laterFamilies: ReadonlySet<string> = new Set([
  "laplace",
  "logistic",
  "gumbel",
  "half_student_t",
  "inverse_gamma",
  "chi_squared",
  "weibull",
  "pareto", // prettier-ignore
  "von_mises",
  "beta_binomial",
  "multinomial",
  "ordered_logistic",
  "neg_binomial",
  "geometric", // prettier-ignore
  "lkj_cholesky",
  "flat",
  "truncate",
  "censor",
  "zero_inflate", // prettier-ignore
]);

export const laterFunctions: ReadonlySet<string> = new Set(["gp_exp_quad", "sort"]);

export const laterGuides: ReadonlySet<string> = new Set(["low_rank", "laplace"]);
