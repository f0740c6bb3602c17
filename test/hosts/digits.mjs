// Every bit of a few fits, by whichever host runs this: the search, the fused engine in both precisions, the reference.
import { createHash } from "node:crypto";
import { infer } from "stratum";

const schools = `model schools
data y: real[N]
data s: real[N]
sample mu ~ normal(0, 5)
sample tau ~ half_normal(5)
plate n in N {
  sample t ~ normal(mu, tau)
  observe y[n] ~ normal(t, s[n])
}`;
const toy = `model abs_normal
data x: real[N, 2]
plate n in N {
  sample z: real[2] ~ normal(0, 1)
  observe x[n] ~ normal(abs(z), 0.05)
}`;
const counts = `model counts
data k: int<0..>[N]
sample shape ~ gamma(2, 1)
sample rate ~ log_normal(0, 1)
plate n in N { observe k[n] ~ neg_binomial(shape * rate, rate) }`;
const data = { y: [28, 8, -3, 7, -1, 1, 18, 12], s: [15, 10, 16, 11, 9, 11, 10, 18] };
const x = Array.from({ length: 64 }, (_, i) => [((i * 7) % 13) / 8, ((i * 5) % 11) / 8]);
const fits = {
  search: [schools, { data }],
  "64 bits": [schools, { data, guide: "full_rank", steps: 200 }],
  "32 bits": [
    toy,
    { data: { x }, guide: "mixture", K: 4, steps: 60, batch: { n: 16 }, evidenceDraws: 100, amortize: true },
  ],
  reference: [schools, { data, guide: "full_rank", steps: 50, engine: "reference", evidenceDraws: 50 }],
  counts: [counts, { data: { k: [0, 3, 1, 7, 2] } }],
};

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);
const bits = (values) => digest(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
for (const [name, [model, options]] of Object.entries(fits)) {
  const posterior = await infer(model, { ...options, seed: 1 });
  console.log(name, bits(posterior.parameters), bits(posterior.trace), digest(JSON.stringify(posterior.summary())));
}
