import { assert, present } from "../../../base/assert.ts";
import type { Equation, Program, Value } from "../../../program/program.ts";
import { contiguousStrides, sizeOf, type Shape } from "../../../tensor/shape.ts";
import { kindOf, type Cluster } from "../clusters.ts";
import { fillOf, type Layout, type Place } from "../layout.ts";
import { divisionOf, nestOf, roundsOf, type Access, type Axis, type Division, type Nest } from "./axes.ts";
import { identity, LoopCode, meet, type Plan, type Vector } from "./loopCode.ts";
import { pointwiseRules, workOf } from "./pointwise.ts";
import { vectorOps, type Target } from "../target.ts";
import { shareOf } from "../threads/team.ts";
import * as estimate from "../threads/work.ts";
import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";

/** Where values lie, in bytes. */
export interface Memory {
  readonly layout: Layout;
  readonly address: readonly number[];
  /** Bytes by which a buffer lies further on than its address says: the row of a recurrence. */
  readonly moving?: ReadonlyMap<number, Local<"i32">>;
}

/** Rounds of a loop from which on its mathematics is written in place. */
const inlineFrom = 500;

/** How a part of a step runs. */
export interface Emitted {
  /** All threads run it, each doing a share; else one of them runs it alone. */
  readonly divided: boolean;
  /** What one thread does when all are done; null for nothing. */
  readonly finish: ((f: FunctionBuilder) => void) | null;
}

/** One thread does all of it. */
export const alone: Emitted = { divided: false, finish: null };

/** One cluster of pointwise equations and reductions as loops around one body. */
export function emitCluster(
  f: FunctionBuilder,
  t: Target,
  program: Program,
  cluster: Cluster,
  memory: Memory,
): Emitted {
  const { equations } = program;
  const often = sizeOf(cluster.space) >= inlineFrom * t.lanes;
  const inline: Target = often ? { ...t, call: t.inline } : t;
  const inner = new Set<Value>(cluster.equations.filter((e) => kindOf(e) === "pointwise").map(({ out }) => out));
  const reads = new Map<Value, number>();
  const readAccess: Access[] = [];
  for (const { args } of cluster.equations)
    for (const arg of args) {
      if (inner.has(arg) || reads.has(arg) || fillThrough(equations, arg) !== null) continue;
      reads.set(arg, readAccess.length);
      readAccess.push(accessOf(t, memory, equations, arg, cluster.space));
    }
  const written = cluster.equations.filter((e) => inner.has(e.out) && memory.layout.stored.has(e.out));
  const reduced = cluster.equations.filter((e) => kindOf(e) === "reduction");
  return emitPlan(f, t, {
    shape: cluster.space,
    nanoseconds: estimate.workOf(program, cluster, t.precision),
    reads: readAccess,
    writes: written.map(({ out }) => accessOf(t, memory, equations, out, cluster.space)),
    reductions: reduced.map((equation) => reductionAccess(t, memory, equation, cluster.space)),
    work: cluster.equations.reduce((sum, { op }) => sum + workOf(op), 0),
    body: (g, values) => {
      const known = new Map<Value, Vector>();
      const valueOf = (arg: Value): Vector => {
        const fill = fillThrough(equations, arg);
        if (fill !== null) return vectorOps(t).constant(fill);
        return known.get(arg) ?? values[present(reads.get(arg), "a value that is read")]!;
      };
      for (const equation of cluster.equations) {
        if (!inner.has(equation.out)) continue;
        const rule = pointwiseRules[equation.op as keyof typeof pointwiseRules];
        known.set(equation.out, g.let(rule(inline, g, ...equation.args.map(valueOf))));
      }
      return {
        writes: written.map(({ out }) => known.get(out)!),
        reduced: reduced.map(({ args }) => valueOf(args[0]!)),
      };
    },
  });
}

/** Where a place begins. */
export function startOf(
  t: Target,
  { address, moving }: Pick<Memory, "address" | "moving">,
  { buffer, offset }: Place,
): Omit<Access, "strides"> {
  return { base: address[buffer]! + offset * t.bytes, moving: moving?.get(buffer) ?? null };
}

/** The number that fills a constant, seen through views of it. */
export function fillThrough(equations: readonly Equation[], value: Value): number | null {
  let equation = equations[value]!;
  while (kindOf(equation) === "view") equation = equations[equation.args[0]!]!;
  return fillOf(equation);
}

