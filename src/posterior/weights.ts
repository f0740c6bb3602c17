import { paretoSmooth } from "../numeric/pareto.ts";
import { normalisedWeights } from "../numeric/statistics.ts";
import { sizeOf } from "../tensor/shape.ts";
import { columnOf, type BlockDraws } from "./draws.ts";
import { kThreshold } from "./verdict.ts";

/** Weights of one datum's draws, which sum to 1. */
export interface DatumWeights {
  readonly kHat: number;
  /** False: k-hat is too large for weights to help, and every draw counts the same. */
  readonly corrected: boolean;
  readonly weights: Float64Array;
}

/** Pareto-smoothed importance weights for each datum of a block. */
export function weightsOf(block: BlockDraws): DatumWeights[] {
  const columns = sizeOf(block.data);
  const count = block.logWeight.length / columns;
  const threshold = kThreshold(count);
  return Array.from({ length: columns }, (_, datum) => {
    const { logWeights, k } = paretoSmooth(columnOf(block.logWeight, columns, datum, count));
    return k <= threshold
      ? { kHat: k, corrected: true, weights: normalisedWeights(logWeights) }
      : { kHat: k, corrected: false, weights: new Float64Array(count).fill(1 / count) };
  });
}
