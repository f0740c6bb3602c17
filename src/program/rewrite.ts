import { assert, InternalError } from "../base/assert.ts";
import { sameShape } from "../tensor/shape.ts";
import { Builder } from "./builder.ts";
import type { OpName } from "./ops.ts";
import { fillOf, renamed, type Equation, type EquationOf, type Program, type Value } from "./program.ts";

/** A rewrite of finished programs: the same outputs of the same inputs, to rounding; equations keep their origins. */
export interface Pass {
  readonly name: string;
  /** True where numerical safety may cost a few equations; every other pass never returns more than it was given. */
  readonly mayGrow: boolean;
  /** The program itself when there is nothing to do. A pass has nothing to do on its own result. */
  readonly run: (program: Program) => Program;
}

/** What a rewrite may ask about the values seen so far. */
export interface Context {
  readonly b: Builder;
  /** The definition of a value when it is this operation. */
  readonly as: <K extends OpName>(value: Value, op: K) => EquationOf<K> | null;
  /** The number that fills a constant; null for anything else. */
  readonly fill: (value: Value) => number | null;
  /** True when nothing else reads the value, so that replacing its reader makes it disappear. Never wrongly true. */
  readonly single: (value: Value) => boolean;
}

/** Another value of the same shape and meaning as the equation's result, or null to leave it alone. */
export type Rewrite<K extends OpName = OpName> = (context: Context, equation: EquationOf<K>) => Value | null;

/** Rewrites by operation, tried in order. */
export type Rewrites = { readonly [K in OpName]?: readonly Rewrite<K>[] };

/** Tries the rewrites of the equation's operation. */
export function firstOf(rewrites: Rewrites): Rewrite {
  return (context, equation) => {
    const candidates = rewrites[equation.op] as readonly Rewrite[] | undefined;
    if (!candidates) return null;
    for (const candidate of candidates) {
      const value = candidate(context, equation);
      if (value !== null) return value;
    }
    return null;
  };
}

/** More sweeps than any chain of rewrites in a program needs; reached only if two rewrites undo each other. */
const MOST_SWEEPS = 100;

/** Rewrites until nothing matches, dropping what becomes unused. */
export function rewriteAll(program: Program, rewrite: Rewrite): Program {
  let current = dropUnused(program);
  for (let sweeps = 0; sweeps < MOST_SWEEPS; sweeps++) {
    const next = sweep(current, rewrite);
    if (next === current) return current;
    current = dropUnused(next);
  }
  return current;
}

/** Forgets equations that no output needs. An input that an output is carried into is needed. */
export function dropUnused(program: Program): Program {
  const { equations, outputs } = program;
  const needed = new Uint8Array(equations.length);
  const carried = new Set(outputs.map(({ carry }) => carry));
  for (const { value } of outputs) needed[value] = 1;
  const kept: Equation[] = [];
  for (let i = equations.length - 1; i >= 0; i--) {
    const equation = equations[i]!;
    const receives = equation.op === "input" && carried.has(equation.attributes.name);
    if (!receives && needed[equation.out] === 0) continue;
    kept.push(equation);
    for (const arg of equation.args) needed[arg] = 1;
  }
  if (kept.length === equations.length) return program;
  return rebuild({ equations: kept.reverse(), outputs }, (b, equation) => b.copy(equation));
}

/**
 * Writes the program again, each equation as `step` says; what it answers stands for the equation's result. It is given
 * the equation as it would be written next, with the names that its arguments have now, and as it was before.
 */
export function rebuild(
  { equations, outputs }: Program,
  step: (b: Builder, equation: Equation, before: Equation) => Value,
): Program {
  const b = new Builder();
  const now: Value[] = [];
  const nameOf = (arg: Value): Value => now[arg] ?? forgotten(arg);
  for (const before of equations) now[before.out] = step(b, renamed(before, nameOf, b.length as Value), before);
  for (const { name, value, carry } of outputs) b.output(name, nameOf(value), carry);
  return b.finish();
}

function forgotten(value: Value): never {
  throw new InternalError(`%${value} is read but was not written again`);
}

function sweep(program: Program, rewrite: Rewrite): Program {
  const before = useCounts(program);
  const uses: number[] = [];
  let context: Context | null = null;
  let changed = false;
  const next = rebuild(program, (b, equation, old) => {
    const start = b.length;
    const tools = (context ??= contextOf(b, uses));
    const value = b.withOrigin(equation.origin, () => rewrite(tools, equation));
    if (value === null) {
      const copy = b.copy(equation);
      count(uses, copy, before[old.out]);
      return copy;
    }
    assert(sameShape(b.shapeOf(value), equation.shape), `a rewrite of ${equation.op} changed its shape`);
    changed = true;
    // The equation replaced may live on through another reader, so its own reads stay counted: counts err upwards.
    for (let fresh = start; fresh < b.length; fresh++) {
      uses[fresh] ??= 0;
      for (const arg of b.equation(fresh as Value).args) count(uses, arg, 1);
    }
    count(uses, value, before[old.out]);
    return value;
  });
  return changed ? next : program;
}

function contextOf(b: Builder, uses: readonly number[]): Context {
  return {
    b,
    as: <K extends OpName>(value: Value, op: K) => {
      const equation = b.equation(value);
      return equation.op === op ? (equation as EquationOf<K>) : null;
    },
    fill: (value) => fillOf(b.equation(value)),
    single: (value) => uses[value] === 1,
  };
}

/** The two arguments of an operation in either order. */
export function bothWays([p, q]: readonly [Value, Value]): readonly (readonly [Value, Value])[] {
  return [
    [p, q],
    [q, p],
  ];
}

function useCounts({ equations, outputs }: Program): Uint32Array {
  const counts = new Uint32Array(equations.length);
  for (const { args } of equations) for (const arg of args) count(counts, arg, 1);
  for (const { value } of outputs) count(counts, value, 1);
  return counts;
}

/** So many more uses of a value, which has had none where nothing is said. */
function count(uses: number[] | Uint32Array, value: Value, more = 0): void {
  uses[value] = (uses[value] ?? 0) + more;
}
