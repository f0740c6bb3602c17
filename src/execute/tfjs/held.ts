import type { Tensor } from "@tensorflow/tfjs-core";
import { present } from "../../base/assert.ts";

/** Tensors by name. */
export type Tensors = Record<string, Tensor>;

/** The tensors that outlive a step: written inputs, and the results of the last one. */
export interface Held {
  readonly hasInput: (name: string) => boolean;
  readonly input: (name: string) => Tensor;
  readonly result: (name: string) => Tensor;
  /** Puts another tensor in the place of an input. */
  readonly setInput: (name: string, make: () => Tensor) => void;
  /** Puts new results in the place of those of the step before. */
  readonly advance: (run: (inputs: Readonly<Tensors>) => Tensors) => void;
  /** Results become inputs: each of these is in both from then on. */
  readonly carry: (carries: readonly { readonly output: string; readonly input: string }[]) => void;
  /** Frees all of them. */
  readonly dispose: () => void;
}

/** Nothing is held yet. What is let go of is freed, unless it is still held under some name. */
export function holdTensors(): Held {
  // without a prototype: a datum may be called `__proto__`
  const none = (): Tensors => Object.create(null) as Tensors;
  let inputs = none();
  let results = none();
  const release = (gone: Iterable<Tensor>): void => {
    const held = new Set([...Object.values(inputs), ...Object.values(results)]);
    for (const tensor of gone) if (!held.has(tensor)) tensor.dispose();
  };
  const input = (name: string): Tensor => present(inputs[name], `a value of ${name}`);
  const result = (name: string): Tensor => present(results[name], `a value of ${name}`);
  return {
    hasInput: (name) => inputs[name] !== undefined,
    input,
    result,
    setInput(name, make) {
      const before = inputs[name];
      inputs[name] = make();
      if (before) release([before]);
    },
    advance(run) {
      const before = Object.values(results);
      results = run(inputs);
      release(before);
    },
    carry(carries) {
      const before = carries.map((each) => input(each.input));
      for (const each of carries) inputs[each.input] = result(each.output);
      release(before);
    },
    dispose() {
      const gone = new Set([...Object.values(inputs), ...Object.values(results)]);
      inputs = none();
      results = none();
      for (const tensor of gone) tensor.dispose();
    },
  };
}
