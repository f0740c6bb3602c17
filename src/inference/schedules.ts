/** How a learning rate falls over a run. */
export type Decay =
  | { readonly kind: "constant" }
  /** Times `factor` after every `every` steps. */
  | { readonly kind: "step"; readonly every: number; readonly factor: number }
  /** Half a cosine down to `floor` times the rate at the last step. Loshchilov & Hutter (2017). */
  | { readonly kind: "cosine"; readonly floor: number };

/** Learning rates of a run. */
export interface RateSchedule {
  readonly rate: number;
  readonly decay: Decay;
  /** Over this many first steps the rate rises in equal parts to its full height; 0 for none. */
  readonly warmUp: number;
}

/** The learning rate at `step` (from 0) of a run of `steps`. */
export function rateAt({ rate, decay, warmUp }: RateSchedule, step: number, steps: number): number {
  const rise = step < warmUp ? (step + 1) / warmUp : 1;
  return rate * rise * decayAt(decay, step, steps);
}

function decayAt(decay: Decay, step: number, steps: number): number {
  switch (decay.kind) {
    case "constant":
      return 1;
    case "step":
      return decay.factor ** Math.floor(step / decay.every);
    case "cosine": {
      const done = Math.min(1, step / Math.max(1, steps - 1));
      return decay.floor + (1 - decay.floor) * 0.5 * (1 + Math.cos(Math.PI * done));
    }
  }
}

/** The weight of (log prior - log q): a straight line from `from` to `to` over the first `steps` steps. */
export interface BetaSchedule {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** Beta at `step`, from 0. */
export function betaAt({ from, to, steps }: BetaSchedule, step: number): number {
  return step >= steps ? to : from + ((to - from) * step) / steps;
}
