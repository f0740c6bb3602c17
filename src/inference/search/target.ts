import { present } from "../../base/assert.ts";
import { breathe } from "../../base/turns.ts";
import type { Executor, Session } from "../../execute/executor.ts";
import type { Evaluation } from "../../numeric/lbfgs.ts";
import type { Programs } from "../../lower/programs.ts";
import type { Program } from "../../program/program.ts";
import { inputsOf } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { writeInputs } from "../inputs.ts";
import { globalBlock, inputName } from "../../program/names.ts";

/** The unnormalised posterior of one block, on the unconstrained scale, in 64 bits. */
export interface Target {
  readonly dimension: number;
  /** log p(x, z) + log |det J| [n] at points [n, D], nats; NaN counts as -Infinity. */
  values(points: Float64Array): Promise<Float64Array>;
  /** Minus that, and its gradient: what a minimiser wants to know. */
  descend(points: readonly Float64Array[]): Promise<Evaluation[]>;
  /** Points evaluated so far. */
  readonly evaluations: () => number;
  /** Ends whatever is asked of it, by its reason. */
  readonly signal?: AbortSignal | undefined;
  dispose(): void;
}

/** Entries of all tensors of one program, about: more points at once would leave the caches for nothing. */
const entriesAtOnce = 1e6;
const mostAtOnce = { values: 512, descend: 32 };

/** Opens the target of the guide's one block. */
export function openTarget(programs: Programs, executor: Executor, signal?: AbortSignal): Target {
  const [block] = programs.guide.blocks;
  const { dimension } = present(block, "a block");
  const perPoint = entriesOf(programs.target(2, false)) - entriesOf(programs.target(1, false));
  const opened = new Map<boolean, Promise<Some>>();
  const open = (gradient: boolean): Promise<Some> => {
    const some = opened.get(gradient) ?? openSome(programs, executor, perPoint, gradient);
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
    signal,
    values: async (points) => valuesAt(await open(false), count(points), { dimension, signal }),
    descend: async (points) => descentAt(await open(true), count(flattened(points, dimension)), { dimension, signal }),
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

async function openSome(programs: Programs, executor: Executor, perPoint: number, gradient: boolean): Promise<Some> {
  const most = gradient ? mostAtOnce.descend : mostAtOnce.values;
  const count = Math.max(1, Math.min(most, Math.floor(entriesAtOnce / Math.max(1, perPoint))));
  const program = programs.target(count, gradient);
  await breathe();
  const session = await executor.open(program, { seed: 0 });
  const equations = program.equations.filter(
    (e) => e.op !== "input" || e.attributes.name !== inputName.points(globalBlock),
  );
  writeInputs(session, { ...program, equations }, programs.numbers, {
    [inputName.parameters]: new Float64Array(programs.parameterCount),
  });
  return { session, count };
}

type Of = Pick<Target, "dimension" | "signal">;

async function valuesAt(some: Some, points: Float64Array, of: Of): Promise<Float64Array> {
  const out = new Float64Array(points.length / of.dimension);
  for await (const [first, count] of parts(some, points, of))
    out.set((await some.session.read("log_joint")).subarray(0, count), first);
  return out.map((value) => (Number.isNaN(value) ? -Infinity : value));
}

async function descentAt(some: Some, points: Float64Array, of: Of): Promise<Evaluation[]> {
  const { dimension } = of;
  const out: Evaluation[] = [];
  for await (const [, count] of parts(some, points, of)) {
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
async function* parts({ session, count }: Some, points: Float64Array, { dimension, signal }: Of) {
  const total = points.length / dimension;
  // what is left of the last part is ignored
  const part = new Float64Array(count * dimension);
  for (let first = 0; first < total; first += count) {
    const here = Math.min(count, total - first);
    part.set(points.subarray(first * dimension, (first + here) * dimension));
    session.write(inputName.points(globalBlock), part);
    await breathe(signal);
    await session.run(0, 1, undefined, signal);
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
