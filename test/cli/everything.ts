/** A model with a site of every kind, and data with gaps. */
export const everything = `model everything

const top = 4
data x: real[N]
data y: real[N]?
data counts: int<0..>[N]?
data label: int<0..3>[N]?
data pairs: real[M, 2]

param shift: real<0..> = 1

sample mu ~ normal(0, 1)
sample sigma ~ half_normal(2)
sample share: real<0.2..top> ~ normal(1, 1)
sample w ~ dirichlet([1, 1, 1])
sample cuts: ordered[2] ~ normal(0, 2)
sample rising: positive_ordered[2] ~ normal(0, 2)
sample L: cholesky_corr[2] ~ lkj_cholesky(3)
sample C: cov_matrix[2] ~ flat()
sample v: real[2] ~ normal(0, 1)
sample A: real[2, 2] ~ normal(0, 1)
sample many ~ poisson(3)
sample k ~ categorical([0.3, 0.7])
let total = sigma + share

plate m in M { observe pairs[m] ~ multivariate_normal([0, 0], covariance = C) }
plate n in N {
  sample rate ~ log_normal(0, 0.3)
  sample u ~ bernoulli(0.4)
  observe counts[n] ~ poisson(rate + u)
  observe y[n] ~ normal(mu + shift + v[0] * x[n] + k, sigma)
  observe label[n] ~ categorical(w)
}
`;

export const everyDatum = JSON.stringify({
  x: [0, 1, 2, 3, 4, 5],
  y: [1, null, 2, 3, 2.5, null],
  counts: [0, 3, null, 2, 1, 4],
  label: [0, 2, null, 1, 1, 0],
  pairs: [
    [0, 1],
    [1, 2],
    [-1, -1.5],
    [0.3, 0.2],
    [2, -1],
    [0.3, -2],
    [1, 1],
  ],
});

/** Where the numbers of each site lie that a plot can show: by its name, from where to where. */
export const supports: Readonly<Record<string, readonly [number, number]>> = {
  mu: [-Infinity, Infinity],
  sigma: [0, Infinity],
  share: [0.2, 4],
  w: [0, 1],
  cuts: [-Infinity, Infinity],
  rising: [0, Infinity],
  L: [-1, 1],
  C: [-Infinity, Infinity],
  v: [-Infinity, Infinity],
  A: [-Infinity, Infinity],
  many: [-0.5, Infinity],
  k: [-0.5, 1.5],
  u: [-0.5, 1.5],
  rate: [0, Infinity],
  total: [0.2, Infinity],
};
