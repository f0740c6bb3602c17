import { example, type Example } from "./example.ts";

const local =
  "data x: real[N]\nplate n in N {\n  sample z: real[2] ~ normal(0, 1)\n  observe x[n] ~ normal(sum(z), 1)\n}";
const x = { x: [0.5, -1, 2] };
const entry = (of: string, note: string, text: string): Example =>
  example(of, note, `${local}\nguide {\n  z ~ ${text}\n}`, x);

/** One row for each family of guides, and for each of their settings. */
// prettier-ignore
export const guides: readonly Example[] = [
  entry("mean_field", "A normal distribution for each entry on the unconstrained scale, independent of the others.", "mean_field()"),
  entry("full_rank", "One normal distribution over all entries, with their correlations.", "full_rank()"),
  entry("low_rank", "A normal distribution with a covariance of low rank beside its diagonal, of `rank` directions.", "low_rank(rank = 2)"),
  entry("student_t", "A Student t distribution for each entry on the unconstrained scale, whose degrees of freedom are learned.", "student_t()"),
  entry("laplace", "A normal distribution at a mode, with the curvature there.", "laplace()"),
  entry("mixture", "A weighted sum of components, which may be far apart. `K` and `component` say how many and of which family.", "mixture(K = 5, component = full_rank)"),
  entry("amortize", "`false` gives each datum parameters of its own instead of a network that reads them off the datum.", "mean_field(amortize = false)"),
  entry("given", "What the network reads, and its hidden layers.", "full_rank() given x[n] by mlp(32, 32, activation = relu)"),
  entry("standardise", "`false` lets the network read the data as they are, instead of brought to mean 0 and standard deviation 1.", "full_rank() given x[n] by mlp(32, standardise = false)"),
];
