import type { Family, Plain } from "../../src/distributions/family.ts";
import { maskedLogDensity } from "../../src/distributions/support.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import type { Value } from "../../src/program/program.ts";
import { hostTensor, type HostTensor, type Shape } from "../../src/tensor/shape.ts";
import type { Args } from "./cases.ts";

export type Which = "logDensity" | "logCdf" | "logSurvival" | "masked";

/** The shape of one event, for families that the arguments do not tell it: 3 x 3 matrices. */
export function eventOf({ eventRank }: Family): Shape {
  return new Array<number>(eventRank).fill(3);
}

/** A number, vector or matrix as a tensor. */
export function tensorOf(value: Args[string]): HostTensor {
  if (typeof value === "number") return hostTensor([], [value]);
  const shape = Array.isArray(value[0]) ? [value.length, value[0].length] : [value.length];
  return hostTensor(shape, (value as readonly (number | number[])[]).flat());
}

export function tensorsOf(args: Args): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, tensorOf(value)]));
}

/** Numbers as they are, the rest as row-major entries: what `draw` and `moments` take. */
export function plainOf(args: Args): Record<string, Plain> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === "number" ? value : tensorOf(value).values]),
  );
}

/** Writes one of a family's functions against the builder. */
export function write(b: Builder, family: Family, which: Which, x: Value, args: Record<string, Value>): Value {
  if (which === "masked") return maskedLogDensity(b, family, x, args);
  return family[which]!(b, x, args);
}

/** The program `y = which(x, args)`, with an input for x and each argument. */
export function programOf(family: Family, which: Which, x: HostTensor, args: Record<string, HostTensor>): Builder {
  const b = new Builder();
  const at = b.input("x", x.shape, "data");
  const inputs = Object.fromEntries(
    Object.entries(args).map(([name, { shape }]) => [name, b.input(`arg.${name}`, shape, "state")]),
  );
  b.output("y", write(b, family, which, at, inputs));
  return b;
}

export function inputsOf(x: HostTensor, args: Record<string, HostTensor>): Map<string, HostTensor> {
  return new Map([["x", x], ...Object.entries(args).map(([name, value]) => [`arg.${name}`, value] as const)]);
}

/** One of a family's functions by the reference evaluator; leading axes as given. */
export function compute(family: Family, which: Which, x: HostTensor, args: Record<string, HostTensor>): HostTensor {
  return evaluate(programOf(family, which, x, args).finish(), inputsOf(x, args)).get("y")!;
}

/** The same at many points: numbers for a scalar family, vectors for others. */
export function at(
  family: Family,
  which: Which,
  points: readonly (number | readonly number[])[],
  args: Args,
): Float64Array {
  const width = widthOf(family, points[0]!);
  const x = hostTensor([points.length, ...width], points.flat());
  return compute(family, which, x, tensorsOf(args)).values;
}

/** The event shape of a point: matrices are written as their entries. */
export function widthOf({ eventRank }: Family, point: number | readonly number[]): Shape {
  if (typeof point === "number") return [];
  const side = Math.sqrt(point.length);
  return eventRank === 2 ? [side, side] : [point.length];
}
