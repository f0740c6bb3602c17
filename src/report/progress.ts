import type { FitProgress } from "../inference/progress.ts";
import { plain } from "./numbers.ts";

/** What a fit is doing, in a line: "searching modes: 2 found, 24 of 48 starts, 3,120 evaluations". */
export function progressText(progress: FitProgress): string {
  switch (progress.phase) {
    case "search": {
      const { modes, done, starts, evaluations } = progress;
      return `searching modes: ${modes} found, ${done} of ${starts} starts, ${grouped(evaluations)} evaluations`;
    }
    case "adapt": {
      const { restart, round, components, kHat, share } = progress;
      const parts = `${components} component${components === 1 ? "" : "s"}`;
      const again = restart === 1 ? "" : ` (restart ${restart})`;
      return `adapting${again}: round ${round}, ${parts}, k-hat ${kHat.toFixed(2)}, ${percent(share)} effective`;
    }
    case "train": {
      const { step, steps, bound, stepsPerSecond } = progress;
      return `training: step ${step} of ${steps}, bound ${plain(bound, 5)}, ${plain(Math.round(stepsPerSecond), 3)} steps/s`;
    }
    case "evaluate": {
      const { done, total } = progress;
      return `evaluating: ${percent(total === 0 ? 1 : done / total)} of the draws`;
    }
  }
}

const grouped = (count: number): string => Math.round(count).toLocaleString("en");
const percent = (share: number): string => `${Math.round(100 * share)} %`;
