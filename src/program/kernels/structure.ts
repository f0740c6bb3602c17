import { InternalError } from "../../base/assert.ts";
import { contiguousStrides, sizeOf } from "../../tensor/shape.ts";
import { around, broadcastPlan, offsets, type EvalRule, type Kernel } from "./plan.ts";

export const constant: EvalRule<"constant"> = ({ attributes: { values } }) => {
  return (_, out) => {
    if (values.length === 1) out.fill(values[0]!);
    else out.set(values);
  };
};

export const transpose: EvalRule<"transpose"> = ({ attributes: { permutation }, shapes: [x], shape }) => {
  const strides = contiguousStrides(x);
  return collect(
    offsets(
      shape,
      permutation.map((axis) => strides[axis]!),
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
  const base = begin.reduce((total, b, axis) => total + b * strides[axis]!, 0);
  return collect(offsets(size, strides, base));
};

export const pad: EvalRule<"pad"> = ({ attributes: { before }, shapes: [x], shape }) => {
  const strides = contiguousStrides(shape);
  const base = before.reduce((total, b, axis) => total + b * strides[axis]!, 0);
  const places = offsets(x, strides, base);
  return ([values], out) => {
    out.fill(0);
    for (let i = 0; i < places.length; i++) out[places[i]!] = values[i]!;
  };
};

export const concat: EvalRule<"concat"> = ({ attributes: { axis }, shapes, shape }) => {
  const { outer } = around(shape, axis);
  const lengths = shapes.map((part) => sizeOf(part.slice(axis)));
  return (parts, out) => {
    let at = 0;
    for (let block = 0; block < outer; block++)
      for (let k = 0; k < parts.length; k++) {
        const length = lengths[k]!;
        out.set(parts[k]!.subarray(block * length, (block + 1) * length), at);
        at += length;
      }
  };
};

export const gather: EvalRule<"gather"> = ({ attributes: { axis }, shapes: [x] }) => {
  const { outer, size, inner } = around(x, axis);
  return ([values, indices], out) => {
    let i = 0;
    for (let block = 0; block < outer; block++)
      for (let k = 0; k < indices.length; k++) {
        const from = (block * size + checked(indices[k]!, size)) * inner;
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
      for (let k = 0; k < indices.length; k++) {
        const to = (block * size + checked(indices[k]!, size)) * inner;
        for (let j = 0; j < inner; j++) out[to + j]! += updates[i++]!;
      }
  };
};

function collect(places: Int32Array): Kernel<"slice" | "transpose"> {
  return ([x], out) => {
    for (let i = 0; i < places.length; i++) out[i] = x[places[i]!]!;
  };
}

function checked(index: number, size: number): number {
  if (!(index >= 0 && index < size && Number.isInteger(index)))
    throw new InternalError(`index ${index} on an axis of ${size} entries`);
  return index;
}
