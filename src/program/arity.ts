import type { OpName } from "./ops.ts";

/** Elementwise operations of one argument. */
export const unaryOps = [
  ...(["neg", "exp", "expm1", "log", "log1p", "sqrt", "abs", "sign", "floor", "sin"] as const),
  ...(["cos", "atan", "tanh", "sigmoid", "softplus", "lgamma", "digamma", "trigamma"] as const),
  ...(["erf", "log_ndtr", "stop"] as const),
] as const satisfies readonly OpName[];
export type UnaryOp = (typeof unaryOps)[number];

/** Elementwise operations of two arguments, which broadcast. */
export const binaryOps = [
  ...(["add", "sub", "mul", "div", "pow", "max", "min", "less", "less_equal", "equal"] as const),
] as const satisfies readonly OpName[];
export type BinaryOp = (typeof binaryOps)[number];

const others = {
  input: 0,
  constant: 0,
  where: 3,
  reshape: 1,
  transpose: 1,
  broadcast: 1,
  slice: 1,
  pad: 1,
  concat: "any",
  sum: 1,
  reduce_max: 1,
  logsumexp: 1,
  cumsum: 1,
  matmul: 2,
  cholesky: 1,
  solve_triangular: 2,
  gather: 2,
  scatter_add: 2,
  scan: "any",
} as const;

/** The number of arguments of every operation. */
export const arity = {
  ...others,
  ...each(unaryOps, 1),
  ...each(binaryOps, 2),
} satisfies { readonly [K in OpName]: keyof Rows<unknown> };

/** Rows of things by their number. */
interface Rows<T> {
  readonly 0: readonly [];
  readonly 1: readonly [T];
  readonly 2: readonly [T, T];
  readonly 3: readonly [T, T, T];
  readonly any: readonly T[];
}

/** One thing for each argument of an operation: `Arguments<"mul", Shape>` is a pair of shapes. */
export type Arguments<K extends OpName, T> = Rows<T>[(typeof arity)[K]];

/** Another thing for each argument. */
export function eachArgument<K extends OpName, T, U>(
  op: K,
  args: Arguments<K, T>,
  change: (arg: T, at: number) => U,
): Arguments<K, U>;
export function eachArgument<T, U>(_: OpName, args: readonly T[], change: (arg: T, at: number) => U): readonly U[] {
  return args.map(change);
}

/** Every entry of the result depends on the entries at the same place, under broadcasting. */
export const elementwiseOps: ReadonlySet<OpName> = new Set([...unaryOps, ...binaryOps, "where"]);

function each<K extends OpName, N extends number>(ops: readonly K[], count: N): { readonly [P in K]: N } {
  return Object.fromEntries(ops.map((op) => [op, count])) as { [P in K]: N };
}