/** A value stretched over the loop's space: axes line up from the right, those of size 1 do not move. */
function accessOf(t: Target, memory: Memory, equations: readonly Equation[], value: Value, space: Shape): Access {
  const at = present(memory.layout.places.get(value), `the place of %${value}`);
  const { strides } = at;
  const { shape } = equations[value]!;
  const lead = space.length - shape.length;
  return {
    ...startOf(t, memory, at),
    strides: space.map((size, axis) =>
      axis < lead || (shape[axis - lead] === 1 && size !== 1) ? 0 : strides[axis - lead]!,
    ),
  };
}

function reductionAccess(t: Target, memory: Memory, equation: Equation, space: Shape) {
  assert(equation.op === "sum" || equation.op === "reduce_max", "a reduction");
  const { axes } = equation.attributes;
  const place = present(memory.layout.places.get(equation.out), "a reduction's place");
  let at = 0;
  return {
    op: equation.op,
    ...startOf(t, memory, place),
    strides: space.map((_, axis) => (axes.includes(axis) ? 0 : place.strides[at++]!)),
  };
}

/** Loops around a body, merged, vectorised and, where that pays, divided between threads. */
export function emitPlan(f: FunctionBuilder, t: Target, given: Plan): Emitted {
  const { reads, writes, reductions } = given;
  const accesses = [...reads, ...writes, ...reductions];
  const first = reads.length + writes.length;
  const whole = nestOf(given.shape, accesses, first, t, given.work);
  const division = t.team && given.nanoseconds >= t.team.least ? divisionOf(whole, first, t, t.team) : null;
  const { plan, nest } = withPartials(t, given, whole, division);
  const code = new LoopCode(f, t, plan, nest);
  const share = division && t.team ? shareOf(f, t.team, division.units) : null;
  code.write(division && share ? { level: division.level, share } : null);
  const { outer } = whole;
  const partial = reductions.flatMap((reduction, r) => {
    const from = plan.reductions[r]!;
    return from === reduction ? [] : [{ r, reduction, from }];
  });
  if (partial.length === 0) return { divided: division !== null, finish: null };
  const finish = (g: FunctionBuilder): void => {
    const together = new LoopCode(g, t, given, whole);
    for (const { r, reduction, from } of partial) {
      const a = first + r;
      together.initialise(reduction, identity[reduction.op], a, whole.merged);
      const axes = outer.map(({ strides }, level) => ({
        size: roundsOf(whole, level),
        strides: [nest.outer[level]!.strides[a]!, strides[a]!],
      }));
      meetAll(g, t, axes, reduction.op, from.base, reduction.base);
    }
  };
  return { divided: true, finish };
}

/** The plan with memory of its own for every result that the first thread adds up in the end. */
function withPartials(
  t: Target,
  plan: Plan,
  nest: Nest,
  division: Division | null,
): { readonly plan: Plan; readonly nest: Nest } {
  if (!division || division.partial.size === 0) return { plan, nest };
  const first = plan.reads.length + plan.writes.length;
  const rounds = nest.outer.map((_, level) => roundsOf(nest, level));
  const own = contiguousStrides(rounds);
  const reductions = plan.reductions.map((reduction, r) => {
    if (!division.partial.has(first + r)) return reduction;
    const base = present(t.team, "threads").reserve(sizeOf(rounds) * t.bytes);
    return { ...reduction, base };
  });
  const outer = nest.outer.map(({ size, strides }, level) => ({
    size,
    strides: strides.map((stride, a) => (division.partial.has(a) ? own[level]! : stride)),
  }));
  return { plan: { ...plan, reductions }, nest: { ...nest, outer } };
}

/** Results of rounds meet in memory, in the order of the rounds: strides of each axis are of the one and the other. */
function meetAll(
  f: FunctionBuilder,
  t: Target,
  axes: readonly Axis[],
  op: "sum" | "reduce_max",
  from: number,
  to: number,
): void {
  const ops = vectorOps(t);
  const round = (level: number, [x, y]: readonly Expr<"i32">[]): void => {
    const axis = axes[level];
    if (!axis) {
      const met = meet(t, op, ops.loadSplat(x!, from), ops.loadSplat(y!, to));
      return f.emit(ops.storeLane(0, y!, f.let(met), to));
    }
    f.scope(() => {
      const i = f.local("i32", "i");
      f.forLoop(i, 0, axis.size, 1, () =>
        f.scope(() =>
          round(
            level + 1,
            [x!, y!].map((at, k) => f.let(w.i32.add(at, w.i32.mul(i, axis.strides[k]! * t.bytes)), "p")),
          ),
        ),
      );
    });
  };
  f.scope(() => round(0, [w.i32.const(0), w.i32.const(0)]));
}
