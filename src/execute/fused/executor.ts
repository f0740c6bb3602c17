import { assert, InternalError, present } from "../../base/assert.ts";
import type { Program } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Executor, Seed, Session } from "../executor.ts";
import { noiseKey } from "../noise.ts";
import { inputKinds, record } from "../session.ts";
import { compileProgram } from "./compile.ts";
import type { Precision } from "./target.ts";
import { timeParts } from "./profile.ts";
import { pageBytes, wasmHost } from "./wasm/host.ts";

/** Programs with networks run in 32 bits, others in 64: a network needs speed, a curvature needs digits. */
export function precisionFor(program: Program): Precision {
  return program.equations.some(({ op }) => op === "matmul") ? "float32" : "float64";
}

export function fusedExecutor(precision: Precision): Executor {
  return {
    name: "fused",
    precision,
    open: async (program, { seed }) => openSession(program, precision, seed),
  };
}

function openSession(program: Program, precision: Precision, seed: Seed): Session {
  const host = present(wasmHost(), "WebAssembly");
  const compiled = compileProgram(program, precision, null);
  const memory = new host.Memory({ initial: Math.ceil(compiled.memory / pageBytes) });
  const imports = { env: { memory } };
  const instance = new host.Instance(new host.Module(compiled.bytes()), imports);
  const numbers =
    precision === "float32" ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
  const bytes = numbers.BYTES_PER_ELEMENT;
  const kinds = inputKinds(program);
  const { inputs, outputs, trace: traced, feeds } = compiled;
  for (const { address, values } of compiled.constants) numbers.set(values, address / bytes);
  const words = new Int32Array(memory.buffer);
  for (const [name, address] of compiled.keys) words.set(noiseKey(seed, name), address / 4);
  const written = new Set<string>();
  const shapes = new Map(compiled.program.equations.map(({ out, shape }) => [out, shape]));

  const session: Session = {
    memory: compiled.memory,
    write(name, values) {
      present(kinds.written.get(name), `a state or data input ${name}`);
      const at = inputs.get(name);
      written.add(name);
      // an input that nothing needs has no memory
      if (!at) return;
      const { address, count } = at;
      assert(values.length === count, `${name} has ${count} entries`);
      numbers.set(values, address / bytes);
    },
    async read(name) {
      if (kinds.state.has(name)) {
        const { address, count } = inputs.get(name)!;
        return Float64Array.from(numbers.subarray(address / bytes, address / bytes + count));
      }
      const { place, address } = present(outputs.get(name), `an output ${name}`);
      const { value } = compiled.program.outputs.find((output) => output.name === name)!;
      const shape = shapes.get(value)!;
      const out = new Float64Array(sizeOf(shape));
      for (let i = 0; i < out.length; i++) {
        let rest = i;
        let at = address / bytes;
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          at += (rest % shape[axis]!) * place.strides[axis]!;
          rest = Math.floor(rest / shape[axis]!);
        }
        out[i] = numbers[at]!;
      }
      return out;
    },
    async run(first, steps, feed) {
      for (const name of kinds.written.keys()) assert(written.has(name), `${name} was not written`);
      const { trace, columns } = record(traced.names, steps);
      for (let done = 0; done < steps;) {
        const count = Math.min(compiled.chunk, steps - done);
        for (let s = 0; s < count; s++) {
          const fed = kinds.feed.length > 0 ? feed?.(first + done + s) : undefined;
          for (const { attributes } of kinds.feed) {
            const offset = feeds.offsets.get(attributes.name);
            const values = fed?.[attributes.name];
            if (values === undefined) throw new InternalError(`${attributes.name} is not fed`);
            const given = typeof values === "number" ? 1 : values.length;
            assert(
              given === sizeOf(attributes.shape),
              `${attributes.name} is fed ${given} numbers`,
            );
            if (offset === undefined) continue;
            const at = (feeds.address + s * feeds.stride + offset) / bytes;
            if (typeof values === "number") numbers[at] = values;
            else numbers.set(values, at);
          }
        }
        const ran = instance.exports["run"]!(first + done, count);
        for (let s = 0; s < ran; s++)
          columns.forEach((column, i) => (column[done + s] = numbers[traced.address / bytes + s * traced.names.length + i]!)); // prettier-ignore
        done += ran;
        const last = columns.some((column) => !Number.isFinite(column[done - 1]));
        if (last) return trace(done);
      }
      return trace(steps);
    },
    profile: (first, seconds, feed) =>
      timeParts(compiled.loops, instance.exports, seconds, (at) =>
        session.run(first + at, 1, feed),
      ),
    dispose() {
      written.clear();
    },
  };
  return session;
}
