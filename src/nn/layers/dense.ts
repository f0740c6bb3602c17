import { sizeOf } from "../../tensor/shape.ts";
import { biases, flatRows, layer, weights } from "../layer.ts";

/** An affine map. */
export const dense = layer({
  name: "dense",
  doc: "An affine map of all entries of the input to `units` numbers; an input of several axes is flattened.",
  arguments: { units: { doc: "numbers that it gives", least: 1, otherwise: null } },
  shape: (_, { units }) => [units],
  parameters(input, { units }) {
    const inputs = sizeOf(input);
    return { w: weights([inputs, units], inputs), b: biases([units]) };
  },
  apply: (b, x, { w, b: bias }) => b.add(b.matmul(flatRows(b, x), w), bias),
});
