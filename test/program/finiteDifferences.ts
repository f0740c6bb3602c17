import { differentiate } from "../../src/program/differentiate.ts";
import { compileEvaluator } from "../../src/program/evaluate.ts";
import type { Program } from "../../src/program/program.ts";
import type { HostTensor } from "../../src/tensor/shape.ts";

type Inputs = ReadonlyMap<string, HostTensor>;

/** The step that balances truncation, h^2, against rounding, eps / h. */
const step = Math.cbrt(Number.EPSILON);
/** Both errors together, for a function whose third derivative and value are of order 1, with room for 100 times that. */
const relative = 100 * (step ** 2 + Number.EPSILON / step);

export interface Disagreement {
  readonly input: string;
  readonly entry: number;
  readonly gradient: number;
  readonly difference: number;
  readonly tolerance: number;
}

/** Entries of d(of)/d(input) that central differences of the reference evaluator do not confirm. */
export function disagreements(
  program: Program,
  of: string,
  wrt: readonly string[],
  inputs: Inputs,
): readonly Disagreement[] {
  const gradients = compileEvaluator(differentiate(program, of, wrt))(inputs);
  const run = compileEvaluator(program);
  const scale = Math.max(1, Math.abs(run(inputs).get(of)!.values[0]!));
  return wrt.flatMap((input) => {
    const { shape, values } = inputs.get(input)!;
    const gradient = gradients.get(`grad:${input}`)!.values;
    return [...values].flatMap((value, entry) => {
      const at = (moved: number): number => {
        const copy = values.slice();
        copy[entry] = moved;
        return run(new Map([...inputs, [input, { shape, values: copy }]])).get(of)!.values[0]!;
      };
      const h = step * Math.max(1, Math.abs(value));
      const difference = (at(value + h) - at(value - h)) / (value + h - (value - h));
      const tolerance = relative * Math.max(scale, Math.abs(gradient[entry]!));
      const close = Math.abs(gradient[entry]! - difference) <= tolerance;
      return close ? [] : [{ input, entry, gradient: gradient[entry]!, difference, tolerance }];
    });
  });
}
