import { compileProgram } from "../../src/execute/fused/compile.ts";
import { fusedExecutor, precisionFor } from "../../src/execute/fused/executor.ts";
import { adamFeeds } from "../../src/inference/adam.ts";
import { batchRows } from "../../src/inference/batches.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { feedOf, writeInputs } from "../../src/inference/inputs.ts";
import { defaultOptions, type CompileOptions } from "../../src/objective/options.ts";
import { compileSource } from "../../src/pipeline.ts";
import type { Program } from "../../src/program/program.ts";
import { inTurns, spreadOf, type Effort, type Spread } from "./timing.ts";

/** A model of the fused engine's own benchmark, with data made up by a formula: only their sizes matter. */
interface Workload {
  readonly name: string;
  readonly what: string;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly options: Partial<CompileOptions>;
}

export interface WorkloadTimes {
  readonly name: string;
  readonly what: string;
  readonly precision: string;
  readonly step: Spread;
  /** Source text to the first step taken, in a process that has compiled before. */
  readonly compile: number;
  readonly megabytes: number;
  /** Multiplications and additions of its matrix products, a second. */
  readonly gigaflops: number | null;
}

const { guide, objective } = defaultOptions;
const wave = (count: number, of = Math.sin): number[] =>
  Array.from({ length: count }, (_, i) => of(i * 1.7));
const rows = (n: number, width: number): number[][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: width }, (__, j) => 0.5 + 0.5 * Math.sin(i + 7 * j)),
  );

function gaussianMixture(K: number): Workload {
  return {
    name: `gaussian mixture guide, K = ${K}`,
    what: `a mixture of ${K} full-rank Gaussians in 10 dimensions, siwae, T = 1`,
    text: "sample z: real[10] ~ normal(0, 1)\nfactor -0.5 * square(sum(z))",
    data: {},
    options: {
      guide: { ...guide, K, component: "full_rank" },
      objective: { ...objective, bound: "siwae", T: 1 },
    },
  };
}

const workloads: readonly Workload[] = [
  {
    name: "linear regression",
    what: "N = 434, full rank, elbo, 10 draws",
    text: `data x: real[N]  data y: real[N]
sample alpha ~ normal(0, 5)
sample beta ~ normal(0, 5)
sample sigma ~ half_normal(2)
plate n in N { observe y[n] ~ normal(alpha + beta * x[n], sigma) }`,
    data: { x: wave(434), y: wave(434, Math.cos) },
    options: {
      guide: { ...guide, family: "full_rank", K: 1 },
      objective: { ...objective, bound: "elbo", T: 10 },
    },
  },
  {
    name: "single-column classifier",
    what: "encoder 28-128-128-128-128, K = 20 full-covariance components in 2-D, siwae, T = 1, batch 100",
    text: `data pixels: real[N, 28]  data label: int<0..10>[N]
param weight: real[10] = 0
param centre: real[10, 2] = normal(0, 1)
param spread: real<0..>[10, 2] = 1
net decode = mlp(2, 10)
plate n in N {
  sample z: real[2] ~ mixture(logits = weight, normal(centre, spread))
  observe label[n] ~ categorical(logits = decode(z))
}
guide { z ~ mixture(K = 20, component = full_rank) given pixels[n] by mlp(128, 128, 128, 128, activation = elu) }`,
    data: { pixels: rows(1000, 28), label: Array.from({ length: 1000 }, (_, i) => i % 10) },
    options: { objective: { ...objective, bound: "siwae", T: 1 }, batch: { n: 100 } },
  },
  gaussianMixture(10),
  gaussianMixture(100),
  {
    name: "VAE",
    what: "784-200-200-50-200-200-784, batch 100, K = 1, elbo",
    text: `data x: int<0..2>[N, 784]
net decode = mlp(50, 200, 200, 784)
plate n in N {
  sample z: real[50] ~ normal(0, 1)
  observe x[n] ~ bernoulli(logits = decode(z))
}`,
    data: { x: rows(200, 784).map((row) => row.map((v) => Number(v > 0.5))) },
    options: {
      guide: { ...guide, family: "mean_field", K: 1, hidden: [200, 200] },
      objective: { ...objective, bound: "elbo", T: 1 },
      batch: { n: 100 },
    },
  },
];

const rate = 1e-3;
const seed = 1;

export async function timeWorkloads(effort: Effort): Promise<WorkloadTimes[]> {
  const times: WorkloadTimes[] = [];
  for (const workload of workloads) {
    await prepare(workload); // code that has not run before is not what compiling costs
    const { session, feed, compile, program, memory } = await prepare(workload);
    let at = 1;
    const steps = async (count: number): Promise<void> => {
      await session.run(at, count, feed);
      at += count;
    };
    const [each] = await inTurns([steps], effort);
    session.dispose();
    const step = spreadOf(each!);
    const flops = productFlops(program);
    times.push({
      name: workload.name,
      what: workload.what,
      precision: precisionFor(program),
      step,
      compile,
      megabytes: memory / 2 ** 20,
      gigaflops: flops > 1e6 ? flops / step.median / 1e3 : null,
    });
  }
  return times;
}

async function prepare({ name, text, data, options }: Workload) {
  const began = performance.now();
  const source = { path: `${name}.ppl`, text };
  const compiled = compileSource(source, data, { ...defaultOptions, ...options });
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join("\n"));
  const { value } = compiled;
  const session = await fusedExecutor(precisionFor(value.step)).open(value.step, { seed });
  const parameters = initialise(value, seed);
  const zeros = new Float64Array(parameters.length);
  writeInputs(session, value.step, value.bound, { parameters, "adam.m": zeros, "adam.v": zeros });
  const feed = feedOf(value.step, {
    "adam.rate": (step) => adamFeeds(rate, step)["adam.rate"],
    "adam.epsilon": (step) => adamFeeds(rate, step)["adam.epsilon"],
    ...Object.fromEntries(value.minibatches.map((m) => [m.feed, batchRows(seed, m)])),
  });
  await session.run(0, 1, feed);
  const compile = performance.now() - began;
  const { memory } = compileProgram(value.step, precisionFor(value.step), null);
  return { session, feed, compile, program: value.step, memory };
}

/** Two for each multiplication with its addition, over all matrix products of a step. */
function productFlops({ equations }: Program): number {
  return equations.reduce((sum, equation) => {
    if (equation.op !== "matmul") return sum;
    const a = equations[equation.args[0]!]!.shape;
    const inner = equation.attributes.transposeA ? a.at(-2)! : a.at(-1)!;
    return sum + 2 * equation.shape.reduce((x, y) => x * y, 1) * inner;
  }, 0);
}
