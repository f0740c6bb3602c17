import { suggest } from "../diagnostics/suggest.ts";

// What people who come from other systems are likely to write, for hints alone.

/** What the same function is called elsewhere. */
export const functionSynonyms: ReadonlyMap<string, string> = new Map([
  ["inv_logit", "sigmoid"],
  ["expit", "sigmoid"],
  ["ln", "log"],
  ["fabs", "abs"],
  ["std", "sd"],
  ["var", "sd"],
  ["average", "mean"],
  ["maximum", "max"],
  ["minimum", "min"],
  ["fmax", "max"],
  ["fmin", "min"],
  ["log_sum_exp", "logsumexp"],
  ["rep_vector", "rep"],
  ["repeat", "rep"],
  ["arange", "range"],
  ["ifelse", "where"],
  ["gammaln", "lgamma"],
  ["normal_cdf", "Phi"],
  ["inner", "dot"],
  ["dot_product", "dot"],
  ["norm_cdf", "Phi"],
  ["log1p_exp", "softplus"],
  ["eye", "diag"],
  ["append", "concat"],
]);

/** What the same family is called elsewhere. */
export const familySynonyms: ReadonlyMap<string, string> = new Map([
  ["gaussian", "normal"],
  ["lognormal", "log_normal"],
  ["multi_normal", "multivariate_normal"],
  ["mvn", "multivariate_normal"],
  ["halfnormal", "half_normal"],
  ["halfcauchy", "half_cauchy"],
  ["studentt", "student_t"],
  ["student", "student_t"],
  ["t", "student_t"],
  ["bernoulli_logit", "bernoulli"],
  ["binomial_logit", "binomial"],
  ["categorical_logit", "categorical"],
  ["poisson_log", "poisson"],
  ["double_exponential", "laplace"],
  ["half_t", "half_student_t"],
  ["halfstudentt", "half_student_t"],
  ["invgamma", "inverse_gamma"],
  ["inv_gamma", "inverse_gamma"],
  ["chi_square", "chi_squared"],
  ["chi2", "chi_squared"],
  ["vonmises", "von_mises"],
  ["betabinomial", "beta_binomial"],
  ["negative_binomial", "neg_binomial"],
  ["neg_binomial_2", "neg_binomial"],
  ["negbinomial", "neg_binomial"],
  ["nbinom", "neg_binomial"],
  ["lkj", "lkj_cholesky"],
  ["lkj_corr_cholesky", "lkj_cholesky"],
  ["improper_uniform", "flat"],
  ["truncated", "truncate"],
  ["censored", "censor"],
  ["zero_inflated", "zero_inflate"],
  ["mix", "mixture"],
]);

/** The name that was likely meant: one of `known`, or what a name from elsewhere, perhaps misspelt, is called here. */
export function likely(name: string, known: readonly string[], synonyms: ReadonlyMap<string, string>): string | null {
  const close = suggest(name, [...known, ...synonyms.keys()]);
  return synonyms.get(name) ?? (close === null ? null : (synonyms.get(close) ?? close));
}
