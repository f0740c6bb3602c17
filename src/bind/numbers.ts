import { present } from "../base/assert.ts";
import { resolve } from "../model/sizes.ts";
import type { HostTensor } from "../tensor/shape.ts";
import type { Dim } from "../model/model.ts";

/** A model's inputs with numbers in them: sizes, constants and data, all checked against their declarations. */
export interface Numbers {
  readonly sizes: ReadonlyMap<string, number>;
  readonly consts: ReadonlyMap<string, HostTensor>;
  readonly data: ReadonlyMap<string, HostTensor>;
  /** The number behind a size. */
  readonly size: (dim: Dim) => number;
}

/** The number behind any size whose names all have one here. */
export const sizeWith =
  (sizes: ReadonlyMap<string, number>): Numbers["size"] =>
  (dim) =>
    present(resolve(dim, sizes), `the size ${dim}`);
