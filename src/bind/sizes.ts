import { zip } from "../base/arrays.ts";
import { sizesDisagree, wrongLength } from "../diagnostics/catalogue/data.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import type { HostTensor } from "../tensor/shape.ts";
import type { Model } from "../model/model.ts";
import { resolve, solve } from "../model/sizes.ts";

interface Told {
  readonly what: string;
  readonly value: number;
  readonly span: Span | null;
}

/** Reads the sizes off the data, in the order of the declarations; reports those that disagree. */
export function bindSizes(
  model: Model,
  data: ReadonlyMap<string, HostTensor>,
  given: Readonly<Record<string, number>>,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, number> {
  const told = new Map<string, Told>();
  const sizes = new Map<string, number>();
  for (const [name, value] of Object.entries(given)) {
    told.set(name, { what: "the option", value, span: null });
    sizes.set(name, value);
  }
  for (const { name, span, type } of model.data) {
    const tensor = data.get(name);
    if (!tensor) continue;
    for (const [axis, [dim, found]] of zip(type.shape, tensor.shape).entries()) {
      const expected = resolve(dim, sizes);
      // Entries of an empty list have no lengths of their own.
      if (expected === found || tensor.shape.slice(0, axis).includes(0)) continue;
      const size = String(dim);
      const first = told.get(size);
      const solved = expected === null ? solve(dim, found, sizes) : null;
      const what = `\`${name}\``;
      if (solved) {
        sizes.set(solved.name, solved.value);
        told.set(solved.name, { what, value: solved.value, span });
      } else if (expected !== null && first) {
        const second = { what, value: found, span };
        diagnostics.push(sizesDisagree({ size, first, second }));
      } else diagnostics.push(wrongLength({ name, span, axis, size, expected, found }));
    }
  }
  return sizes;
}
