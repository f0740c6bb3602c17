import { present } from "../base/assert.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { elementwise } from "./elementwise.ts";
import type { LibraryFunction } from "./function.ts";
import type { Smooth } from "./helpers.ts";

/** The name of a smooth function of the library. */
export type ActivationName = Extract<(typeof elementwise)[number], Smooth<string>>["name"];

const smoothRows = elementwise.filter((fn: LibraryFunction): fn is Smooth<ActivationName> => "each" in fn);

/** What may stand between the layers of a network: the smooth functions of the library, by name. */
export const activations: ReadonlyMap<string, Smooth<ActivationName>> = new Map(smoothRows.map((fn) => [fn.name, fn]));

/** Their names, in the order of the library. */
export const activationNames: readonly ActivationName[] = smoothRows.map(({ name }) => name);

/** Whether a network may have the function of this name between its layers. */
export function isActivation(name: string): name is ActivationName {
  return activations.has(name);
}

/** The activation of every entry. */
export function activate(b: Builder, name: ActivationName, x: Value): Value {
  return present(activations.get(name), name).each(b, x);
}
