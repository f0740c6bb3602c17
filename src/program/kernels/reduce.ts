import { contiguousStrides, onAxis, type Shape } from "../../tensor/shape.ts";
import { around, offsets, type EvalRule, type EvalSite } from "./plan.ts";

export const sum: EvalRule<"sum"> = (site) => {
  const { kept, reduced } = split(site);
  return ([x], out) => {
    kept.forEach((base, i) => {
      let total = 0;
      for (let r = 0; r < reduced.length; r++) total += x[base + reduced[r]!]!;
      out[i] = total;
    });
  };
};

export const reduceMax: EvalRule<"reduce_max"> = (site) => {
  const { kept, reduced } = split(site);
  return ([x], out) => {
    kept.forEach((base, i) => {
      out[i] = largest(x, base, reduced);
    });
  };
};

export const logSumExp: EvalRule<"logsumexp"> = (site) => {
  const { kept, reduced } = split(site);
  return ([x], out) => {
    kept.forEach((base, i) => {
      const top = largest(x, base, reduced);
      if (Math.abs(top) === Infinity || Number.isNaN(top)) {
        // -Infinity when every entry is, Infinity when one is; the shifted sum would be NaN.
        out[i] = top;
        return;
      }
      let total = 0;
      for (let r = 0; r < reduced.length; r++) total += Math.exp(x[base + reduced[r]!]! - top);
      out[i] = top + Math.log(total);
    });
  };
};

export const cumsum: EvalRule<"cumsum"> = ({ attributes: { axis, reverse }, shape }) => {
  const { outer, size, inner } = around(shape, axis);
  return ([x], out) => {
    for (let block = 0; block < outer; block++)
      for (let j = 0; j < inner; j++) {
        let total = 0;
        for (let k = 0; k < size; k++) {
          const at = (block * size + (reverse ? size - 1 - k : k)) * inner + j;
          total += x[at]!;
          out[at] = total;
        }
      }
  };
};

/** Entry i of the result is made of the entries kept[i] + reduced[r] of the argument. */
function split({ attributes: { axes }, shapes: [x] }: EvalSite<"sum" | "reduce_max" | "logsumexp">): {
  kept: Int32Array;
  reduced: Int32Array;
} {
  const strides = contiguousStrides(x);
  const over = (keep: (axis: number) => boolean): Int32Array => {
    const chosen = x.map((_, axis) => axis).filter(keep);
    const shape: Shape = chosen.map((axis) => onAxis(x, axis));
    return offsets(
      shape,
      chosen.map((axis) => onAxis(strides, axis)),
    );
  };
  return { kept: over((axis) => !axes.includes(axis)), reduced: over((a) => axes.includes(a)) };
}

/** NaN if an entry is. */
function largest(x: Float64Array, base: number, reduced: Int32Array): number {
  let top = -Infinity;
  for (let r = 0; r < reduced.length; r++) top = Math.max(top, x[base + reduced[r]!]!);
  return top;
}
