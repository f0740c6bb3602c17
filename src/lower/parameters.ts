import { present } from "../base/assert.ts";
import type { ParamSpec } from "../guide/guide.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { inputName } from "../program/names.ts";

/** Where a parameter lies. */
export type Place = Pick<ParamSpec, "name" | "shape" | "offset" | "size">;

/** How a program reads what is learned, parameter by parameter. */
export interface Parameters<S extends Place = ParamSpec> {
  readonly read: (spec: string) => Value;
  /** The parameters that were read, with their values, in the order of the layout. */
  readonly used: () => readonly { readonly spec: S; readonly value: Value }[];
}

/** Those of one flat vector. */
export interface FlatParameters<S extends Place = ParamSpec> extends Parameters<S> {
  readonly flat: Value;
}

/** Slices of the one state input `all.parameters` [P]. */
export function flatParameters<S extends Place>(b: Builder, paramSpecs: readonly S[]): FlatParameters<S> {
  const total = paramSpecs.reduce((sum, spec) => sum + spec.size, 0);
  const flat = b.input(inputName.parameters, [total], "state");
  const parameters = reader(paramSpecs, (spec) =>
    b.withOrigin(null, () => b.reshape(b.slice(flat, [spec.offset], [spec.size]), spec.shape)),
  );
  return { ...parameters, flat };
}

/** One state input for each parameter, under its name. */
export function separateParameters(b: Builder, paramSpecs: readonly ParamSpec[]): Parameters {
  return reader(paramSpecs, (spec) => b.input(spec.name, spec.shape, "state"));
}

function reader<S extends Place>(paramSpecs: readonly S[], make: (spec: S) => Value): Parameters<S> {
  const made = new Map<string, Value>();
  return {
    read: (name) => {
      const known = made.get(name);
      if (known !== undefined) return known;
      const value = make(
        present(
          paramSpecs.find((spec) => spec.name === name),
          `parameter ${name}`,
        ),
      );
      made.set(name, value);
      return value;
    },
    used: () =>
      paramSpecs.flatMap((spec) => {
        const value = made.get(spec.name);
        return value === undefined ? [] : [{ spec, value }];
      }),
  };
}
