import { assert } from "../../../base/assert.ts";
import type { FunctionBuilder, FunctionRef, ModuleBuilder } from "../wasm/assembler.ts";
import { exp, expm1, sigmoid, softplus, tanh } from "./exponential.ts";
import { digamma, lgamma, trigamma } from "./gamma.ts";
import { erf, logNdtr } from "./gaussian.ts";
import {
  lanes,
  narrow,
  widen,
  type Calls,
  type Format,
  type Lanes,
  type MathName,
  type Register,
  type UnaryName,
  type Vector,
  type Write,
} from "./lanes.ts";
import { log, log1p } from "./logarithm.ts";
import { pow } from "./power.ts";
import { largeReduction } from "./reduce.ts";
import { atan, cos, sin } from "./trigonometry.ts";

export type { MathName, Register, UnaryName, Vector } from "./lanes.ts";

/** Vectors of four numbers, or of two. */
export type Precision = "float32" | "float64";
const formats = { float32: "f32", float64: "f64" } as const;

type Unary = (v: Lanes, x: Register) => Vector;

/** In single precision by way of double: where float32 arithmetic would lose too much to cancellation. */
const byWide =
  (name: UnaryName, write: Unary): Unary =>
  (v, x) => {
    if (v.format !== "f32") return write(v, x);
    const [low, high] = widen(x).map((half) => v.calls.unary(name, "wide", half));
    return narrow(low!, high!);
  };

/** x where it is 0 or NaN, else 1 with the sign of x. */
const sign: Unary = (v, x) => v.where(v.gt(v.abs(x), 0), v.withSign(v.constant(1), x), x);

const writers: { readonly [N in MathName]: Write } = {
  exp: (v, x) => exp(v, x),
  expm1,
  log,
  log1p,
  tanh,
  sigmoid,
  softplus,
  erf,
  log_ndtr: byWide("log_ndtr", logNdtr),
  lgamma: byWide("lgamma", lgamma),
  digamma: byWide("digamma", digamma),
  trigamma: byWide("trigamma", trigamma),
  sin,
  cos,
  atan,
  sign,
  pow,
};

/** Every function that `emitMath` knows. */
export const mathNames: readonly MathName[] = Object.keys(writers) as MathName[];

/**
 * Writes a function of the module that computes `name` in every lane of a vector by itself, unless the module has it
 * already, and whatever it calls. Vectors in, a vector out; `pow` takes two.
 *
 *     const exp = module.find(emitMath(module, "exp", "float32"));
 *
 * Special values, signed zeros, subnormal numbers and NaN are those of JavaScript's `Math` and of numeric/special.ts,
 * but for the -0 that some of those give where a result underflows. How far a result is from the exact one at most, in
 * units of its last place; measured against 40 digits, and rounded up (the tests hold every row to it):
 *
 * |                | float32 | float64                                                   |
 * | -------------- | ------- | --------------------------------------------------------- |
 * | exp            | 1.1     | 1.1                                                       |
 * | log            | 1       | 1                                                         |
 * | log1p          | 1.5     | 1.5                                                       |
 * | expm1, atan    | 2       | 2                                                         |
 * | sin, cos       | 2.5     | 2.5, for any size of the angle                            |
 * | sigmoid        | 2.5     | 2.5                                                       |
 * | tanh, softplus | 3       | 3                                                         |
 * | erf            | 3.5     | 3.5                                                       |
 * | log_ndtr       | 1       | 8                                                         |
 * | lgamma         | 1       | 40, of the larger of 1 and the result: 9e-15              |
 * | digamma        | 1       | 16, of the larger of 1 and the result: 4e-15              |
 * | trigamma       | 1       | 6                                                         |
 * | pow            | 1       | 1.5 where the result is within e^-20 and e^20; 64 beyond  |
 *
 * For lgamma and digamma in float32 that is of the larger of 2^-10 and the result, and of 1 for x < 0.
 */
export function emitMath(module: ModuleBuilder, name: MathName, precision: Precision): string {
  return mathFunction(module, name, formats[precision]).name;
}

/**
 * The same computation written in place, without a call: for an inner loop of little else. Rare arguments still go to
 * functions of the module. The result is in a register of its own; the others that it took are free again.
 */
export function inlineMath(
  module: ModuleBuilder,
  f: FunctionBuilder,
  name: MathName,
  precision: Precision,
  ...args: readonly Vector[]
): Register {
  assert(args.length === (name === "pow" ? 2 : 1), `${name} of ${args.length} arguments`);
  const out = f.local("v128");
  f.scope(() => {
    const v = lanes(f, formats[precision], callsOf(module, f));
    f.set(out, writers[name](v, ...args.map((arg) => f.let(arg))));
  });
  return out;
}

function mathFunction(module: ModuleBuilder, name: MathName, format: Format): FunctionRef {
  return piece(module, name, format, name === "pow" ? 2 : 1, writers[name]);
}

/** The module's function of this name and format, written now if there is none yet. */
function piece(module: ModuleBuilder, name: string, format: Format, arity: number, write: Write): FunctionRef {
  const full = `${name}_${format}`;
  const found = module.find(full);
  if (found) return found;
  const params = Array.from({ length: arity }, () => "v128" as const);
  const ref = module.declare(full, params, ["v128"]);
  module.define(ref, (f, ...x) => write(lanes(f, format, callsOf(module, f)), ...x));
  return ref;
}

function callsOf(module: ModuleBuilder, f: FunctionBuilder): Calls {
  const call = (ref: FunctionRef, args: readonly Vector[]): Vector =>
    f.call(ref as FunctionRef<readonly "v128"[], readonly ["v128"]>, ...args);
  return {
    unary: (name, format, x) => call(mathFunction(module, name, format), [x]),
    pow: (format, x, y) => call(mathFunction(module, "pow", format), [x, y]),
    piece: (name, format, write, ...x) => call(piece(module, name, format, x.length, write), x),
    reduceLarge: (angle, quadrant, x) => f.callInto([angle, quadrant], largeReduction(module), x),
  };
}
