import { present } from "../base/assert.ts";
import { notFinite, notFiniteIn32Bits, notReproduced } from "../diagnostics/catalogue/run.ts";
import { type Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Trace } from "../execute/executor.ts";
import { evaluateAll, evaluateEquation, type Inputs } from "../program/evaluate.ts";
import type { OpName } from "../program/ops.ts";
import type { Equation, Origin, Program, Value } from "../program/program.ts";
import { broadcastStrides, type HostTensor, type Shape, unravel } from "../tensor/shape.ts";

/** The entry of the tensor at which numbers stop being finite: its arguments still are. */
export interface Culprit {
  readonly equation: Equation;
  /** Flat index into the equation's result. */
  readonly entry: number;
  readonly result: number;
  /** The arguments' entries that it is computed from; null where those are many. */
  readonly args: readonly (number | null)[];
  /** Of the equation, or of the nearest one after it that has one. */
  readonly origin: Origin | null;
}

/**
 * Says why a traced output of one step is not finite: the step is computed again by the reference evaluator in 64
 * bits, then rounding every value to 32, and followed back from the output to the operation to blame.
 */
export function diagnose(
  program: Program,
  inputs: Inputs,
  failure: {
    readonly step: number;
    readonly output: string;
    readonly value: number;
    readonly executor: string;
  },
): Diagnostic {
  const attempts = [
    { values: evaluateAll(program, inputs), report: notFinite },
    { values: evaluateRounded(program, inputs), report: notFiniteIn32Bits },
  ];
  for (const { values, report } of attempts) {
    const scalars = program.outputs.flatMap(({ name, value }) => {
      const { shape, values: found } = tensorOf(values, value);
      return shape.length === 0 ? [{ name, value, found: entryOf(found, 0) }] : [];
    });
    const bad = scalars.find(({ found }) => !Number.isFinite(found));
    if (!bad) continue;
    const culprit = findCulprit(program, values, bad.value);
    return report({
      step: failure.step,
      output: bad.name,
      value: bad.found,
      origin: culprit.origin,
      operation: describe(culprit),
      result: culprit.result,
      entry: unravel(culprit.equation.shape, culprit.entry),
      hint: hintFor(culprit),
    });
  }
  return notReproduced(failure);
}

/** As `evaluateAll`, but every value is rounded to a 32-bit float: what an executor of that precision would see. */
export function evaluateRounded(program: Program, inputs: Inputs): readonly HostTensor[] {
  const values: HostTensor[] = [];
  for (const equation of program.equations) {
    const exact =
      equation.op === "input"
        ? present(inputs.get(equation.attributes.name), "an input").values
        : evaluateEquation(
            equation,
            equation.args.map((arg) => tensorOf(values, arg).shape),
            equation.args.map((arg) => tensorOf(values, arg).values),
          );
    values.push({ shape: equation.shape, values: exact.map(Math.fround) });
  }
  return values;
}

/** Follows a value that is not finite back to the operation that made it out of finite ones. */
export function findCulprit(program: Program, values: readonly HostTensor[], output: Value): Culprit {
  let at = output;
  let entry = 0;
  let origin: Origin | null = null;
  for (;;) {
    const equation = equationOf(program, at);
    origin = equation.origin ?? origin;
    const result = entryOf(tensorOf(values, at).values, entry);
    const read = equation.args.map((arg, nth) => {
      const given = tensorOf(values, arg).values;
      return sources(equation, nth, values, entry).map((from) => ({ arg, from, found: entryOf(given, from) }));
    });
    const candidates = read
      .flat()
      // An infinite constant stands there on purpose; whoever chose it is to blame
      .filter(({ arg, found }) => equationOf(program, arg).op !== "constant" && !Number.isFinite(found));
    const next = candidates.find(({ found }) => Object.is(found, result)) ?? candidates[0];
    if (!next) {
      const args = read.map(([first, ...more]) => (first && more.length === 0 ? first.found : null));
      return { equation, entry, result, args, origin };
    }
    at = next.arg;
    entry = next.from;
  }
}

function equationOf({ equations }: Program, value: Value): Equation {
  return present(equations[value], "an equation");
}

function tensorOf(values: readonly HostTensor[], value: Value): HostTensor {
  return present(values[value], "a value");
}

