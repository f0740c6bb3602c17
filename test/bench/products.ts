import type { Session } from "../../src/execute/executor.ts";
import { fusedExecutor, precisionFor } from "../../src/execute/fused/executor.ts";
import { Builder } from "../../src/program/builder.ts";
import type { EquationOf, Program } from "../../src/program/program.ts";
import { sizeOf, type Shape } from "../../src/tensor/shape.ts";
import { executorOf, seed, trainingFeed, writeStart } from "./session.ts";
import { inTurns, spreadOf, type Effort, type Repeated, type Spread } from "./timing.ts";
import { compileWorkload, type Workload } from "./workloads.ts";

/** How much of a fused step its matrix products are. */
export interface ProductTimes {
  readonly workload: string;
  /** Multiplications and additions of all matrix products of a step, and how many products. */
  readonly flops: number;
  readonly products: number;
  /** GFLOP/s over the time of the whole step, and over that of the same products with nothing between them. */
  readonly step: Spread;
  readonly alone: Spread;
  /** The one by the other. */
  readonly fraction: Spread;
}

/** Fewer are not what the time of a step goes into. */
const fewest = 1e6;

/**
 * The fused step and, in turns with it, each of its matrix products alone: a program of one equation, with the same
 * sizes and transposes, on the same engine, again and again on the same numbers, which are in the caches therefore.
 */
export async function timeProducts(workload: Workload, effort: Effort): Promise<ProductTimes | null> {
  const compiled = compileWorkload(workload);
  const products = productsOf(compiled.step());
  const flops = products.reduce((sum, product) => sum + flopsOf(product), 0);
  if (flops < fewest) return null;
  const session = await (await executorOf("fused", compiled)).open(compiled.step(), { seed });
  writeStart(session, compiled);
  const sessions = [session];
  for (const product of products) sessions.push(await alone(product, precisionFor(compiled.step())));
  const feed = trainingFeed(compiled);
  let at = 0;
  const whole: Repeated = async (count) => {
    await session.run(at, count, feed);
    at += count;
  };
  const parts = sessions.slice(1).map((one): Repeated => async (count) => {
    await one.run(0, count);
  });
  const [step, ...each] = await inTurns([whole, ...parts], effort);
  for (const one of sessions) one.dispose();
  const sum = step!.map((_, round) => each.reduce((total, times) => total + times[round]!, 0));
  return {
    workload: workload.name,
    flops,
    products: products.length,
    step: spreadOf(step!.map((time) => flops / time / 1e3)),
    alone: spreadOf(sum.map((time) => flops / time / 1e3)),
    fraction: spreadOf(step!.map((time, round) => sum[round]! / time)),
  };
}

interface Product {
  readonly a: Shape;
  readonly b: Shape;
  readonly equation: EquationOf<"matmul">;
}

function productsOf({ equations }: Program): Product[] {
  return equations.flatMap((equation) =>
    equation.op === "matmul"
      ? [{ a: equations[equation.args[0]!]!.shape, b: equations[equation.args[1]!]!.shape, equation }]
      : [],
  );
}

/** Two for each multiplication with its addition. */
function flopsOf({ a, equation }: Product): number {
  const inner = equation.attributes.transposeA ? a.at(-2)! : a.at(-1)!;
  return 2 * sizeOf(equation.shape) * inner;
}

async function alone({ a, b, equation }: Product, precision: "float32" | "float64"): Promise<Session> {
  const builder = new Builder();
  const left = builder.input("a", a, "data");
  const right = builder.input("b", b, "data");
  const { transposeA, transposeB } = equation.attributes;
  builder.output("product", builder.matmul(left, right, transposeA, transposeB));
  const session = await fusedExecutor(precision).open(builder.finish(), { seed });
  for (const [name, shape] of [
    ["a", a],
    ["b", b],
  ] as const)
    // prettier-ignore
    session.write(name, Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i)));
  return session;
}
