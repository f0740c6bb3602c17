import { adam } from "../lower/step.ts";
import { inputName } from "../program/names.ts";

const tiny = 1e-8;

/**
 * What the step program needs to know at `step` (counted from 0) to do one of Adam's updates, uphill:
 *
 *     m' = 0.9 m + 0.1 g,   v' = 0.999 v + 0.001 g^2,   theta' = theta + rate m' / (sqrt(v') + epsilon)
 *
 * The corrections for the start of the running means, 1 - 0.9^t and 1 - 0.999^t with t = step + 1, are folded into
 * the two numbers. Kingma & Ba (2015), algorithm 1 and the end of section 2.
 */
export function adamFeeds(
  learningRate: number,
  step: number,
): { readonly [inputName.adam.rate]: number; readonly [inputName.adam.epsilon]: number } {
  const t = step + 1;
  const second = Math.sqrt(1 - adam.beta2 ** t);
  return {
    [inputName.adam.rate]: (learningRate * second) / (1 - adam.beta1 ** t),
    [inputName.adam.epsilon]: tiny * second,
  };
}
