import type { OpName } from "./ops.ts";

/** Elementwise operations of one argument. */
export const unaryOps = [
  ...(["neg", "exp", "expm1", "log", "log1p", "sqrt", "abs", "sign", "floor", "sin"] as const),
  ...(["cos", "atan", "tanh", "sigmoid", "softplus", "lgamma", "digamma", "trigamma"] as const),
  ...(["erf", "log_ndtr", "stop"] as const),
] as const satisfies readonly OpName[];

/** Elementwise operations of two arguments, which broadcast. */
export const binaryOps = [
  ...(["add", "sub", "mul", "div", "pow", "max", "min", "less", "less_equal", "equal"] as const),
] as const satisfies readonly OpName[];

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
export const arity: { readonly [K in OpName]: number | "any" } = {
  ...others,
  ...each(unaryOps, 1),
  ...each(binaryOps, 2),
};

/** Every entry of the result depends on the entries at the same place, under broadcasting. */
export const elementwiseOps: ReadonlySet<OpName> = new Set([...unaryOps, ...binaryOps, "where"]);

function each<K extends OpName>(ops: readonly K[], count: number): { readonly [P in K]: number } {
  return Object.fromEntries(ops.map((op) => [op, count])) as { [P in K]: number };
}