function entryOf(values: ArrayLike<number>, at: number): number {
  return present(values[at], "an entry");
}

/** Entries of argument `nth` that entry `entry` of the result was computed from. */
function sources(
  { op, attributes, args, shape }: Equation,
  nth: number,
  values: readonly HostTensor[],
  entry: number,
): readonly number[] {
  const [first, ...others] = args.map((arg) => tensorOf(values, arg));
  const { shape: from, values: given } = present(nth === 0 ? first : others[nth - 1], "an argument");
  const all = () => Array.from(given, (_, i) => i);
  switch (op) {
    case "sum":
    case "reduce_max":
    case "logsumexp": {
      const { axes } = attributes;
      const kept = from.map((size, axis) => (axes.includes(axis) ? 1 : size));
      return all().filter((i) => broadcastEntry(unravel(from, i), kept) === entry);
    }
    case "where":
      if (nth > 0 && first) {
        const chosen = first.values[broadcastEntry(unravel(shape, entry), first.shape)] !== 0 ? 1 : 2;
        if (nth !== chosen) return [];
      }
      return [broadcastEntry(unravel(shape, entry), from)];
    case "reshape":
      return [entry];
    default:
      return entrywise.has(op) ? [broadcastEntry(unravel(shape, entry), from)] : all();
  }
}

/** Operations whose result has one entry of each argument behind every entry of its own. */
const entrywise: ReadonlySet<OpName> = new Set<OpName>([
  "neg",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "abs",
  "sign",
  "floor",
  "sin",
  "cos",
  "atan",
  "tanh",
  "sigmoid",
  "softplus",
  "lgamma",
  "digamma",
  "trigamma",
  "erf",
  "log_ndtr",
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "max",
  "min",
  "less",
  "less_equal",
  "equal",
  "stop",
  "broadcast",
]);

/** The entry of a tensor of shape `shape` that lies at `at` once it is broadcast. */
function broadcastEntry(at: readonly number[], shape: Shape): number {
  const strides = broadcastStrides(shape);
  return at.slice(at.length - shape.length).reduce((sum, place, axis) => sum + place * (strides[axis] ?? 0), 0);
}

const signs: Partial<Record<OpName, string>> = { add: "+", sub: "-", mul: "*", div: "/" };

/** "log(-0.25)", "1 / 0". */
function describe({ equation, args, result }: Culprit): string {
  const { op } = equation;
  if (op === "input") return `input \`${equation.attributes.name}\``;
  if (op === "where" && !Number.isFinite(result)) return "a value outside the support: log density";
  const shown = args.map((arg) => (arg === null ? "..." : String(Number(arg.toPrecision(6)))));
  const sign = signs[op];
  return sign && shown.length === 2 ? shown.join(` ${sign} `) : `${op}(${shown.join(", ")})`;
}

function hintFor({ equation, args }: Culprit): string {
  const [first = null, second = null] = args;
  switch (equation.op) {
    case "log":
    case "sqrt":
    case "lgamma":
      if (first !== null && first < 0)
        return `keep the argument of \`${equation.op}\` positive: declare a bound such as \`real<0..>\``;
      return "keep the argument away from 0: declare a bound, or give it a prior that avoids 0";
    case "div":
      return second === 0
        ? "something is divided by 0: keep the denominator away from it with a bound or a prior"
        : "try a smaller learning rate";
    case "exp":
    case "expm1":
    case "pow":
      return "its argument is too large: tighten the prior, scale the data, or try a smaller learning rate";
    case "cholesky":
      return "the matrix is not positive definite: add a little to its diagonal";
    case "where":
      return "declare the support of the latent that leaves it";
    default:
      return "try a smaller learning rate, or data in units nearer 1";
  }
}

export interface NotFinite {
  readonly at: number;
  readonly output: string;
  readonly value: number;
}

/** The first step of a trace with an output that is not finite, the bound before the others. */
export function firstNotFinite(trace: Trace): NotFinite | null {
  const columns = Object.entries(trace).sort(([a], [b]) => Number(b === "bound") - Number(a === "bound"));
  const found = columns.flatMap(([output, values]) => {
    const at = values.findIndex((value) => !Number.isFinite(value));
    const value = values[at];
    return value === undefined ? [] : [{ at, output, value }];
  });
  return found.sort((a, b) => a.at - b.at)[0] ?? null;
}
