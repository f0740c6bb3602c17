import fc from "fast-check";
import { Builder } from "../../src/program/builder.ts";
import type { Program, Value } from "../../src/program/program.ts";
import { broadcastShapes, hostTensor, sameShape, sizeOf, type HostTensor, type Shape } from "../../src/tensor/shape.ts";
import { recurrence, type Turn } from "./scans.ts";

export interface Sample {
  readonly program: Program;
  readonly inputs: Map<string, HostTensor>;
}

/** One line of a random program: which operation, on which of the values so far, and numbers for its attributes. */
type Line = readonly [kind: number, arg: number, arg2: number, arg3: number, number: number];

/**
 * Random well-typed programs that use most of the vocabulary, with inputs. Values stay within a few units and away from
 * poles; comparisons, `floor` and the like see only multiples of 1/4 shifted by 1/8, so that rounding, float32
 * included, never changes a branch. Every value is finite.
 */
export function programs(size: { readonly maxLines?: number } = {}): fc.Arbitrary<Sample> {
  const number = fc.nat({ max: 1000 });
  const line = fc.tuple(number, number, number, number, number);
  const lines = fc.array(line, { minLength: 1, maxLength: size.maxLines ?? 12, size: "max" });
  const entries = fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 32, maxLength: 32 });
  return fc.tuple(lines, entries).map(([all, quarters]) => write(all, quarters));
}

const inputShapes: readonly Shape[] = [[], [2], [3], [2, 3], [3, 2], [2, 1, 3], [2, 2]];

function write(lines: readonly Line[], quarters: readonly number[]): Sample {
  const b = new Builder();
  const inputs = new Map<string, HostTensor>();
  const pool: Value[] = [];
  /** Values whose entries are multiples of 1/4. */
  const exact: Value[] = [];

  inputShapes.forEach((shape, i) => {
    const name = `x${i}`;
    const values = Array.from({ length: sizeOf(shape) }, (_, at) => quarters[(5 * i + at) % quarters.length]! / 4);
    inputs.set(name, hostTensor(shape, values));
    const value = b.input(name, shape, i % 2 === 0 ? "state" : "data");
    pool.push(value);
    exact.push(value);
  });
  pool.push(b.array([3], [0.5, -1, 2]), b.constant(1.5), b.fill([2, 3], -0.5), b.constant(1));

  lines.forEach((line, i) => {
    const span = { start: i, end: i + line.length };
    b.from(span, `line ${i} of "x"`, () => pool.push(writeLine(b, pool, exact, line)));
  });
  // Everything that no other equation reads is an output, and so is a number that depends on all of them.
  const read = new Set(b.finish().equations.flatMap(({ args }) => args));
  const loose = pool.filter((value) => !read.has(value) && b.equation(value).op !== "input");
  const ends = loose.length === 0 ? pool.slice(-1) : loose;
  ends.forEach((value, i) => b.output(`y${i}`, value));
  b.output(
    "total",
    ends.map((value) => b.mean(value)).reduce((p, q) => b.add(p, q)),
  );
  b.output("x0'", b.tanh(b.sum(ends[0]!)), "x0");
  return { program: b.finish(), inputs };
}

