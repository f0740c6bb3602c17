import type { Nested } from "./report.ts";

/** One entry of a nested array and its name in the user's index notation: `theta[0]`, `z[3, 1]`. */
export interface Entry {
  readonly name: string;
  readonly value: number;
}

/** The entries in row-major order. */
export function entriesOf(name: string, value: Nested): readonly Entry[] {
  const found: Entry[] = [];
  const visit = (node: Nested, index: readonly number[]): void => {
    if (typeof node === "number")
      found.push({ name: index.length === 0 ? name : `${name}[${index.join(", ")}]`, value: node });
    else node.forEach((child, at) => visit(child, [...index, at]));
  };
  visit(value, []);
  return found;
}

/** Row-major entries folded into nested arrays of a shape. */
export function nest(values: ArrayLike<number>, shape: readonly number[]): Nested {
  let at = 0;
  const build = (axis: number): Nested =>
    axis === shape.length
      ? values[at++]!
      : Array.from({ length: shape[axis]! }, () => build(axis + 1));
  return build(0);
}
