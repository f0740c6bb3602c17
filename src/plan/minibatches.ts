import * as say from "../diagnostics/catalogue/guide.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Minibatch } from "../joint/context.ts";
import type { Instance } from "../graph/instance.ts";
import { inputName } from "../program/names.ts";

/** The minibatches that were asked for, by size name or plate index; unknown names and impossible sizes are errors. */
export function planMinibatches(
  { model, numbers }: Instance,
  batch: Readonly<Record<string, number>>,
): { readonly minibatches: Minibatch[]; readonly problems: Diagnostic[] } {
  const minibatches: Minibatch[] = [];
  const problems: Diagnostic[] = [];
  for (const [name, rows] of Object.entries(batch)) {
    // iterations of a `for` are never left out: what it fills needs them all
    const plates = model.plates.filter((plate) => plate.from === null && (plate.index === name || plate.size === name));
    if (plates.length === 0) {
      const known = [...new Set(model.plates.flatMap((plate) => [plate.index, String(plate.size)]))];
      problems.push(say.unknownBatchPlate({ name, known, suggestion: suggest(name, known) }));
    }
    for (const plate of plates) {
      const size = numbers.size(plate.size);
      if (!Number.isInteger(rows) || rows < 1 || rows > size) problems.push(say.batchTooLarge({ name, rows, size }));
      else if (rows < size) minibatches.push({ plate: plate.id, feed: inputName.batch(plate.id), rows, size });
    }
  }
  return { minibatches, problems };
}
