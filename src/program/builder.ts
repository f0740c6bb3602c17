import { InternalError, present } from "../base/assert.ts";
import type { Span } from "../diagnostics/span.ts";
import { sameShape, showShape, sizeOf, type Shape } from "../tensor/shape.ts";
import { eachArgument, type Arguments } from "./arity.ts";
import type { InputRole, OpName } from "./ops.ts";
import { inputsOf, type Equation, type Ops, type Origin, type Output, type Program, type Value } from "./program.ts";
import { scanParts } from "./scan.ts";
import { typeRules, type TypeRule } from "./types.ts";

/**
 * Writes a program equation by equation. Shapes are checked as they are written; meaning is left to the passes.
 * Mutation stays in here: `finish` returns a plain Program.
 */
export class Builder {
  readonly #equations: Equation[] = [];
  readonly #outputs: Output[] = [];
  readonly #inputs = new Map<string, Value>();
  #origin: Origin | null = null;

  /** Appends one equation. The typed methods below are how people call this. */
  emit<K extends OpName>(op: K, attributes: Ops[K], args: Arguments<K, Value>): Value {
    const rule: TypeRule<K> = typeRules[op];
    const shape = rule(
      attributes,
      eachArgument(op, args, (arg) => this.shapeOf(arg)),
    );
    const out = this.#equations.length as Value;
    this.#equations.push({ op, attributes, args, out, shape, origin: this.#origin } as Equation);
    return out;
  }

  /** Appends an equation of another program whose arguments are of this one, of the same shapes as before. */
  copy(equation: Equation): Value {
    const out = this.#equations.length as Value;
    this.#equations.push(equation.out === out ? equation : { ...equation, out });
    if (equation.op === "input") this.#inputs.set(equation.attributes.name, out);
    return out;
  }

  /** A builder that holds this program and can go on writing; values keep their numbers. */
  static resume(program: Program): Builder {
    const b = new Builder();
    for (const equation of program.equations) b.copy(equation);
    for (const { name, value, carry } of program.outputs) b.output(name, value, carry);
    return b;
  }

  /** The number of equations so far; the next value's number. */
  get length(): number {
    return this.#equations.length;
  }

  shapeOf(value: Value): Shape {
    return this.equation(value).shape;
  }

  /** The equation that defines a value. */
  equation(value: Value): Equation {
    const equation = this.#equations[value];
    if (!equation) throw new InternalError(`%${value} is not a value of this program`);
    return equation;
  }

  /** Equations written inside `body` remember this origin. */
  from<T>(span: Span, term: string, body: () => T): T {
    return this.withOrigin({ span, term }, body);
  }

  withOrigin<T>(origin: Origin | null, body: () => T): T {
    const before = this.#origin;
    this.#origin = origin;
    try {
      return body();
    } finally {
      this.#origin = before;
    }
  }

