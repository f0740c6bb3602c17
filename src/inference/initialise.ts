import { assert } from "../base/assert.ts";
import type { Seed } from "../execute/executor.ts";
import type { ParamSpec } from "../guide/guide.ts";
import { randomStream, seedKey } from "../numeric/random.ts";

/**
 * Starting values of everything learned [P]. Each array draws from a stream of its own, named after it, so that adding
 * a parameter to a model does not move the others.
 */
export function initialise(
  { paramSpecs, parameterCount }: { readonly paramSpecs: readonly ParamSpec[]; readonly parameterCount: number },
  seed: Seed,
): Float64Array {
  const parameters = new Float64Array(parameterCount);
  for (const { name, offset, size, init } of paramSpecs) {
    const values = init(randomStream(seedKey(seed, `initial.${name}`)));
    assert(values.length === size, `${name} starts with ${values.length} values, not ${size}`);
    parameters.set(values, offset);
  }
  return parameters;
}
