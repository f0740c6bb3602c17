import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceFile } from "../../src/diagnostics/span.ts";
import { compileSource, type Compiled } from "../../src/pipeline.ts";
import type { Handwritten } from "./handwritten/step.ts";
import { defaultOptions, type CompileOptions } from "../../src/plan/options.ts";

export type Raw = Readonly<Record<string, unknown>>;

/** A model with the data and options that make it one training step, and that step written by hand. */
export interface Workload {
  /** As the tables and the command line have it. */
  readonly name: string;
  /** Sizes, in words. */
  readonly what: string;
  readonly source: () => SourceFile;
  /** Those of `models/`, or made up by a formula where only their sizes matter. */
  readonly data: () => Raw;
  readonly options: CompileOptions;
  /** Its module is loaded when asked for, so that timing our own start does not include it. */
  readonly handwritten: (data: Raw) => Promise<Handwritten>;
}

const { guide, objective } = defaultOptions;
const models = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "models");

/** A model of `models/` and its data. */
function stored(model: string): Pick<Workload, "source" | "data"> {
  const read = (file: string): string => readFileSync(join(models, model, file), "utf8");
  return {
    source: () => ({ path: `models/${model}/model.ppl`, text: read("model.ppl") }),
    data: () => JSON.parse(read("data.json")) as Raw,
  };
}

const written = (text: string): Pick<Workload, "source"> => ({
  source: () => ({ path: "model.ppl", text }),
});

const wave = (count: number, of = Math.sin): number[] => Array.from({ length: count }, (_, i) => of(i * 1.7));
const rows = (n: number, width: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: width }, (__, j) => 0.5 + 0.5 * Math.sin(i + 7 * j)));

const toy: Workload = {
  name: "toy",
  what: "models/abs_normal: encoder 2-100-100, K = 4 mean fields, siwae, T = 10, batch 32",
  ...stored("abs_normal"),
  options: { ...defaultOptions, batch: { n: 32 } },
  handwritten: async (data) => (await import("./handwritten/toy.ts")).toy(data as never),
};

function schools(draws: number, family: "mean_field" | "full_rank"): Workload {
  return {
    name: family === "full_rank" ? "schools, full rank" : "schools, mean field",
    what: `models/eight_schools: one Gaussian, ${family}, elbo, T = ${draws}`,
    ...stored("eight_schools"),
    options: {
      ...defaultOptions,
      guide: { ...guide, family, component: family, K: 1 },
      objective: { ...objective, bound: "elbo", T: draws },
    },
    handwritten: async (data) =>
      (await import("./handwritten/schools.ts")).schools(data as never, { draws, fullRank: family === "full_rank" }),
  };
}

const regression: Workload = {
  name: "linear regression",
  what: "N = 434, one full-rank Gaussian, elbo, T = 10",
  ...written(`data x: real[N]  data y: real[N]
sample alpha ~ normal(0, 5)
sample beta ~ normal(0, 5)
sample sigma ~ half_normal(2)
plate n in N { observe y[n] ~ normal(alpha + beta * x[n], sigma) }`),
  data: () => ({ x: wave(434), y: wave(434, Math.cos) }),
  options: {
    ...defaultOptions,
    guide: { ...guide, family: "full_rank", K: 1 },
    objective: { ...objective, bound: "elbo", T: 10 },
  },
  handwritten: async (data) => (await import("./handwritten/regression.ts")).regression(data as never),
};

const classifier: Workload = {
  name: "classifier",
  what: "single columns: encoder 28-128-128-128-128, K = 20 full-covariance components in 2-D, mixture prior, siwae, T = 1, batch 100",
  ...written(`data pixels: real[N, 28]  data label: int<0..10>[N]
param weight: real[10] = 0
param centre: real[10, 2] = normal(0, 1)
param spread: real<0..>[10, 2] = 1
net decode = mlp(2, 10)
plate n in N {
  sample z: real[2] ~ mixture(logits = weight, normal(centre, spread))
  observe label[n] ~ categorical(logits = decode(z))
}
guide { z ~ mixture(K = 20, component = full_rank) given pixels[n] by mlp(128, 128, 128, 128, activation = elu) }`),
  data: () => ({ pixels: rows(1000, 28), label: Array.from({ length: 1000 }, (_, i) => i % 10) }),
  options: { ...defaultOptions, objective: { ...objective, bound: "siwae", T: 1 }, batch: { n: 100 } },
  handwritten: async (data) => (await import("./handwritten/classifier.ts")).classifier(data as never),
};

function gaussianMixture(K: number): Workload {
  return {
    name: `mixture guide, K = ${K}`,
    what: `${K} full-rank Gaussians in 10 dimensions, siwae, T = 1`,
    ...written("sample z: real[10] ~ normal(0, 1)\nfactor -0.5 * square(sum(z))"),
    data: () => ({}),
    options: {
      ...defaultOptions,
      guide: { ...guide, K, component: "full_rank" },
      objective: { ...objective, bound: "siwae", T: 1 },
    },
    handwritten: async () => (await import("./handwritten/mixture.ts")).gaussianMixture(K, 10),
  };
}

const vae: Workload = {
  name: "VAE",
  what: "784-200-200-50-200-200-784, one mean field, elbo, T = 1, batch 100",
  ...written(`data x: int<0..2>[N, 784]
net decode = mlp(50, 200, 200, 784)
plate n in N {
  sample z: real[50] ~ normal(0, 1)
  observe x[n] ~ bernoulli(logits = decode(z))
}`),
  data: () => ({ x: rows(200, 784).map((row) => row.map((v) => Number(v > 0.5))) }),
  options: {
    ...defaultOptions,
    guide: { ...guide, family: "mean_field", K: 1, hidden: [200, 200] },
    objective: { ...objective, bound: "elbo", T: 1 },
    batch: { n: 100 },
  },
  handwritten: async (data) => (await import("./handwritten/vae.ts")).vae(data as never),
};

export const workloads: readonly Workload[] = [
  toy,
  schools(1, "mean_field"),
  schools(10, "full_rank"),
  regression,
  classifier,
  ...[10, 20, 50, 100, 200, 400].map(gaussianMixture),
  vae,
];

export function workloadOf(name: string | undefined): Workload {
  const found = workloads.find((one) => one.name === name);
  if (!found) throw new Error(`no workload ${name}; there are ${workloads.map((one) => one.name).join("; ")}`);
  return found;
}

/** Compiles a workload, which is known to be right. */
export function compileWorkload({ source, data, options }: Workload): Compiled {
  const compiled = compileSource(source(), data(), options);
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join("\n"));
  return compiled.value;
}
