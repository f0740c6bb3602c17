import { present } from "../base/assert.ts";
import type { LibraryFunction } from "./function.ts";
import { arrays } from "./arrays.ts";
import { elementwise } from "./elementwise.ts";
import { linear } from "./linear.ts";
import { operators } from "./operators.ts";
import { reductions } from "./reductions.ts";

/** The library: what a call `name(...)` or an operator may mean. The reference manual is written from these rows. */
export const functions: Readonly<Record<string, LibraryFunction>> = Object.fromEntries(
  [...operators, ...elementwise, ...reductions, ...linear, ...arrays].map((f) => [f.name, f]),
);

/** The function of this name, which the caller knows to be there. */
export function functionNamed(name: string): LibraryFunction {
  return present(Object.hasOwn(functions, name) ? functions[name] : null, `the function ${name}`);
}

/** Rows that are written as operators only: `a + b`, never `add(a, b)`. */
export const operatorNames: ReadonlySet<string> = new Set(
  operators
    .map((f) => f.name)
    .filter((name) => name !== "pow")
    .concat("matmul"),
);
