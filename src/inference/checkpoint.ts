/** One number for each step done. */
export interface FitTrace {
  /** Nats; to be made large. */
  readonly bound: Float64Array;
  /** Before clipping. */
  readonly gradientNorm: Float64Array;
}

/** Everything that the rest of a run depends on. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  readonly parameters: Float64Array;
  /** Adam's running means of the gradient and of its square. */
  readonly m: Float64Array;
  readonly v: Float64Array;
  /** Sum of the parameters seen since averaging began, and how many; null before. */
  readonly average: { readonly sum: Float64Array; readonly count: number } | null;
  readonly trace: FitTrace;
}

/** The state of a run that is about to begin at the given parameters. */
export function startAt(parameters: Float64Array): Checkpoint {
  const none = new Float64Array(0);
  return {
    step: 0,
    parameters,
    m: new Float64Array(parameters.length),
    v: new Float64Array(parameters.length),
    average: null,
    trace: { bound: none, gradientNorm: none },
  };
}
