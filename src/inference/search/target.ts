import { present } from "../../base/assert.ts";
import type { Executor, Session } from "../../execute/executor.ts";
import type { Evaluation } from "../../numeric/lbfgs.ts";
import type { Programs } from "../../lower/programs.ts";
import type { Program } from "../../program/program.ts";
import { inputsOf } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { writeInputs } from "../inputs.ts";

/** What a search needs to know of a lowered model. */
export type Searchable = Programs;

/** The unnormalised posterior of one block, on the unconstrained scale, in 64 bits. */
export interface Target {
  readonly dimension: number;
  /** log p(x, z) + log |det J| [n] at points [n, D], nats; NaN counts as -Infinity. */
  values(points: Float64Array): Promise<Float64Array>;
  /** Minus that, and its gradient: what a minimiser wants to know. */
  descend(points: readonly Float64Array[]): Promise<Evaluation[]>;
  /** Points evaluated so far. */
  readonly evaluations: () => number;
  dispose(): void;
}

/** Entries of all tensors of one program, about: more points at once would leave the caches for nothing. */
const entriesAtOnce = 1e6;
const mostAtOnce = { values: 512, descend: 32 };

/** Opens the target of the guide's one block. */
export function openTarget(lowered: Searchable, executor: Executor): Target {
  const [block] = lowered.guide.blocks;
  const { dimension } = present(block, "a block");
  const perPoint = entriesOf(lowered.target(2, false)) - entriesOf(lowered.target(1, false));
  const opened = new Map<boolean, Promise<Some>>();
  const open = (gradient: boolean): Promise<Some> => {
    const some = opened.get(gradient) ?? openSome(lowered, executor, perPoint, gradient);
    opened.set(gradient, some);
    return some;
  };
  let evaluations = 0;
  const count = (points: Float64Array): Float64Array => {
    evaluations += points.length / dimension;
    return points;
  };
  return {
    dimension,
    evaluations: () => evaluations,
    values: async (points) => valuesAt(await open(false), count(points), dimension),
    descend: async (points) => descentAt(await open(true), count(flattened(points, dimension)), dimension),
    dispose() {
      for (const some of opened.values())
        void some.then(
          ({ session }) => session.dispose(),
          () => {},
        );
    },
  };
}

/** A program for `count` points at once, opened. */
interface Some {
  readonly session: Session;
  readonly count: number;
}

async function openSome(lowered: Searchable, executor: Executor, perPoint: number, gradient: boolean): Promise<Some> {
  const most = gradient ? mostAtOnce.descend : mostAtOnce.values;
  const count = Math.max(1, Math.min(most, Math.floor(entriesAtOnce / Math.max(1, perPoint))));
  const program = lowered.target(count, gradient);
  const session = await executor.open(program, { seed: 0 });
  const equations = program.equations.filter((e) => e.op !== "input" || e.attributes.name !== "u");
  writeInputs(session, { ...program, equations }, lowered.numbers, {
    parameters: new Float64Array(lowered.parameterCount),
  });
  return { session, count };
}

async function valuesAt(some: Some, points: Float64Array, dimension: number): Promise<Float64Array> {
  const out = new Float64Array(points.length / dimension);
  for await (const [first, count] of parts(some, points, dimension))
    out.set((await some.session.read("log_joint")).subarray(0, count), first);
  return out.map((value) => (Number.isNaN(value) ? -Infinity : value));
}

async function descentAt(some: Some, points: Float64Array, dimension: number): Promise<Evaluation[]> {
  const out: Evaluation[] = [];
  for await (const [, count] of parts(some, points, dimension)) {
    const values = (await some.session.read("log_joint")).subarray(0, count);
    const gradients = await some.session.read("gradient");
    values.forEach((value, i) => {
      const gradient = gradients.slice(i * dimension, (i + 1) * dimension).map((g) => -g);
      out.push({ value: -value, gradient });
    });
  }
  return out;
}

/** Evaluates any number of points, as many at once as the program takes: yields the first of each part, and how many. */
async function* parts({ session, count }: Some, points: Float64Array, dimension: number) {
  const total = points.length / dimension;
  // what is left of the last part is ignored
  const part = new Float64Array(count * dimension);
  for (let first = 0; first < total; first += count) {
    const here = Math.min(count, total - first);
    part.set(points.subarray(first * dimension, (first + here) * dimension));
    session.write("u", part);
    await session.run(0, 1);
    yield [first, here] as const;
  }
}

function flattened(points: readonly Float64Array[], dimension: number): Float64Array {
  const flat = new Float64Array(points.length * dimension);
  points.forEach((point, i) => flat.set(point, i * dimension));
  return flat;
}

function entriesOf(program: Program): number {
  const inputs = new Set(inputsOf(program).map(({ out }) => out));
  return program.equations.reduce((sum, { out, shape }) => sum + (inputs.has(out) ? 0 : sizeOf(shape)), 0);
}
