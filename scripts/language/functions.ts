import { example, type Example } from "./example.ts";

const vector = "sample z: real[3] ~ normal(0, 1)";
const positive = "sample s: real<0..>[3] ~ normal(0, 1)";
const unit = "sample p: real<0..1>[3] ~ beta(2, 2)";
const rows = "data x: real[N]\nsample a ~ normal(0, 1)";
const x = { x: [0.5, -1.5, 2] };
const square = "data A: cov_matrix[2]\nsample b: real[2] ~ normal(0, 1)";
const A = {
  A: [
    [2, 0.5],
    [0.5, 1],
  ],
};

/** One row for each function, by its name. The notes are the library's own. */
const row = (of: string, model: string, data: Example["data"] = {}): Example => example(of, "", model, data);

// prettier-ignore
export const functions: readonly Example[] = [
  row("pow", `${positive}\nobserve 1 ~ normal(sum(pow(s, 1.5)) + s[0]^2, 1)`),
  row("exp", `${vector}\nobserve 1 ~ normal(0, exp(z[0]))`),
  row("expm1", `${vector}\nobserve 1 ~ normal(sum(expm1(0.1 * z)), 1)`),
  row("log", `${positive}\nobserve 1 ~ normal(sum(log(s)), 1)`),
  row("log1p", `${positive}\nobserve 1 ~ normal(sum(log1p(s)), 1)`),
  row("sqrt", `${positive}\nobserve 1 ~ normal(0, sqrt(s[0]))`),
  row("square", `${vector}\nfactor -0.5 * sum(square(z))`),
  row("abs", `${vector}\nfactor -sum(abs(z))`),
  row("floor", `${rows}\nobserve x ~ normal(a * floor(x), 1)`, x),
  row("sin", `${rows}\nobserve x ~ normal(sin(a * x), 1)`, x),
  row("cos", `${rows}\nobserve x ~ normal(cos(a * x), 1)`, x),
  row("tanh", `${rows}\nobserve x ~ normal(tanh(a * x), 1)`, x),
  row("sigmoid", `${vector}\nobserve 1 ~ bernoulli(sigmoid(z[0]))`),
  row("logit", `${unit}\nobserve 1 ~ normal(sum(logit(p)), 1)`),
  row("softplus", `${vector}\nobserve 1 ~ normal(0, softplus(z[0]))`),
  row("relu", `${rows}\nobserve x ~ normal(relu(a * x), 1)`, x),
  row("leaky_relu", `${rows}\nobserve x ~ normal(leaky_relu(a * x), 1)`, x),
  row("elu", `${rows}\nobserve x ~ normal(elu(a * x), 1)`, x),
  row("silu", `${rows}\nobserve x ~ normal(silu(a * x), 1)`, x),
  row("gelu", `${rows}\nobserve x ~ normal(gelu(a * x), 1)`, x),
  row("softsign", `${rows}\nobserve x ~ normal(softsign(a * x), 1)`, x),
  row("lgamma", `${positive}\nfactor -sum(lgamma(s + 1))`),
  row("digamma", `${positive}\nobserve 1 ~ normal(sum(digamma(s + 1)), 1)`),
  row("erf", `${rows}\nobserve x ~ normal(erf(a * x), 1)`, x),
  row("Phi", `${vector}\nobserve 1 ~ bernoulli(Phi(z[0]))`),
  row("where", `${rows}\nobserve x ~ normal(where(x > 0, a, -a), 1)`, x),
  row("sum", `${vector}\nobserve 1 ~ normal(sum(z), 1)`),
  row("mean", `${vector}\nobserve 1 ~ normal(mean(z), 1)`),
  row("sd", `${vector}\nobserve 1 ~ normal(sd(z), 1)`),
  row("prod", `${vector}\nobserve 1 ~ normal(prod(z), 1)`),
  row("logsumexp", `${vector}\nobserve 1 ~ normal(logsumexp(z), 1)`),
  row("max", `${vector}\nobserve 1 ~ normal(max(z) + max(z[0], 0), 1)`),
  row("min", `${vector}\nobserve 1 ~ normal(min(z) + min(z[0], 0), 1)`),
  row("softmax", `${vector}\nobserve 1 ~ categorical(softmax(z))`),
  row("log_softmax", `${vector}\nfactor log_softmax(z)[1]`),
  row("cumsum", `${vector}\nobserve [1, 2, 3] ~ normal(cumsum(z), 1)`),
  row("dot", `${vector}\nobserve 1 ~ normal(dot(z, [1, 2, 3]), 1)`),
  row("outer", `${vector}\nobserve 1 ~ normal(sum(outer(z, [1, 2])), 1)`),
  row("transpose", `data X: real[N, 2]\nsample w: real[N] ~ normal(0, 1)\nobserve [1, 2] ~ normal(transpose(X) @ w, 1)`, { X: [[1, 2], [3, 4], [5, 6]] }),
  row("diag", `${positive}\nsample v ~ multivariate_normal([0, 0, 0], diag(0.1 + s))\nobserve 1 ~ normal(sum(v), 1)`),
  row("cholesky", `${square}\nobserve 1 ~ normal(sum(cholesky(A) @ b), 1)`, A),
  row("log_det", `${square}\nfactor -0.5 * log_det(A + diag(square(b)))`, A),
  row("solve_lower", `${square}\nobserve 1 ~ normal(sum(solve_lower(cholesky(A), b)), 1)`, A),
  row("concat", `${vector}\nobserve [1, 2, 3, 4] ~ normal(concat(0, z), 1)`),
  row("stack", `${vector}\nobserve 1 ~ normal(sum(stack(z, 2 * z)), 1)`),
  row("rep", `${vector}\nobserve [1, 2] ~ normal(rep(z[0], [2]), 1)`),
  row("zeros", `const K = 2\nsample w: real[K] ~ normal(zeros([K]), 1)\nobserve 1 ~ normal(sum(w), 1)`),
  row("ones", `sample p ~ dirichlet(ones([3]))\nobserve 1 ~ categorical(p)`),
  row("range", `data y: real[T]\nsample slope ~ normal(0, 1)\nobserve y ~ normal(slope * range(T), 1)`, { y: [0, 1, 2] }),
  row("one_hot", `data k: int<0..3>\n${vector}\nobserve 1 ~ normal(dot(one_hot(k, 3), z), 1)`, { k: 2 }),
  row("gp_exp_quad", `data t: real[N]\nsample f ~ multivariate_normal(zeros([N]), gp_exp_quad(t, 1, 0.5) + 0.01 * diag(ones([N])))\nobserve t ~ normal(f, 1)`, { t: [0, 0.5, 2] }),
  row("sort", `data y: real[N]\nsample mu ~ normal(0, 1)\nobserve sort(y) ~ normal(mu, 1)`, { y: [3, 1, 2] }),
];
