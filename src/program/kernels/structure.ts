import { InternalError } from "../../base/assert.ts";
import { contiguousStrides, onAxis } from "../../tensor/shape.ts";
import { around, broadcastPlan, offsets, type EvalRule, type Kernel } from "./plan.ts";

export const constant: EvalRule<"constant"> = ({ attributes: { values } }) => {
  const [first] = values;
  return (_, out) => {
    if (first !== undefined && values.length === 1) out.fill(first);
    else out.set(values);
  };
};

export const transpose: EvalRule<"transpose"> = ({ attributes: { permutation }, shapes: [x], shape }) => {
  const strides = contiguousStrides(x);
  return collect(
    offsets(
      shape,
      permutation.map((axis) => onAxis(strides, axis)),
    ),
  );
};

export const broadcast: EvalRule<"broadcast"> = ({ shapes, shape }) => {
  const { inner, operands } = broadcastPlan(shapes, shape);
  const [{ step, starts }] = operands;
  return ([x], out) => {
    let i = 0;
    for (let run = 0; run < starts.length; run++) {
      let p = starts[run]!;
      for (let j = 0; j < inner; j++, p += step) out[i++] = x[p]!;
    }
  };
};

export const slice: EvalRule<"slice"> = ({ attributes: { begin, size }, shapes: [x] }) => {
  const strides = contiguousStrides(x);
  const base = placeOf(begin, strides);
  return collect(offsets(size, strides, base));
};

export const pad: EvalRule<"pad"> = ({ attributes: { before }, shapes: [x], shape }) => {
  const strides = contiguousStrides(shape);
  const base = placeOf(before, strides);
  const places = offsets(x, strides, base);
  return ([values], out) => {
    out.fill(0);
    places.forEach((place, i) => {
      out[place] = values[i]!;
    });
  };
};

export const concat: EvalRule<"concat"> = ({ attributes: { axis }, shape }) => {
  const { outer } = around(shape, axis);
  return (parts, out) => {
    let at = 0;
    for (let block = 0; block < outer; block++)
      for (const part of parts) {
        const length = part.length / outer;
        out.set(part.subarray(block * length, (block + 1) * length), at);
        at += length;
      }
  };
};

export const gather: EvalRule<"gather"> = ({ attributes: { axis }, shapes: [x] }) => {
  const { outer, size, inner } = around(x, axis);
  return ([values, indices], out) => {
    let i = 0;
    for (let block = 0; block < outer; block++)
      for (const index of indices) {
        const from = (block * size + checked(index, size)) * inner;
        for (let j = 0; j < inner; j++) out[i++] = values[from + j]!;
      }
  };
};

export const scatterAdd: EvalRule<"scatter_add"> = ({ attributes: { axis, size }, shape }) => {
  const { outer, inner } = around(shape, axis);
  return ([updates, indices], out) => {
    out.fill(0);
    let i = 0;
    for (let block = 0; block < outer; block++)
      for (const index of indices) {
        const to = (block * size + checked(index, size)) * inner;
        for (let j = 0; j < inner; j++) out[to + j]! += updates[i++]!;
      }
  };
};

function collect(places: Int32Array): Kernel<"slice" | "transpose"> {
  return ([x], out) => {
    for (let i = 0; i < places.length; i++) out[i] = x[places[i]!]!;
  };
}

/** Where the entry at these numbers along the axes lies. */
function placeOf(at: readonly number[], strides: readonly number[]): number {
  return strides.reduce((total, stride, axis) => total + stride * (at[axis] ?? 0), 0);
}

function checked(index: number, size: number): number {
  if (!(index >= 0 && index < size && Number.isInteger(index)))
    throw new InternalError(`index ${index} on an axis of ${size} entries`);
  return index;
}
