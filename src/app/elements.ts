import type { Numbers } from "../bind/numbers.ts";
import type { Dim, Model, PlateId } from "../model/model.ts";
import { resolve } from "../model/sizes.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { fillMissing } from "../bind/missing.ts";
import { fingerprints } from "../posterior/record.ts";
import { entryOf } from "../base/records.ts";

type Raw = Readonly<Record<string, unknown>>;
/** What is remembered of the data that a run was fitted to. */
type Then = { readonly record: Pick<LoadedRun["record"], "sizes" | "data"> };

/** Sizes that the data do not tell: what was asked for, else what the run had. */
export function sizesFor(
  then: Readonly<Record<string, number>>,
  model: Model,
  raw: Raw,
  asked: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const told = model.data.filter(({ name }) => Object.hasOwn(raw, name));
  const untold = model.sizes.filter((size) => !told.some(({ type }) => type.shape.some((dim) => mentions(dim, size))));
  const sizes = untold.flatMap((size) => {
    const was = entryOf(then, size);
    return was === undefined ? [] : [[size, was] as const];
  });
  return { ...Object.fromEntries(sizes), ...asked };
}

function mentions(dim: Dim, size: string): boolean {
  return typeof dim === "string" && dim.split(/\W+/).includes(size);
}

/** Tells the plates whose elements are not those of the run: other ones in number, or with other data of their own. */
export async function newPlates(
  { record }: Then,
  model: Model,
  numbers: Numbers,
  raw: Raw,
): Promise<(plate: PlateId) => boolean> {
  const given = new Map(
    model.data.flatMap(({ name }) => (Object.hasOwn(raw, name) ? [[name, numbers.data.get(name)!]] : [])),
  );
  // as they were when the run was saved
  fillMissing(model, given);
  const now = await fingerprints(given);
  const sizes = new Map(Object.entries(record.sizes));
  const fresh = new Set<PlateId>();
  for (const { id, size, within } of model.plates) {
    const changed = model.data.some(
      ({ name, type }) =>
        Object.hasOwn(now, name) &&
        type.shape[0] === size &&
        entryOf(now, name)?.sha256 !== entryOf(record.data, name)?.sha256,
    );
    if (changed || resolve(size, sizes) !== numbers.size(size) || within.some((plate) => fresh.has(plate)))
      // prettier-ignore
      fresh.add(id);
  }
  return (plate) => fresh.has(plate);
}
