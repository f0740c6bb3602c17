import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { onAxis } from "../tensor/shape.ts";
import { row, type Operand } from "./function.ts";
import { misfit, ownShape } from "./helpers.ts";

/** Ascending. Two entries that change places have the same value there: continuous, and smooth almost everywhere. */
export const sort = row({
  name: "sort",
  signature: "sort(x)",
  doc: "The entries along the last axis, the smallest first.",
  count: "one",
  type: ([x]) =>
    x.shape.length === 0 ? misfit(0, "an array") : { shape: x.shape, integer: x.integer, range: x.range },
  lower: (b, [x]) => sorted(b, x),
  discontinuous: false,
  missing: "mixing",
});

/**
 * Each entry goes to the place that the number of smaller ones gives it; of equal ones, the first stays first. Costs
 * n^2, without a branch that depends on data.
 */
function sorted(b: Builder, x: Operand): Value {
  const n = onAxis(ownShape(b, x), -1);
  const one = b.expand(x.value, -1);
  const other = b.expand(x.value, -2);
  const earlier = Array.from({ length: n * n }, (_, at) => Number(at % n < Math.floor(at / n)));
  const tied = b.mul(b.equal(other, one), b.array([n, n], earlier));
  const place = b.sum(b.add(b.less(other, one), tied), [-1]);
  const chosen = b.equal(b.expand(place, -1), b.iota(n));
  return b.sum(b.mul(chosen, one), [-2]);
}
