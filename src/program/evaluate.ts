import { InternalError, lookUp, present } from "../base/assert.ts";
import { digamma, erf, lgamma, logNdtr, sigmoid, softplus, trigamma } from "../numeric/special.ts";
import { sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";
import * as elementwise from "./kernels/elementwise.ts";
import * as linear from "./kernels/linear.ts";
import type { EvalRule, EvalSite, Kernel } from "./kernels/plan.ts";
import * as reduce from "./kernels/reduce.ts";
import * as structure from "./kernels/structure.ts";
import type { OpName } from "./ops.ts";
import { definition, inputsOf, type Equation, type Program, type Value } from "./program.ts";
import { givenTo, scanParts } from "./scan.ts";

const { binary, unary } = elementwise;

/** The meaning of every operation, in float64. Executors are tested against this table. */
export const evalRules: { readonly [K in OpName]: EvalRule<K> } = {
  input: ({ attributes: { name } }) => {
    return () => {
      throw new InternalError(`input ${name} is given, not computed`);
    };
  },
  constant: structure.constant,

  neg: unary((x) => -x),
  exp: unary(Math.exp),
  expm1: unary(Math.expm1),
  log: unary(Math.log),
  log1p: unary(Math.log1p),
  sqrt: unary(Math.sqrt),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  floor: unary(Math.floor),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  atan: unary(Math.atan),
  tanh: unary(Math.tanh),
  sigmoid: unary(sigmoid),
  softplus: unary(softplus),
  lgamma: unary(lgamma),
  digamma: unary(digamma),
  trigamma: unary(trigamma),
  erf: unary(erf),
  log_ndtr: unary(logNdtr),

  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  div: elementwise.div,
  pow: binary(Math.pow),
  max: binary(Math.max),
  min: binary(Math.min),
  less: binary((a, b) => (a < b ? 1 : 0)),
  less_equal: binary((a, b) => (a <= b ? 1 : 0)),
  equal: binary((a, b) => (a === b ? 1 : 0)),
  where: elementwise.where,
  stop: elementwise.copy,

  reshape: elementwise.copy,
  transpose: structure.transpose,
  broadcast: structure.broadcast,
  slice: structure.slice,
  pad: structure.pad,
  concat: structure.concat,

  sum: reduce.sum,
  reduce_max: reduce.reduceMax,
  logsumexp: reduce.logSumExp,
  cumsum: reduce.cumsum,

  matmul: linear.matmul,
  cholesky: linear.cholesky,
  solve_triangular: linear.solveTriangular,

  gather: structure.gather,
  scatter_add: structure.scatterAdd,

  scan,
};

/**
 * Iteration after iteration through a compiled body; what is carried is copied, since the body overwrites its memory.
 */
function scan({ attributes: { body, count, reverse } }: EvalSite<"scan">): Kernel<"scan"> {
  const step = compileEvaluator(body);
  const inputs = inputsOf(body).map(({ attributes, shape }) => ({ ...attributes, shape }));
  const parts = scanParts(body, count);
  return (args, out) => {
    const whole = givenTo(body, args);
    const given = new Map<string, HostTensor>();
    for (const { name, shape, role } of inputs) {
      const values = lookUp(whole, name);
      given.set(name, { shape, values: role === "state" ? values.slice() : values });
    }
    for (let done = 0; done < count; done++) {
      const row = reverse ? count - 1 - done : done;
      for (const { name, shape, role } of inputs) {
        if (role !== "feed") continue;
        const size = sizeOf(shape);
        given.set(name, { shape, values: lookUp(whole, name).subarray(row * size, (row + 1) * size) });
      }
      const results = step(given);
      for (const { output, offset } of parts) {
        const { shape, values } = lookUp(results, output.name);
        if (output.carry === null) out.set(values, offset + row * values.length);
        else results.set(output.name, { shape, values: values.slice() });
      }
      for (const { output } of parts) if (output.carry !== null) given.set(output.carry, lookUp(results, output.name));
    }
    for (const { output, offset } of parts)
      if (output.carry !== null) out.set(lookUp(given, output.carry).values, offset);
  };
}

/** Values of the inputs by name; each must have the shape that the program says. */
export type Inputs = ReadonlyMap<string, HostTensor>;

/** The outputs by name. */
export function evaluate(program: Program, inputs: Inputs): Map<string, HostTensor> {
  const outputs = compileEvaluator(program)(inputs);
  for (const [name, { shape, values }] of outputs) outputs.set(name, { shape, values: values.slice() });
  return outputs;
}

/** Every value of the program, indexed by Value: for finding the first equation that is not finite. */
export function evaluateAll(program: Program, inputs: Inputs): readonly HostTensor[] {
  const { run, buffers } = prepare(program, "keep every value");
  run(inputs);
  return program.equations.map(({ out, shape }) => ({ shape, values: lookUp(buffers, out) }));
}

/**
 * A function from inputs to outputs, with everything prepared that does not depend on the numbers. It owns its memory:
 * the tensors of one call are overwritten by the next, so copy what must stay. An output that is itself an input is
 * the caller's own array.
 */
export function compileEvaluator(program: Program): (inputs: Inputs) => Map<string, HostTensor> {
  const { run, buffers } = prepare(program, "keep outputs");
  return (inputs) => {
    run(inputs);
    return new Map(
      program.outputs.map(({ name, value }) => [
        name,
        { shape: definition(program, value).shape, values: lookUp(buffers, value) },
      ]),
    );
  };
}

/** One equation on given numbers: what constant folding runs. */
export function evaluateEquation(
  equation: Equation,
  shapes: readonly Shape[],
  args: readonly Float64Array[],
): Float64Array {
  const out = new Float64Array(sizeOf(equation.shape));
  kernelOf(equation, shapes)(args, out);
  return out;
}

interface Prepared {
  readonly run: (inputs: Inputs) => void;
  /** The entries of each value, by Value; filled by `run`. */
  readonly buffers: ReadonlyMap<Value, Float64Array>;
}

function prepare(program: Program, keep: "keep every value" | "keep outputs"): Prepared {
  const { equations } = program;
  const lastUse = keep === "keep outputs" ? lastUses(program) : null;
  const buffers = new Map<Value, Float64Array>();
  const spare = new Map<number, Float64Array[]>();
  const steps: { kernel: Kernel<OpName>; args: Float64Array[]; out: Float64Array }[] = [];
  // Inputs arrive with each call: these are the places in argument lists to write them to.
  const inputs: { name: string; size: number; out: Value; places: [Float64Array[], number][] }[] = [];
  const inputAt = new Map<Value, (typeof inputs)[number]>();

  for (const equation of equations) {
    const { op, out, shape } = equation;
    const size = sizeOf(shape);
    if (op === "input") {
      const input = { name: equation.attributes.name, size, out, places: [] };
      inputs.push(input);
      inputAt.set(out, input);
      buffers.set(out, new Float64Array(0));
      continue;
    }
    const kernel = kernelOf(
      equation,
      equation.args.map((arg) => definition(program, arg).shape),
    );
    const args = equation.args.map((arg) => lookUp(buffers, arg));
    equation.args.forEach((arg, i) => inputAt.get(arg)?.places.push([args, i]));
    const buffer = (op === "constant" ? null : spare.get(size)?.pop()) ?? new Float64Array(size);
    buffers.set(out, buffer);
    if (op === "constant") {
      kernel([], buffer);
      continue;
    }
    steps.push({ kernel, args, out: buffer });
    if (!lastUse) continue;
    // A constant is written once and an input is the caller's; every other buffer is lent again when its value dies.
    for (const value of new Set([...equation.args, out])) {
      const { op: source } = definition(program, value);
      if (lastUse[value] !== out || source === "input" || source === "constant") continue;
      const dead = lookUp(buffers, value);
      const shelf = spare.get(dead.length);
      if (shelf) shelf.push(dead);
      else spare.set(dead.length, [dead]);
    }
  }

  function run(given: Inputs): void {
    for (const { name, size, out, places } of inputs) {
      const { values } = present(given.get(name), `input ${name}`);
      if (values.length !== size) throw new InternalError(`input ${name} has ${values.length} entries, not ${size}`);
      buffers.set(out, values);
      for (const [args, i] of places) args[i] = values;
    }
    for (const { kernel, args, out } of steps) kernel(args, out);
  }
  return { run, buffers };
}

/** For each value the equation that reads it last: itself when none does, one past the end when it is an output. */
function lastUses({ equations, outputs }: Program): number[] {
  const last = equations.map(({ out }) => out as number);
  for (const { args, out } of equations) for (const arg of args) last[arg] = out;
  for (const { value } of outputs) last[value] = equations.length;
  return last;
}

function kernelOf(equation: Equation, shapes: readonly Shape[]): Kernel<OpName> {
  const { op, attributes, shape } = equation;
  const rule = evalRules[op] as EvalRule<OpName>;
  return rule({ attributes, shapes, shape } as EvalSite<OpName>);
}
