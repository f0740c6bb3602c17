import { example, type Example } from "./example.ts";

const x = [0.6, 1.1, 0.2];
const digits = [0, 1].map((n) => Array.from({ length: 28 }, (_, i) => ((i + n) % 5) / 4));

/** Whole models: the tour of the language. */
// prettier-ignore
export const tours: readonly Example[] = [
  example("four modes per datum", "The toy of Morningstar et al. (2021), section 4.1.", `
// The toy of Morningstar et al. (2021), section 4.1: four posterior modes per datum.
model abs_normal

const sigma = 0.05                     // a named constant; \`--set sigma=0.1\` overrides it
data x: real[N, 2]                     // N is a size: it is read off the data

plate n in N {                         // independent given everything outside the plate
  sample z: real[2] ~ normal(0, 1)     // a declared shape asks for iid entries
  observe x[n] ~ normal(abs(z), sigma)
}`, { x: x.map((one) => [one, 1 - one / 2]) }),
  example("eight schools", "A hierarchical model, non-centred.", `
data y: real[J]
data se: real<0..>[J]                  // a bound: the data are checked against it when they are loaded

sample mu ~ normal(0, 5)
sample tau ~ half_cauchy(5)
plate j in J {
  sample eta ~ normal(0, 1)
  let theta = mu + tau * eta           // recorded in the output
  observe y[j] ~ normal(theta, se[j])
}`, { y: [28, 8, -3, 7, -1, 1, 18, 12], se: [15, 10, 16, 11, 9, 11, 10, 18] }),
  example("an information bottleneck", "Classification from one column of a digit, with a learned prior and a network.", `
data pixels: real[N, 28]
data label: int<0..10>[N]

param weight: real[10] = 0             // learnable, not random: fitted by maximising the bound
param centre: real[10, 2] = normal(0, 1)       // a draw, with the run's seed, as the starting value
param spread: real<0..>[10, 2] = 1
net decode = mlp(2, 10)                // layer widths; one affine map here

plate n in N {
  sample z: real[2] ~ mixture(logits = weight, normal(centre, spread))
  observe label[n] ~ categorical(logits = decode(z))
}

guide {                                // optional: what the guide compiler would otherwise choose
  z ~ mixture(K = 20, component = full_rank) given pixels[n] by mlp(128, 128, 128, 128, activation = elu)
}`, { pixels: digits, label: [3, 8] }),
  example("a discrete latent", "A mixture by its assignments, which are summed out.", `
data y: real[N]
sample mu: ordered[2] ~ normal(0, 2)
sample s: real<0..>[2] ~ normal(0, 2)  // truncated to the declared bound, and normalised
sample theta ~ beta(5, 5)
plate n in N {
  sample k ~ bernoulli(theta)          // finite support: enumerated exactly
  observe y[n] ~ normal(mu[1 - k], s[1 - k])
}`, { y: [-1, 2, 2.5] }),
  example("a count without end", "How many there were, of whom few were seen: drawn by the guide, learned by the score function.", `
data seen: int<0..>[I, J]
sample rate ~ gamma(2, 0.2)
plate i in I {
  sample n ~ poisson(rate)             // values without end: a rounded Gaussian, score function
  plate j in J {
    observe seen[i, j] ~ binomial(n, 0.5)
  }
}`, { seen: [[4, 6, 5], [1, 0, 2]] }),
  { ...example("GARCH(1,1)", "A recurrence, and a support that depends on another latent.", `
data y: real[T]
data sigma1: real<0..>
sample mu ~ flat()                     // improper: the evidence is then defined up to a constant, and the output says so
sample a0: real<0..> ~ flat()
sample a1: real<0..1> ~ flat()
sample b1: real<0..1 - a1> ~ flat()    // a bound that moves with another latent
let sigma: real[T]
sigma[0] = sigma1
for t in 1..T {                        // each element is assigned exactly once; never unrolled
  sigma[t] = sqrt(a0 + a1 * square(y[t-1] - mu) + b1 * square(sigma[t-1]))
}
observe y ~ normal(mu, sigma)`, { y: [0.1, 1.2, -0.4, 0.3], sigma1: 0.5 }), warns: ["PPL420", "PPL420", "PPL420", "PPL420"] },
];
