import { assert, present } from "../../../base/assert.ts";
import type { Equation, Program, Value } from "../../../program/program.ts";
import { sizeOf, type Shape } from "../../../tensor/shape.ts";
import { kindOf, type Cluster } from "../clusters.ts";
import { fillOf, type Layout, type Place } from "../layout.ts";
import { chooseVectors, mergedAxes, stays, type Access, type Motion } from "./axes.ts";
import { identity, LoopCode, type Plan } from "./loopCode.ts";
import { pointwiseRules, workOf } from "./pointwise.ts";
import { vectorOps, type Target } from "../target.ts";
import { type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";

type Vector = Expr<"v128">;

/** Where values lie, in bytes. */
export interface Memory {
  readonly layout: Layout;
  readonly address: readonly number[];
}

/** Rounds of a loop from which on its mathematics is written in place. */
const inlineFrom = 500;

/** One cluster of pointwise equations and reductions as loops around one body. */
export function emitCluster(
  f: FunctionBuilder,
  t: Target,
  program: Program,
  cluster: Cluster,
  memory: Memory,
): void {
  const { equations } = program;
  const often = sizeOf(cluster.space) >= inlineFrom * t.lanes;
  const inline: Target = often ? { ...t, call: t.inline } : t;
  const inner = new Set<Value>(
    cluster.equations.filter((e) => kindOf(e) === "pointwise").map(({ out }) => out),
  );
  const reads = new Map<Value, number>();
  const readAccess: Access[] = [];
  for (const { args } of cluster.equations)
    for (const arg of args) {
      if (inner.has(arg) || reads.has(arg) || fillThrough(equations, arg) !== null) continue;
      reads.set(arg, readAccess.length);
      readAccess.push(accessOf(t, memory, equations, arg, cluster.space));
    }
  const written = cluster.equations.filter(
    (e) => inner.has(e.out) && memory.layout.stored.has(e.out),
  );
  const reduced = cluster.equations.filter((e) => kindOf(e) === "reduction");
  emitPlan(f, t, {
    shape: cluster.space,
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

/** Copies a strided array to another place of the same shape. */
export function emitCopy(
  f: FunctionBuilder,
  t: Target,
  shape: Shape,
  from: Place,
  to: Place,
  address: readonly number[],
): void {
  const access = ({ buffer, offset, strides }: Place): Access => ({
    base: address[buffer]! + offset * t.bytes,
    strides,
  });
  emitPlan(f, t, {
    shape,
    reads: [access(from)],
    writes: [access(to)],
    reductions: [],
    work: 0,
    body: (_, [value]) => ({ writes: [value!], reduced: [] }),
  });
}

/** The number that fills a constant, seen through views of it. */
export function fillThrough(equations: readonly Equation[], value: Value): number | null {
  let equation = equations[value]!;
  while (kindOf(equation) === "view") equation = equations[equation.args[0]!]!;
  return fillOf(equation);
}

/** A value stretched over the loop's space: axes line up from the right, those of size 1 do not move. */
function accessOf(
  t: Target,
  { layout, address }: Memory,
  equations: readonly Equation[],
  value: Value,
  space: Shape,
): Access {
  const { buffer, offset, strides } = present(layout.places.get(value), `the place of %${value}`);
  const { shape } = equations[value]!;
  const lead = space.length - shape.length;
  return {
    base: address[buffer]! + offset * t.bytes,
    strides: space.map((size, axis) =>
      axis < lead || (shape[axis - lead] === 1 && size !== 1) ? 0 : strides[axis - lead]!,
    ),
  };
}

function reductionAccess(t: Target, { layout, address }: Memory, equation: Equation, space: Shape) {
  assert(equation.op === "sum" || equation.op === "reduce_max", "a reduction");
  const { axes } = equation.attributes;
  const { buffer, offset, strides } = present(
    layout.places.get(equation.out),
    "a reduction's place",
  );
  let at = 0;
  return {
    op: equation.op,
    base: address[buffer]! + offset * t.bytes,
    strides: space.map((_, axis) => (axes.includes(axis) ? 0 : strides[at++]!)),
  };
}

function emitPlan(f: FunctionBuilder, t: Target, plan: Plan): void {
  const { reads, writes, reductions } = plan;
  const accesses = [...reads, ...writes, ...reductions];
  const merged = mergedAxes(plan.shape, accesses);
  const { vectors, outer } = chooseVectors(merged, t, 2 + plan.work) ?? {
    vectors: { size: 1, motions: accesses.map((): Motion => ({ kind: "even", stride: 0 })) },
    outer: [],
  };
  const code = new LoopCode(f, t, plan, accesses, vectors);

  const gathered = outer.at(-1);
  const gathers = gathered !== undefined && code.gathersAlong(gathered);
  const around = gathers ? outer.slice(0, -1) : outer;

  // results that are met more than once in memory start at their identity
  reductions.forEach((reduction, i) => {
    const at = reads.length + writes.length + i;
    const motion = vectors.motions[at]!;
    const whole = stays(motion) || (motion.kind === "pairs" && motion.within === 0);
    const once = (whole || gathers) && around.every(({ strides }) => strides[at] !== 0);
    code.direct.push(once);
    if (!once) code.initialise(reduction, identity[reduction.op], at, merged);
  });

  f.scope(() => {
    const nest = (level: number, pointers: readonly (Local<"i32"> | null)[]): void => {
      const axis = around[level];
      if (!axis) return gathers ? code.gather(pointers, gathered) : code.innermost(pointers);
      f.scope(() => {
        const i = f.local("i32", "i");
        f.forLoop(i, 0, axis.size, 1, () => nest(level + 1, code.advance(pointers, i, axis)));
      });
    };
    nest(
      0,
      accesses.map(() => null),
    );
  });
}
