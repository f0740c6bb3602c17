import { functions } from "../library/index.ts";
import { quantile } from "../numeric/statistics.ts";
import { Builder } from "../program/builder.ts";
import { compileEvaluator } from "../program/evaluate.ts";
import { hostTensor } from "../tensor/shape.ts";

/** A number that sums up a data set. */
export type Statistic = (values: Float64Array) => number;

/** The language's functions that make one number of an array, and `median`. */
export function statisticNames(): readonly string[] {
  const array = { shape: [3], integer: false, range: { lower: -Infinity, upper: Infinity } };
  const reductions = Object.values(functions).filter(({ arity, sizesFrom, type }) => {
    if (arity.min !== 1 || sizesFrom !== undefined) return false;
    const result = type([array]);
    return "shape" in result && result.shape.length === 0;
  });
  return [...reductions.map(({ name }) => name), "median"];
}

/** The statistics that are looked at when none are named. */
export const usualStatistics: readonly string[] = ["mean", "sd", "min", "max", "median"];

/** The statistic of that name for data of so many entries: what the language's function of that name says. */
export function statisticOf(name: string, entries: number): Statistic {
  if (name === "median") return (values) => quantile(values, 0.5);
  const b = new Builder();
  const value = b.input("x", [entries], "data");
  b.output("statistic", functions[name]!.lower(b, [{ value, rank: 1 }]));
  const evaluate = compileEvaluator(b.finish());
  return (values) => evaluate(new Map([["x", hostTensor([entries], values)]])).get("statistic")!.values[0]!;
}