  output(name: string, value: Value, carry: string | null = null): void {
    if (this.#outputs.some((output) => output.name === name)) throw new InternalError(`two outputs are called ${name}`);
    const input = carry === null ? null : this.#inputs.get(carry);
    if (input === undefined) throw new InternalError(`${name} is carried to no input, ${carry}`);
    if (input !== null && !sameShape(this.shapeOf(input), this.shapeOf(value)))
      throw new InternalError(`${name} does not have the shape of ${carry}`);
    this.#outputs.push({ name, value, carry });
  }

  finish(): Program {
    return { equations: [...this.#equations], outputs: [...this.#outputs] };
  }

  // ---- sources

  /** The input of this name; asking again for the same one gives the same value. */
  input(name: string, shape: Shape, role: InputRole, noise?: "normal" | "uniform"): Value {
    const known = this.#inputs.get(name);
    if (known !== undefined) {
      if (!sameShape(this.shapeOf(known), shape))
        throw new InternalError(`input ${name} is ${showShape(this.shapeOf(known))}`);
      return known;
    }
    const value = this.emit("input", { name, shape, role, ...(noise ? { noise } : {}) }, []);
    this.#inputs.set(name, value);
    return value;
  }
  constant(value: number): Value {
    return this.emit("constant", { shape: [], values: [value] }, []);
  }
  fill(shape: Shape, value: number): Value {
    return this.emit("constant", { shape, values: [value] }, []);
  }
  array(shape: Shape, values: readonly number[]): Value {
    return this.emit("constant", { shape, values }, []);
  }
  /** 0, 1, ..., n - 1 */
  iota(n: number): Value {
    return this.array(
      [n],
      Array.from({ length: n }, (_, i) => i),
    );
  }

  // ---- elementwise, one argument

  neg = (x: Value): Value => this.emit("neg", {}, [x]);
  exp = (x: Value): Value => this.emit("exp", {}, [x]);
  expm1 = (x: Value): Value => this.emit("expm1", {}, [x]);
  log = (x: Value): Value => this.emit("log", {}, [x]);
  log1p = (x: Value): Value => this.emit("log1p", {}, [x]);
  sqrt = (x: Value): Value => this.emit("sqrt", {}, [x]);
  abs = (x: Value): Value => this.emit("abs", {}, [x]);
  sign = (x: Value): Value => this.emit("sign", {}, [x]);
  floor = (x: Value): Value => this.emit("floor", {}, [x]);
  sin = (x: Value): Value => this.emit("sin", {}, [x]);
  cos = (x: Value): Value => this.emit("cos", {}, [x]);
  atan = (x: Value): Value => this.emit("atan", {}, [x]);
  tanh = (x: Value): Value => this.emit("tanh", {}, [x]);
  sigmoid = (x: Value): Value => this.emit("sigmoid", {}, [x]);
  softplus = (x: Value): Value => this.emit("softplus", {}, [x]);
  lgamma = (x: Value): Value => this.emit("lgamma", {}, [x]);
  digamma = (x: Value): Value => this.emit("digamma", {}, [x]);
  trigamma = (x: Value): Value => this.emit("trigamma", {}, [x]);
  erf = (x: Value): Value => this.emit("erf", {}, [x]);
  logNdtr = (x: Value): Value => this.emit("log_ndtr", {}, [x]);
  stopGradient = (x: Value): Value => this.emit("stop", {}, [x]);

  // ---- elementwise, several arguments; shapes broadcast

  add = (a: Value, b: Value): Value => this.emit("add", {}, [a, b]);
  sub = (a: Value, b: Value): Value => this.emit("sub", {}, [a, b]);
  mul = (a: Value, b: Value): Value => this.emit("mul", {}, [a, b]);
  div = (a: Value, b: Value): Value => this.emit("div", {}, [a, b]);
  pow = (a: Value, b: Value): Value => this.emit("pow", {}, [a, b]);
  max = (a: Value, b: Value): Value => this.emit("max", {}, [a, b]);
  min = (a: Value, b: Value): Value => this.emit("min", {}, [a, b]);
  less = (a: Value, b: Value): Value => this.emit("less", {}, [a, b]);
  lessEqual = (a: Value, b: Value): Value => this.emit("less_equal", {}, [a, b]);
  equal = (a: Value, b: Value): Value => this.emit("equal", {}, [a, b]);
  where = (condition: Value, a: Value, b: Value): Value => this.emit("where", {}, [condition, a, b]);
  square = (x: Value): Value => this.mul(x, x);
  /** factor * x */
  scale = (factor: number, x: Value): Value => this.mul(this.constant(factor), x);
  /** x + amount */
  shift = (x: Value, amount: number): Value => this.add(x, this.constant(amount));

  // ---- shape

  reshape(x: Value, shape: Shape): Value {
    return sameShape(this.shapeOf(x), shape) ? x : this.emit("reshape", { shape }, [x]);
  }
  transpose(x: Value, permutation: readonly number[]): Value {
    const trivial = permutation.every((from, to) => from === to);
    return trivial ? x : this.emit("transpose", { permutation }, [x]);
  }
  broadcast(x: Value, shape: Shape): Value {
    return sameShape(this.shapeOf(x), shape) ? x : this.emit("broadcast", { shape }, [x]);
  }
  slice(x: Value, begin: readonly number[], size: readonly number[]): Value {
    return sameShape(this.shapeOf(x), size) ? x : this.emit("slice", { begin, size }, [x]);
  }
  pad(x: Value, before: readonly number[], after: readonly number[]): Value {
    return this.emit("pad", { before, after }, [x]);
  }
  /** Entries [from, from + length) of one axis; a negative axis counts from the end. */
  narrow(x: Value, axis: number, from: number, length: number): Value {
    const shape = this.shapeOf(x);
    const at = axis < 0 ? shape.length + axis : axis;
    return this.slice(
      x,
      shape.map((_, a) => (a === at ? from : 0)),
      shape.map((size, a) => (a === at ? length : size)),
    );
  }
  concat(parts: readonly Value[], axis: number): Value {
    const [first, ...more] = parts;
    return first !== undefined && more.length === 0 ? first : this.emit("concat", { axis }, parts);
  }
  /** Inserts an axis of size 1 before `axis`; -1 appends one. */
  expand(x: Value, axis: number): Value {
    const shape = this.shapeOf(x);
    const at = axis < 0 ? shape.length + 1 + axis : axis;
    return this.reshape(x, [...shape.slice(0, at), 1, ...shape.slice(at)]);
  }

  // ---- reductions; `axes` may be negative, in any order; none given means all

  sum = (x: Value, axes?: readonly number[]): Value => this.#reduce("sum", x, axes);
  reduceMax = (x: Value, axes?: readonly number[]): Value => this.#reduce("reduce_max", x, axes);
  logSumExp = (x: Value, axes?: readonly number[]): Value => this.#reduce("logsumexp", x, axes);
  mean(x: Value, axes?: readonly number[]): Value {
    const total = this.sum(x, axes);
    const count = sizeOf(this.shapeOf(x)) / sizeOf(this.shapeOf(total));
    return count === 1 ? total : this.scale(1 / count, total);
  }
  /** x less its logsumexp along the last axis: logs of shares that add up to 1. */
  logSoftmax = (x: Value): Value => this.sub(x, this.expand(this.logSumExp(x, [-1]), -1));
  cumsum(x: Value, axis: number, reverse = false): Value {
    const at = axis < 0 ? this.shapeOf(x).length + axis : axis;
    return this.emit("cumsum", { axis: at, reverse }, [x]);
  }

  // ---- linear algebra and indexing

  matmul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
    return this.emit("matmul", { transposeA, transposeB }, [a, b]);
  }
  cholesky = (a: Value): Value => this.emit("cholesky", {}, [a]);
  solveTriangular(a: Value, b: Value, transpose = false): Value {
    return this.emit("solve_triangular", { transpose }, [a, b]);
  }
  gather(x: Value, indices: Value, axis = 0): Value {
    return this.emit("gather", { axis }, [x, indices]);
  }
  scatterAdd(updates: Value, indices: Value, axis: number, size: number): Value {
    return this.emit("scatter_add", { axis, size }, [updates, indices]);
  }

  /**
   * A recurrence (see ops.ts) whose arguments go by the names of the body's inputs. The body's outputs by name: of a
   * carried one the value after the last iteration, of any other [count, ...].
   */
  scan(body: Program, count: number, args: ReadonlyMap<string, Value>, reverse = false): ReadonlyMap<string, Value> {
    const given = inputsOf(body).map(({ attributes: { name } }) => present(args.get(name), name));
    const packed = this.emit("scan", { body, count, reverse }, given);
    return new Map(
      scanParts(body, count).map(({ output, offset, shape }) => {
        const part = this.narrow(packed, 0, offset, sizeOf(shape));
        return [output.name, this.reshape(part, shape)];
      }),
    );
  }

  #reduce(op: "sum" | "reduce_max" | "logsumexp", x: Value, axes?: readonly number[]): Value {
    const rank = this.shapeOf(x).length;
    const all = axes ?? Array.from({ length: rank }, (_, axis) => axis);
    const normal = all.map((axis) => (axis < 0 ? rank + axis : axis)).sort((a, b) => a - b);
    return normal.length === 0 ? x : this.emit(op, { axes: normal }, [x]);
  }
}
