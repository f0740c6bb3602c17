import { assert, InternalError, present } from "../base/assert.ts";
import { breathe } from "../base/turns.ts";
import { compileEvaluator } from "../program/evaluate.ts";
import type { Program } from "../program/program.ts";
import { hostTensor, sizeOf, type HostTensor } from "../tensor/shape.ts";
import type { Executor, Seed, Session } from "./executor.ts";
import { noiseSource } from "./noise.ts";
import { inputKinds, record, tracedNames } from "./session.ts";

/** Programs on the reference evaluator: slow, in float64, and what the others are compared with. */
export const referenceExecutor: Executor = {
  name: "reference",
  precision: "float64",
  open: async (program, { seed }) => openSession(program, seed),
};

function openSession(program: Program, seed: Seed): Session {
  const kinds = inputKinds(program);
  const draws = kinds.noise.map(({ attributes: { name, shape, noise } }) => ({
    name,
    shape,
    source: noiseSource(seed, name, noise ?? "normal"),
  }));
  const traced = tracedNames(program);
  const evaluate = compileEvaluator(program);
  const inputs = new Map<string, HostTensor>();
  let results: ReadonlyMap<string, HostTensor> = new Map();

  return {
    memory: null,

    write(name, values) {
      const { shape } = present(kinds.written.get(name), `a state or data input ${name}`);
      inputs.set(name, hostTensor(shape, Float64Array.from(values)));
    },

    async read(name) {
      const from = kinds.state.has(name) ? inputs : results;
      return copy(present(from.get(name), `a value of ${name}`)).values;
    },

    async run(first, steps, feed, signal) {
      for (const name of kinds.written.keys()) assert(inputs.has(name), `${name} was not written`);
      const { trace, columns } = record(traced, steps);
      for (let done = 0; done < steps; done++) {
        const all = new Map(inputs);
        for (const { name, shape, source } of draws) {
          const values = new Float64Array(sizeOf(shape));
          source.fill(first + done, values);
          all.set(name, hostTensor(shape, values));
        }
        const fed = kinds.feed.length > 0 ? feed?.(first + done) : undefined;
        for (const { attributes } of kinds.feed) {
          const values = fed?.[attributes.name];
          if (values === undefined) throw new InternalError(`${attributes.name} is not fed`);
          const list = typeof values === "number" ? [values] : values;
          const tensor = hostTensor(attributes.shape, Float64Array.from(list));
          all.set(attributes.name, tensor);
        }
        results = evaluate(all);
        const values = traced.map((name) => results.get(name)!.values[0]!);
        values.forEach((value, i) => (columns[i]![done] = value));
        if (!values.every(Number.isFinite)) return trace(done + 1);
        await breathe(signal);
        for (const { name, carry } of program.outputs) if (carry !== null) inputs.set(carry, copy(results.get(name)!));
      }
      return trace(steps);
    },

    dispose() {
      inputs.clear();
      results = new Map();
    },
  };
}

/** The evaluator overwrites its results at the next step. */
function copy({ shape, values }: HostTensor): HostTensor {
  return { shape, values: values.slice() };
}
