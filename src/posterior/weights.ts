import { atOnce, type Pausable } from "../base/turns.ts";
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
  return atOnce(weigh(block));
}

/** The same, with pauses between data. */
export function* weigh(block: BlockDraws): Pausable<ObservationWeights[]> {
  const smoothed = yield* smooth(block);
  return smoothed.map((datum) =>
    datum.corrected ? datum : { ...datum, weights: datum.weights.map(() => 1 / datum.weights.length) },
  );
}

/** Pareto-smoothed importance weights for each datum of a block, whatever their k-hat. */
export function smoothedWeights(block: BlockDraws): ObservationWeights[] {
  return atOnce(smooth(block));
}

function* smooth(block: BlockDraws): Pausable<ObservationWeights[]> {
  const columns = sizeOf(block.data);
  const count = block.logWeight.length / columns;
  const threshold = kThreshold(count);
  const found: ObservationWeights[] = [];
  for (let datum = 0; datum < columns; datum++) {
    yield;
    const { logWeights, k } = paretoSmooth(columnOf(block.logWeight, columns, datum, count));
    found.push({ kHat: k, corrected: k <= threshold, weights: normalisedWeights(logWeights) });
  }
  return found;
}
