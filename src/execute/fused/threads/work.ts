import type { OpName } from "../../../program/ops.ts";
import type { Equation, Program } from "../../../program/program.ts";
import { sizeOf } from "../../../tensor/shape.ts";
import type { Cluster } from "../clusters.ts";
import type { Precision } from "../target.ts";

/** Nanoseconds of a vector's worth of an operation, as measured, to a factor of two. */
const library: { readonly [K in OpName]?: number } = {
  ...{ exp: 6, expm1: 12, log: 8, log1p: 12, sin: 10, cos: 10, atan: 10, tanh: 12 },
  ...{ sigmoid: 10, softplus: 20, pow: 25, erf: 20, log_ndtr: 30 },
  ...{ lgamma: 40, digamma: 40, trigamma: 40, div: 2, sqrt: 2 },
};
const native = 0.5;
/** Bringing a vector in or out. */
const moved = 0.5;
/** A number moved by a kernel that is not vectorised. */
const single = 1;
const flopsPerNanosecond = { float32: 40, float64: 12 } as const;

/** What a cluster takes on one thread, in nanoseconds: good for deciding whether dividing it could pay. */
export function workOf(
  { equations }: Program,
  cluster: Pick<Cluster, "equations" | "space" | "kernel">,
  precision: Precision,
): number {
  const lanes = precision === "float32" ? 4 : 2;
  const [first] = cluster.equations;
  if (cluster.kernel && first) {
    if (first.op === "matmul")
      return productFlops(equations, first) / flopsPerNanosecond[precision];
    return single * Math.max(...[first.out, ...first.args].map((x) => sizeOf(equations[x]!.shape)));
  }
  const made = new Set<number>(cluster.equations.map(({ out }) => out));
  const read = new Set(cluster.equations.flatMap(({ args }) => args).filter((x) => !made.has(x)));
  const compute = cluster.equations.reduce((sum, { op }) => sum + (library[op] ?? native), 0);
  return (sizeOf(cluster.space) / lanes) * (compute + moved * (read.size + 1));
}

/** What it takes to copy so many numbers. */
export function workOfCopy(count: number, lanes: number): number {
  return (count / lanes) * 2 * moved;
}

/** Multiplications and additions. */
function productFlops(equations: readonly Equation[], product: Equation): number {
  if (product.op !== "matmul") return 0;
  const a = equations[product.args[0]!]!.shape;
  const inner = product.attributes.transposeA ? a.at(-2)! : a.at(-1)!;
  return 2 * sizeOf(product.shape) * inner;
}

/** Whether a cluster is of a kind that can be divided at all. */
export function divisible({ kernel, equations }: Cluster): boolean {
  return !kernel || equations[0]!.op === "matmul";
}

/** What it takes to draw so much noise. */
export function workOfNoise(count: number, precision: Precision): number {
  return count * (precision === "float32" ? 2 : 5);
}
