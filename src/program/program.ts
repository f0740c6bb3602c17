import type { Span } from "../diagnostics/span.ts";
import type { Shape } from "../tensor/shape.ts";
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

/** `%out = op(%args)`: one single-assignment step. */
export type Equation = {
  readonly [K in OpName]: {
    readonly op: K;
    readonly attributes: Ops[K];
    readonly args: readonly Value[];
    readonly out: Value;
    readonly shape: Shape;
    readonly origin: Origin | null;
  };
}[OpName];
export type EquationOf<K extends OpName> = Extract<Equation, { readonly op: K }>;

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

/** The input equations, in order. */
export function inputsOf(program: Program): readonly EquationOf<"input">[] {
  return program.equations.filter((equation) => equation.op === "input");
}
