import { sizeOf } from "../../tensor/shape.ts";
import { flatRows, layer } from "../layer.ts";

/** All entries along one axis. */
export const flatten = layer({
  name: "flatten",
  doc: "All entries of the input along one axis, the last axis fastest.",
  arguments: {},
  shape: (input) => [sizeOf(input)],
  parameters: () => ({}),
  apply: flatRows,
});
