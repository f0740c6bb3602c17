import type { OpName } from "../../../program/ops.ts";
import { definition, type EquationOf, type Program } from "../../../program/program.ts";
import { onAxis, sizeOf } from "../../../tensor/shape.ts";
import type { Cluster } from "../clusters.ts";
import type { Precision } from "../target.ts";

/** Nanoseconds of a vector's worth of an operation, as measured, to a factor of two. */
const library: { readonly [K in OpName]?: number } = {
  ...{ exp: 5, expm1: 7, log: 6, log1p: 8, sin: 7, cos: 7, atan: 7, tanh: 8 },
  ...{ sigmoid: 7, softplus: 10, pow: 15, erf: 15, log_ndtr: 25 },
  ...{ lgamma: 30, digamma: 30, trigamma: 30, div: 0.5, sqrt: 0.5 },
};
const native = 0.1;
/** Bringing a vector in or out. */
const moved = 0.15;
/** A number moved by a kernel that is not vectorised. */
const single = 0.2;
const flopsPerNanosecond = { float32: 45, float64: 15 } as const;

/** What a cluster takes on one thread, in nanoseconds: good for deciding whether dividing it could pay. */
export function workOf(
  program: Program,
  cluster: Pick<Cluster, "equations" | "space" | "kernel">,
  precision: Precision,
): number {
  const lanes = precision === "float32" ? 4 : 2;
  const [first] = cluster.equations;
  if (cluster.kernel && first) {
    if (first.op === "matmul") return productFlops(program, first) / flopsPerNanosecond[precision];
    return single * Math.max(...[first.out, ...first.args].map((x) => sizeOf(definition(program, x).shape)));
  }
  const made = new Set<number>(cluster.equations.map(({ out }) => out));
  const read = new Set(cluster.equations.flatMap(({ args }) => args).filter((x) => !made.has(x)));
  const compute = cluster.equations.reduce((sum, { op }) => sum + (library[op] ?? native), 0);
  return (sizeOf(cluster.space) / lanes) * (compute + moved * (read.size + 1));
}

/** What it takes to copy so many numbers. */
export function workOfCopy(count: number, lanes: number): number {
  return (count / lanes) * 3 * moved;
}

/** Multiplications and additions. */
function productFlops(program: Program, product: EquationOf<"matmul">): number {
  const { shape } = definition(program, product.args[0]);
  const inner = onAxis(shape, product.attributes.transposeA ? -2 : -1);
  return 2 * sizeOf(product.shape) * inner;
}

/** Whether a cluster is of a kind that can be divided at all. */
export function divisible({ kernel, equations }: Cluster): boolean {
  return !kernel || equations[0]?.op === "matmul";
}

/** What it takes to draw so much noise. */
export function workOfNoise(count: number, precision: Precision): number {
  return count * (precision === "float32" ? 2 : 5);
}
