import { entrySummary, flatten, summaryFrom, type Nested, type Summary } from "../posterior/summary.ts";

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

/** The entries of a summary in row-major order, each with its own. */
export function summariesOf(
  name: string,
  nested: Summary<Nested>,
): readonly { readonly name: string; readonly summary: Summary<number> }[] {
  const flat = summaryFrom((what) => flatten(nested[what]));
  return entriesOf(name, nested.mean).map((entry, at) => ({ name: entry.name, summary: entrySummary(flat, at) }));
}
