import { InternalError } from "../base/assert.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Shape } from "../tensor/shape.ts";
import { eachArgument, type Arguments } from "./arity.ts";
import type { OpName, Vocabulary } from "./ops.ts";

declare const minted: unique symbol;
/** The name of one tensor, printed `%3`. Only the builder mints values. */
export type Value = number & { readonly [minted]: "Value" };

/** What an equation computes and the source text it came from. */
export interface Origin {
  readonly span: Span;
  /** In the user's terms: "prior of `tau`", "likelihood", "entropy", "gradient of ...". */
  readonly term: string;
}

/** The attributes of each operation. */
export type Ops = Vocabulary<Program>;

/** `%out = op(%args)`: one single-assignment step. The operation says how many arguments there are. */
interface Step<K extends OpName> {
  readonly op: K;
  readonly attributes: Ops[K];
  readonly args: Arguments<K, Value>;
  readonly out: Value;
  readonly shape: Shape;
  readonly origin: Origin | null;
}
/** An equation of this operation, or of one of these. */
export type EquationOf<K extends OpName> = { readonly [P in K]: Step<P> }[K];
export type Equation = EquationOf<OpName>;

/** The equation with other names for its arguments, and its result; itself when no name has changed. */
export function renamed(equation: Equation, name: (arg: Value) => Value, out: Value = equation.out): Equation {
  const { op, attributes, args, shape, origin } = equation;
  const moved = args.some((arg) => name(arg) !== arg);
  if (!moved && out === equation.out) return equation;
  return { op, attributes, args: moved ? eachArgument(op, args, name) : args, out, shape, origin } as Equation;
}

/** A named result. With `carry`, it becomes the next step's value of that `state` input (same shape). */
export interface Output {
  readonly name: string;
  readonly value: Value;
  readonly carry: string | null;
}

/**
 * A pure, straight-line tensor program. Equations are in dependency order; every value is defined exactly once;
 * input names are unique. Rank-0 outputs are what a run traces step by step.
 */
export interface Program {
  readonly equations: readonly Equation[];
  readonly outputs: readonly Output[];
}

/** The equation that defines a value. */
export function definition({ equations }: Program, value: Value): Equation {
  const equation = equations[value];
  if (!equation) throw new InternalError(`%${value} is not a value of this program`);
  return equation;
}

/** The number that fills a constant; null of anything else. */
export function fillOf({ op, attributes }: Equation): number | null {
  return op === "constant" && attributes.values.length === 1 ? (attributes.values[0] ?? null) : null;
}

/** The input equations, in order. */
export function inputsOf(program: Program): readonly EquationOf<"input">[] {
  return program.equations.filter((equation) => equation.op === "input");
}
