import { paretoSmooth } from "../numeric/pareto.ts";
import { normalisedWeights } from "../numeric/statistics.ts";
import { sizeOf } from "../tensor/shape.ts";
import { columnOf, type BlockDraws } from "./draws.ts";
import { kThreshold } from "./checks.ts";

/** Weights of one datum's draws, which sum to 1. */
export interface ObservationWeights {
  readonly kHat: number;
  /** Whether k-hat is small enough for the weights to correct what the guide gets wrong. */
  readonly corrected: boolean;
  readonly weights: Float64Array;
}

/** Pareto-smoothed importance weights for each datum of a block; even ones where k-hat is too large for them to help. */
export function weightsOf(block: BlockDraws): ObservationWeights[] {
  return smoothedWeights(block).map((observation) =>
    observation.corrected
      ? observation
      : { ...observation, weights: observation.weights.map(() => 1 / observation.weights.length) },
  );
}

/** Pareto-smoothed importance weights for each datum of a block, whatever their k-hat. */
export function smoothedWeights(block: BlockDraws): ObservationWeights[] {
  const columns = sizeOf(block.data);
  const count = block.logWeight.length / columns;
  const threshold = kThreshold(count);
  return Array.from({ length: columns }, (_, observation) => {
    const { logWeights, k } = paretoSmooth(columnOf(block.logWeight, columns, observation, count));
    return { kHat: k, corrected: k <= threshold, weights: normalisedWeights(logWeights) };
  });
}
