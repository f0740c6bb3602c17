import type { OpName } from "./ops.ts";
import type { Ops } from "./program.ts";

/** How an attribute is written: `axis = 1`, `axes = [0, 2]`, `reverse = true`, `name = "x"`. */
export type AttributeKind = "number" | "numbers" | "boolean" | "string" | "program";

type AnyAttribute<K extends OpName> = { readonly [A in keyof Ops[K]]-?: AttributeKind };

const none = {};
const axes = { axes: "numbers" } as const;
const shape = { shape: "numbers" } as const;

/** The attributes of every operation in the order they are printed; the shape of the result is printed once, in front. */
export const attributeKinds: { readonly [K in OpName]: Readonly<AnyAttribute<K>> } = {
  input: { name: "string", shape: "numbers", role: "string", noise: "string" },
  constant: { shape: "numbers", values: "numbers" },

  neg: none,
  exp: none,
  expm1: none,
  log: none,
  log1p: none,
  sqrt: none,
  abs: none,
  sign: none,
  floor: none,
  sin: none,
  cos: none,
  atan: none,
  tanh: none,
  sigmoid: none,
  softplus: none,
  lgamma: none,
  digamma: none,
  trigamma: none,
  erf: none,
  log_ndtr: none,

  add: none,
  sub: none,
  mul: none,
  div: none,
  pow: none,
  max: none,
  min: none,
  less: none,
  less_equal: none,
  equal: none,
  where: none,
  stop: none,

  reshape: shape,
  transpose: { permutation: "numbers" },
  broadcast: shape,
  slice: { begin: "numbers", size: "numbers" },
  pad: { before: "numbers", after: "numbers" },
  concat: { axis: "number" },

  sum: axes,
  reduce_max: axes,
  logsumexp: axes,
  cumsum: { axis: "number", reverse: "boolean" },

  matmul: { transposeA: "boolean", transposeB: "boolean" },
  cholesky: none,
  solve_triangular: { transpose: "boolean" },

  gather: { axis: "number" },
  scatter_add: { axis: "number", size: "number" },

  scan: { count: "number", reverse: "boolean", body: "program" },
};
