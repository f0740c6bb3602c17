import type { Instance } from "../graph/instance.ts";
import type { Expr, PlateId } from "../model/model.ts";
import type { Builder } from "../program/builder.ts";
import { NamedBuilder } from "../program/named-builder.ts";
import type { AxisOrder, Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";

/** A minibatched plate: `rows` of its `size` data in each step, supplied as the feed `batch.PLATE`. */
export interface Minibatch {
  readonly plate: PlateId;
  readonly feed: string;
  readonly rows: number;
  readonly size: number;
}

/** What the lowering of one program knows and has made so far. Mutated only by the functions of this folder. */
export interface Context extends Instance {
  readonly b: Builder;
  readonly order: AxisOrder;
  /** Arithmetic on named tensors with these two. */
  readonly n: NamedBuilder;
  readonly minibatches: readonly Minibatch[];
  /** The learned array of that name, as the program sees it. */
  readonly parameter: (name: string) => Value;
  /** Latents and lets defined so far, plates as axes. */
  readonly values: Map<string, Named>;
  /** In the body of a recurrence: where the rest of the program is. */
  readonly iteration?: Iteration;
}

/** One iteration of a `for`, as its body sees it. */
export interface Iteration {
  readonly plate: PlateId;
  /** A value into which no entry goes that this loop assigns: of this iteration, where it varies over them. */
  readonly outside: (expr: Expr) => Named;
  /** An entry assigned `lag` iterations ago. */
  readonly entry: (array: string, lag: number) => Named;
}

/** The context of a program that is about to be written: no value is defined yet. */
export function contextOf(
  { model, numbers, graph, reach, enumeration }: Instance,
  program: Pick<Context, "b" | "order" | "minibatches" | "parameter">,
): Context {
  const n = new NamedBuilder(program.b, program.order);
  return { model, numbers, graph, reach, enumeration, ...program, n, values: new Map() };
}

const memories = new WeakMap<Context, Map<object, unknown>>();

/** What was made before for the same part of the model in this context. */
export function memoised<T>(context: Context, key: object, make: () => T): T {
  const memory = memories.get(context) ?? new Map<object, unknown>();
  memories.set(context, memory);
  if (!memory.has(key)) memory.set(key, make());
  return memory.get(key) as T;
}

/** The rows of a plate that a step looks at: 0, 1, ..., or the minibatch's. Shape [rows]. */
export function rowsOf(context: Context, plate: PlateId): Value {
  const minibatch = minibatchOf(context, plate);
  return minibatch
    ? context.b.input(minibatch.feed, [minibatch.rows], "feed")
    : context.b.iota(context.order.size(plate));
}

export function minibatchOf(context: Context, plate: PlateId): Minibatch | undefined {
  return context.minibatches.find((candidate) => candidate.plate === plate);
}
