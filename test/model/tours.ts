/** Models that are right, from the tour of the language and beyond: for checks that every stage can share. */
export const tours = {
  abs_normal: `
model abs_normal
const sigma = 0.05
data x: real[N, 2]
plate n in N {
  sample z: real[2] ~ normal(0, 1)
  observe x[n] ~ normal(abs(z), sigma)
}`,
  eight_schools: `
data y: real[J]
data se: real<0..>[J]
sample mu ~ normal(0, 5)
sample tau ~ half_cauchy(5)
plate j in J {
  sample eta ~ normal(0, 1)
  let theta = mu + tau * eta
  observe y[j] ~ normal(theta, se[j])
}`,
  bottleneck: `
data pixels: real[N, 28]
data label: int<0..10>[N]
param weight: real[10] = 0
param centre: real[10, 2] = normal(0, 1)
param spread: real<0..>[10, 2] = 1
net decode = mlp(2, 10)
plate n in N {
  sample z: real[2] ~ mixture(logits = weight, normal(centre, spread))
  observe label[n] ~ categorical(logits = decode(z))
}
guide {
  z ~ mixture(K = 20, component = full_rank) given pixels[n] by mlp(128, 128, activation = elu)
}`,
  two_components: `
data y: real[N]
sample mu: ordered[2] ~ normal(0, 2)
sample s: real<0..>[2] ~ normal(0, 2)
sample theta ~ beta(5, 5)
plate n in N {
  sample k ~ bernoulli(theta)
  observe y[n] ~ normal(mu[1 - k], s[1 - k])
}`,
  regression: `
data X: real[N, P]
data y: real[N]
sample a ~ normal(0, 10)
sample b: real[P] ~ student_t(4, 0, 2.5)
sample s ~ exponential(1)
observe y ~ normal(a + X @ b, s)
factor -0.5 * sum(square(b))`,
  radon: `
data y: real[N]
data floor_of: int<0..2>[N]
data county: int<0..J>[N]
data uranium: real[J]
sample mu ~ normal(0, 10)
sample slope ~ normal(0, 10)
sample tau ~ half_normal(1)
sample sd_y ~ half_normal(1)
plate j in J {
  sample a ~ normal(mu + uranium[j], tau)
}
plate n in N {
  observe y[n] ~ normal(a[county[n]] + slope * floor_of[n], sd_y)
}
let spread = sd(a)`,
} as const;
