import { fusedExecutor } from "../../execute/fused/executor.ts";
import { features } from "../../execute/fused/wasm/features.ts";
import type { Executor, Session } from "../../execute/executor.ts";
import { referenceExecutor } from "../../execute/reference.ts";
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

/** The fused engine in 64 bits, or the reference evaluator where there is none. */
export function exactExecutor(): Executor {
  return features().simd ? fusedExecutor("float64") : referenceExecutor;
}

export async function openTarget(lowered: Searchable, executor: Executor): Promise<Target> {
  const { dimension } = lowered.guide.blocks[0]!;
  const perPoint = entriesOf(lowered.target(2, false)) - entriesOf(lowered.target(1, false));
  const sessions = new Map<string, Promise<{ session: Session; count: number }>>();
  let evaluations = 0;

  const open = async (gradient: boolean): Promise<{ session: Session; count: number }> => {
    const most = gradient ? mostAtOnce.descend : mostAtOnce.values;
    const count = Math.max(1, Math.min(most, Math.floor(entriesAtOnce / Math.max(1, perPoint))));
    const program = lowered.target(count, gradient);
    const session = await executor.open(program, { seed: 0 });
    const others = {
      ...program,
      equations: program.equations.filter((e) => e.op !== "input" || e.attributes.name !== "u"),
    };
    writeInputs(session, others, lowered.numbers, {
      parameters: new Float64Array(lowered.parameterCount),
    });
    return { session, count };
  };
  const opened = (gradient: boolean) => {
    const key = String(gradient);
    const known = sessions.get(key) ?? open(gradient);
    sessions.set(key, known);
    return known;
  };

  /** Evaluates any number of points, as many at once as the program takes; what is left of the last part is ignored. */
  const each = async (
    points: Float64Array,
    gradient: boolean,
    take: (session: Session, first: number, count: number) => Promise<void>,
  ): Promise<void> => {
    const { session, count } = await opened(gradient);
    const total = points.length / dimension;
    evaluations += total;
    const part = new Float64Array(count * dimension);
    for (let first = 0; first < total; first += count) {
      const here = Math.min(count, total - first);
      part.set(points.subarray(first * dimension, (first + here) * dimension));
      session.write("u", part);
      await session.run(0, 1);
      await take(session, first, here);
    }
  };

  return {
    dimension,
    evaluations: () => evaluations,
    async values(points) {
      const out = new Float64Array(points.length / dimension);
      await each(points, false, async (session, first, count) => {
        out.set((await session.read("log_joint")).subarray(0, count), first);
      });
      return out.map((value) => (Number.isNaN(value) ? -Infinity : value));
    },
    async descend(points) {
      const out: Evaluation[] = [];
      const flat = new Float64Array(points.length * dimension);
      points.forEach((point, i) => flat.set(point, i * dimension));
      await each(flat, true, async (session, _, count) => {
        const values = await session.read("log_joint");
        const gradients = await session.read("gradient");
        for (let i = 0; i < count; i++)
          out.push({
            value: -values[i]!,
            gradient: gradients.slice(i * dimension, (i + 1) * dimension).map((g) => -g),
          });
      });
      return out;
    },
    dispose() {
      for (const session of sessions.values()) void session.then(({ session: s }) => s.dispose());
    },
  };
}

function entriesOf(program: Program): number {
  const inputs = new Set(inputsOf(program).map(({ out }) => out));
  return program.equations.reduce((sum, { out, shape }) => sum + (inputs.has(out) ? 0 : sizeOf(shape)), 0);
}
