import type { Choices } from "./strategy.ts";

/** What strategies choose where nobody has: numbers alone, so that help can show them without loading what fits. */

/** Draws that each step after a search spends on all components together. */
export const drawsPerStep = 24;

/** In whitened coordinates everything is of unit size: one learning rate serves all, and a plateau comes soon. */
export const polish: Omit<Choices, "objective" | "T" | "innerT" | "batch" | "amortize" | "steps"> = {
  gradient: "stl",
  lr: 0.01,
  schedule: "constant",
  stop: "plateau",
  window: 50,
  patience: 2,
  settle: 150,
};
export const polishSteps = 600;

/** From this many data on, a step looks at a part of them. */
export const manyData = 256;
export const batchRows = 64;

export const untilPlateau: Pick<Choices, "lr" | "schedule" | "stop" | "window" | "patience" | "settle"> = {
  lr: 0.003,
  schedule: "constant",
  stop: "plateau",
  window: 1000,
  patience: 3,
  settle: 2000,
};
export const mostSteps = 30_000;
export const usualObjective: Pick<Choices, "gradient" | "T"> = { gradient: "stl", T: 5 };

/** What `auto` takes for each option: after a search, and where there is none. */
export const takenByAuto: readonly Readonly<Record<string, unknown>>[] = [
  { K: "found", component: "full_rank", T: `${drawsPerStep} / K`, ...polish, steps: polishSteps },
  { batch: `${batchRows} rows of ${manyData} or more`, ...usualObjective, ...untilPlateau, steps: mostSteps },
];
