import { present } from "../base/assert.ts";
import type { Slot } from "../guide/guide.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";

/** Where a slot lies. */
export type Place = Pick<Slot, "name" | "shape" | "offset" | "size">;

/** How a program reads what is learned, slot by slot. */
export interface Parameters<S extends Place = Slot> {
  readonly read: (slot: string) => Value;
  /** The slots that were read, with their values, in the order of the layout. */
  readonly used: () => readonly { readonly slot: S; readonly value: Value }[];
}

/** Those of one flat vector. */
export interface FlatParameters<S extends Place = Slot> extends Parameters<S> {
  readonly flat: Value;
}

/** Slices of the one state input `parameters` [P]. */
export function flatParameters<S extends Place>(b: Builder, slots: readonly S[]): FlatParameters<S> {
  const total = slots.reduce((sum, slot) => sum + slot.size, 0);
  const flat = b.input("parameters", [total], "state");
  const parameters = reader(slots, (slot) =>
    b.withOrigin(null, () => b.reshape(b.slice(flat, [slot.offset], [slot.size]), slot.shape)),
  );
  return { ...parameters, flat };
}

/** One state input for each slot, under its name. */
export function separateParameters(b: Builder, slots: readonly Slot[]): Parameters {
  return reader(slots, (slot) => b.input(slot.name, slot.shape, "state"));
}

function reader<S extends Place>(slots: readonly S[], make: (slot: S) => Value): Parameters<S> {
  const made = new Map<string, Value>();
  return {
    read: (name) => {
      const known = made.get(name);
      if (known !== undefined) return known;
      const value = make(
        present(
          slots.find((slot) => slot.name === name),
          `parameter ${name}`,
        ),
      );
      made.set(name, value);
      return value;
    },
    used: () =>
      slots.flatMap((slot) => {
        const value = made.get(slot.name);
        return value === undefined ? [] : [{ slot, value }];
      }),
  };
}