function writeLine(
  b: Builder,
  pool: readonly Value[],
  exact: readonly Value[],
  [kind, arg, arg2, arg3, number]: Line,
): Value {
  const x = pool[arg % pool.length]!;
  const shape = b.shapeOf(x);
  const rank = shape.length;
  const axis = rank === 0 ? 0 : number % rank;
  const fitting = (to: Shape, values = pool): Value => {
    const some = values.filter((value) => broadcastShapes(b.shapeOf(value), to) !== null);
    return some[arg2 % some.length]!;
  };
  const y = fitting(shape);
  const tame = (value: Value): Value => b.tanh(value);
  const positive = (value: Value): Value => b.shift(b.softplus(value), 0.25);
  const condition = (): Value => {
    const p = exact[arg3 % exact.length]!;
    const threshold = b.constant((number % 8) / 4 - 0.875);
    return arg2 % 2 === 0 ? b.less(p, threshold) : b.lessEqual(threshold, p);
  };
  const whole = (count: number): Value => b.array([3], [number % count, (number + 1) % count, arg3 % count]);

  const kinds: readonly (() => Value)[] = [
    () => b.neg(x),
    () => b.exp(tame(x)),
    () => b.exp(b.neg(b.abs(b.shift(x, 0.06)))),
    () => b.expm1(tame(x)),
    () => b.log(positive(x)),
    () => b.log(b.exp(tame(x))),
    () => b.log(b.shift(b.exp(tame(x)), 1)),
    () => b.log(b.sigmoid(x)),
    () => b.log(b.sub(b.constant(1), b.sigmoid(tame(x)))),
    () => b.log(b.sum(b.exp(tame(x)), rank === 0 ? [] : [axis])),
    () => b.log1p(positive(x)),
    () => b.sqrt(positive(x)),
    () => b.abs(b.shift(x, 0.06)),
    () => b.mul(b.sign(b.shift(exact[arg % exact.length]!, 0.125)), b.constant(0.5)),
    () => b.floor(b.shift(exact[arg % exact.length]!, 0.125)),
    () => b.sin(x),
    () => b.cos(x),
    () => b.atan(x),
    () => b.tanh(x),
    () => b.sigmoid(x),
    () => b.softplus(x),
    () => b.lgamma(positive(x)),
    () => b.digamma(positive(x)),
    () => tame(b.trigamma(b.shift(b.stopGradient(b.abs(x)), 1))),
    () => b.erf(x),
    () => b.logNdtr(x),
    () => b.stopGradient(x),
    () => tame(b.add(x, y)),
    () => tame(b.sub(x, y)),
    () => tame(b.mul(x, y)),
    () => tame(b.div(x, positive(y))),
    () => tame(b.pow(positive(tame(x)), tame(y))),
    () => tame(b.square(x)),
    () => b.scale((number % 5) - 2, tame(x)),
    () => b.shift(tame(x), (number % 5) - 2),
    () => b.max(x, b.constant(0.3)),
    () => b.min(b.scale(0.9, x), b.constant(0.3)),
    () => {
      const c = condition();
      const to = broadcastShapes(b.shapeOf(c), shape);
      return b.where(to === null ? b.constant(number % 2) : c, x, b.constant(0.5));
    },
    () => b.where(b.equal(exact[0]!, b.constant(0.5)), tame(x), b.neg(x)),
    () => b.reshape(x, [sizeOf(shape)]),
    () => b.reshape(x, [1, ...shape]),
    () => (rank < 2 ? b.neg(x) : b.transpose(x, [...shape.keys()].reverse())),
    () => (rank > 3 ? b.neg(x) : b.broadcast(x, [2, ...shape])),
    () => (rank === 0 ? x : b.narrow(x, axis, number % shape[axis]!, 1)),
    () =>
      b.pad(
        x,
        shape.map(() => number % 2),
        shape.map(() => arg3 % 2),
      ),
    () => (rank === 0 ? x : b.concat([x, tame(x), x], axis)),
    () => b.mean(x, rank === 0 ? [] : [axis]),
    () => tame(b.sum(x)),
    () => tame(b.sum(b.sum(b.broadcast(x, [2, ...shape]), [0]))),
    () => (rank === 0 ? x : b.reduceMax(b.add(x, spread(b, shape)), [axis])),
    () => b.logSumExp(x, rank === 0 ? [] : [axis]),
    () => (rank === 0 ? x : tame(b.cumsum(x, axis, number % 2 === 0))),
    () => tame(b.matmul(asMatrix(b, x), asMatrix(b, x), number % 2 === 0, number % 2 === 1)),
    () => b.cholesky(definite(b, x)),
    () => tame(b.solveTriangular(b.cholesky(definite(b, x)), asMatrix(b, tame(x)), arg3 % 2 === 0)),
    () => (rank === 0 ? x : b.gather(x, whole(shape[axis]!), axis)),
    () => (shape[axis] !== 3 ? x : tame(b.scatterAdd(x, whole(4), axis, 4))),
    () => scanned(b, x, fitting(shape), kind + arg3),
    () => scanned(b, b.tanh(x), fitting(shape), arg3),
  ];
  const value = kinds[kind % kinds.length]!();
  // Shapes do not run away either.
  return sizeOf(b.shapeOf(value)) > 64 ? b.mean(value) : value;
}

/** A recurrence over the leading axis of x, or three turns of it all: contractive, so that it stays small. */
function scanned(b: Builder, x: Value, p: Value, number: number): Value {
  const shape = b.shapeOf(x);
  const rows = shape.length > 0 ? x : b.broadcast(x, [3]);
  const [count, ...own] = b.shapeOf(rows);
  const s = number % 2 === 0 ? b.fill(own, 0.25) : b.reshape(b.narrow(rows, 0, 0, 1), own);
  const shared = broadcastShapes(b.shapeOf(p), own);
  const fits = shared !== null && sameShape(shared, own);
  const turns: readonly Turn[] = [
    (t, v) => t.tanh(t.add(t.mul(v.p, v.s), v.x)),
    (t, v) => t.add(t.scale(0.5, v.s), t.sin(t.mul(v.x, v.p))),
    (t, v) => t.sigmoid(t.add(v.x, t.add(t.mean(v.s), t.exp(t.neg(t.square(v.p)))))),
    (t, v) => t.atan(t.add(t.mul(v.s, v.s), t.sub(v.x, v.p))),
  ];
  const turn = turns[number % turns.length]!;
  const all = recurrence(b, turn, { s, x: rows, p: fits ? p : b.constant(0.5) }, number % 3 === 0);
  return number % 5 === 0 ? all : b.reshape(b.narrow(all, 0, count! - 1, 1), own);
}

/** Unequal numbers on a tensor of this shape, so that the largest is far from a tie. */
function spread(b: Builder, shape: Shape): Value {
  const n = sizeOf(shape);
  return b.array(
    shape,
    Array.from({ length: n }, (_, i) => ((i * 7) % 11) * 1.7),
  );
}

/** At least rank 2. */
function asMatrix(b: Builder, x: Value): Value {
  const shape = b.shapeOf(x);
  return shape.length >= 2 ? x : b.reshape(x, [sizeOf(shape), 1]);
}

/** A A' + I */
function definite(b: Builder, x: Value): Value {
  const a = asMatrix(b, b.tanh(x));
  const n = b.shapeOf(a).at(-2)!;
  const eye = Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  return b.add(b.matmul(a, a, false, true), b.array([n, n], eye));
}

/** The largest difference between two runs' outputs, relative to max(1, |value|); Infinity where only one is finite. */
export function distance(a: ReadonlyMap<string, HostTensor>, b: ReadonlyMap<string, HostTensor>): number {
  if (a.size !== b.size) return Infinity;
  let worst = 0;
  for (const [name, { shape, values }] of a) {
    const other = b.get(name);
    if (!other || !sameShape(shape, other.shape)) return Infinity;
    values.forEach((value, i) => {
      const gap = Math.abs(value - other.values[i]!) / Math.max(1, Math.abs(value));
      if (!Object.is(value, other.values[i]) && !(gap <= worst)) worst = Number.isNaN(gap) ? Infinity : gap;
    });
  }
  return worst;
}
