import { present } from "../../../base/assert.ts";
import { definition, type Equation, type EquationOf, type Program, type Value } from "../../../program/program.ts";
import { contiguousStrides, sizeOf, type Shape } from "../../../tensor/shape.ts";
import { fillOf } from "../../fill.ts";
import { isReduction, kindOf, type Cluster, type ReductionName } from "../clusters.ts";
import type { Layout } from "../layout.ts";
import { stretched } from "../strides.ts";
import { divisionOf, nestOf, roundsOf, type Access, type Division, type Nest } from "./axes.ts";
import { LoopCode } from "./loopCode.ts";
import { initialise, meet } from "./reductions.ts";
import { pointwiseRules, workOf } from "./pointwise.ts";
import { vectorOps, type Target } from "../target.ts";
import { shareOf } from "../threads/team.ts";
import { behind, type Place } from "../views.ts";
import * as estimate from "../threads/work.ts";
import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { type Plan, type Vector } from "./plan.ts";

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
  const often = sizeOf(cluster.space) >= inlineFrom * t.lanes;
  const inline: Target = often ? { ...t, call: t.inline } : t;
  const inner = new Set<Value>(cluster.equations.filter((e) => kindOf(e) === "pointwise").map(({ out }) => out));
  const reads = new Map<Value, number>();
  const readAccess: Access[] = [];
  for (const { args } of cluster.equations)
    for (const arg of args) {
      if (inner.has(arg) || reads.has(arg) || fillThrough(program, arg) !== null) continue;
      reads.set(arg, readAccess.length);
      readAccess.push(accessOf(t, memory, definition(program, arg), cluster.space));
    }
  const written = cluster.equations.filter((e) => inner.has(e.out) && memory.layout.stored.has(e.out));
  const reduced = cluster.equations.filter(isReduction);
  return emitPlan(f, t, {
    shape: cluster.space,
    nanoseconds: estimate.workOf(program, cluster, t.precision),
    reads: readAccess,
    writes: written.map((equation) => accessOf(t, memory, equation, cluster.space)),
    reductions: reduced.map((equation) => reductionAccess(t, memory, equation, cluster.space)),
    work: cluster.equations.reduce((sum, { op }) => sum + workOf(op), 0),
    body: (g, values) => {
      const known = new Map<Value, Vector>();
      const valueOf = (arg: Value): Vector => {
        const fill = fillThrough(program, arg);
        if (fill !== null) return vectorOps(t).constant(fill);
        return present(known.get(arg) ?? values[reads.get(arg) ?? -1], `a vector of %${arg}`);
      };
      for (const equation of cluster.equations) {
        if (!inner.has(equation.out)) continue;
        const rule = pointwiseRules[equation.op as keyof typeof pointwiseRules];
        known.set(equation.out, g.let(rule(inline, g, ...equation.args.map((arg: Value) => valueOf(arg)))));
      }
      return {
        writes: written.map(({ out }) => valueOf(out)),
        reduced: reduced.map(({ args: [arg] }) => valueOf(arg)),
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
  return { base: present(address[buffer], `buffer ${buffer}`) + offset * t.bytes, moving: moving?.get(buffer) ?? null };
}

/** The number that fills a constant, seen through views of it. */
function fillThrough(program: Program, value: Value): number | null {
  return fillOf(behind(program, value));
}

/** A value stretched over the loop's space. */
function accessOf(t: Target, memory: Memory, { out, shape }: Equation, space: Shape): Access {
  const at = present(memory.layout.places.get(out), `the place of %${out}`);
  return { ...startOf(t, memory, at), strides: stretched(shape, at.strides, space) };
}

function reductionAccess(t: Target, memory: Memory, equation: EquationOf<ReductionName>, space: Shape) {
  const { axes } = equation.attributes;
  const place = present(memory.layout.places.get(equation.out), "a reduction's place");
  let at = 0;
  return {
    op: equation.op,
    ...startOf(t, memory, place),
    strides: space.map((_, axis) => (axes.includes(axis) ? 0 : (place.strides[at++] ?? 0))),
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
  const partial = reductions.flatMap((reduction, r) => {
    const from = plan.reductions[r];
    return from && from !== reduction ? [{ a: first + r, reduction, from }] : [];
  });
  if (partial.length === 0) return { divided: division !== null, finish: null };
  const along = ({ outer }: Nest, a: number): number[] => outer.map(({ strides }) => strides[a] ?? 0);
  const finish = (g: FunctionBuilder): void => {
    for (const { a, reduction, from } of partial) {
      initialise(g, t, whole, { ...reduction, index: a });
      meetAll(g, t, {
        op: reduction.op,
        sizes: whole.outer.map((_, level) => roundsOf(whole, level)),
        from: { base: from.base, strides: along(nest, a) },
        to: { base: reduction.base, strides: along(whole, a) },
      });
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
    strides: strides.map((stride, a) => (division.partial.has(a) ? (own[level] ?? 0) : stride)),
  }));
  return { plan: { ...plan, reductions }, nest: { ...nest, outer } };
}

/** Numbers in memory: where the first lies in bytes, and numbers from one to the next along each axis. */
type Numbers = Pick<Access, "base" | "strides">;

/** Results of rounds, and those that they meet in memory, along axes of these sizes. */
interface Meeting {
  readonly op: ReductionName;
  readonly sizes: readonly number[];
  readonly from: Numbers;
  readonly to: Numbers;
}

/** Results of rounds meet in memory, in the order of the rounds. */
function meetAll(f: FunctionBuilder, t: Target, { op, sizes, from, to }: Meeting): void {
  const ops = vectorOps(t);
  const further = (at: Expr<"i32">, i: Local<"i32">, stride = 0): Local<"i32"> =>
    f.let(w.i32.add(at, w.i32.mul(i, stride * t.bytes)), "p");
  const round = (level: number, x: Expr<"i32">, y: Expr<"i32">): void => {
    const size = sizes[level];
    if (size === undefined) {
      const met = meet(t, op, ops.loadSplat(x, from.base), ops.loadSplat(y, to.base));
      return f.emit(ops.storeLane(0, y, f.let(met), to.base));
    }
    f.scope(() => {
      const i = f.local("i32", "i");
      f.forLoop(i, 0, size, 1, () =>
        f.scope(() => round(level + 1, further(x, i, from.strides[level]), further(y, i, to.strides[level]))),
      );
    });
  };
  f.scope(() => round(0, w.i32.const(0), w.i32.const(0)));
}
