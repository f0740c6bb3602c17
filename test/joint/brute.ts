import { referenceExecutor } from "../../src/execute/reference.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { densitiesAt } from "../../src/posterior/density.ts";
import { hostTensor } from "../../src/tensor/shape.ts";
import { compiled } from "../objective/support.ts";

type Nested = number | readonly Nested[];

export const logSumExp = (xs: readonly number[]): number => {
  const largest = Math.max(...xs);
  return largest === -Infinity ? -Infinity : largest + Math.log(xs.reduce((sum, x) => sum + Math.exp(x - largest), 0));
};
export const normal = (x: number, mean: number, sd: number): number =>
  -0.5 * Math.log(2 * Math.PI) - Math.log(sd) - 0.5 * ((x - mean) / sd) ** 2;
export const bernoulli = (k: number, p: number): number => Math.log(k === 1 ? p : 1 - p);
export const beta55 = (p: number): number => Math.log(630) + 4 * Math.log(p) + 4 * Math.log(1 - p);
export const sum = (xs: readonly number[]): number => xs.reduce((total, x) => total + x, 0);
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
/** Every list of `length` whole numbers below `size`. */
export function lists(length: number, size: number): number[][] {
  return length === 0 ? [[]] : lists(length - 1, size).flatMap((start) => upTo(size).map((k) => [...start, k]));
}

export const free = { guide: { family: "mean_field", amortize: false } } as const;

/** log p(data, values) of a model with its discrete sites summed out, in float64. */
export async function logJoint(
  text: string,
  data: Record<string, unknown>,
  values: Record<string, Nested>,
): Promise<number> {
  const model = compiled(text, data, free);
  const flat = (v: Nested): number[] => (typeof v === "number" ? [v] : v.flatMap(flat));
  const shapeOf = (v: Nested): number[] => (typeof v === "number" ? [] : [v.length, ...shapeOf(v[0]!)]);
  const points = Object.fromEntries(
    Object.entries(values).map(([name, v]) => [name, hostTensor([1, ...shapeOf(v)], flat(v))]),
  );
  const found = await densitiesAt(model, referenceExecutor, initialise(model, 0), points);
  return found.logJoint[0]!;
}
