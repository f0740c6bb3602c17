import { sizeOf } from "../../tensor/shape.ts";
import { elementwiseOps } from "../arity.ts";
import { evaluateEquation } from "../evaluate.ts";
import type { OpName } from "../ops.ts";
import { fillOf, type Equation, type EquationOf } from "../program.ts";
import { rewriteAll, type Pass, type Rewrite } from "../rewrite.ts";

/** A folded constant is stored in the program, so it may not be larger than a person would write. */
const LARGEST_RESULT = 4096;
/** Larger constants are not worth evaluating while compiling. */
const LARGEST_ARGUMENT = 65536;

/** Results that hold one number throughout when the argument does. */
const spreading: ReadonlySet<OpName> = new Set([...(["reshape", "transpose", "broadcast", "slice"] as const)]);

/** Evaluates equations of constants. A constant filled with one number stays so, whatever its size. */
export const fold: Pass = {
  name: "fold",
  mayGrow: false,
  run: (program) => rewriteAll(program, foldOne),
};

const foldOne: Rewrite = ({ b, fill }, equation) => {
  const { op, args, shape } = equation;
  if (args.length === 0) return null;
  for (const arg of args) if (b.equation(arg).op !== "constant") return null;
  const constants = args.map((arg) => b.equation(arg) as EquationOf<"constant">);

  const numbers = args.map(fill);
  if (numbers.every((number) => number !== null)) {
    const [number] = spreading.has(op) ? numbers : elementwiseOps.has(op) ? ofNumbers(equation, numbers) : [];
    if (number !== undefined) return b.fill(shape, number);
  }
  const largest = Math.max(...constants.map((constant) => sizeOf(constant.shape)));
  if (sizeOf(shape) > LARGEST_RESULT || largest > LARGEST_ARGUMENT) return null;
  const values = evaluateEquation(
    equation,
    constants.map((constant) => constant.shape),
    constants.map((constant) => expanded(constant)),
  );
  const [first] = values;
  const uniform = first !== undefined && values.every((value) => Object.is(value, first));
  return uniform ? b.fill(shape, first) : b.array(shape, [...values]);
};

/** An elementwise operation on single numbers. */
function ofNumbers(equation: Equation, numbers: readonly number[]): Float64Array {
  const scalars = numbers.map((number) => Float64Array.of(number));
  return evaluateEquation(
    { ...equation, shape: [] },
    scalars.map(() => []),
    scalars,
  );
}

function expanded(constant: EquationOf<"constant">): Float64Array {
  const number = fillOf(constant);
  return number === null
    ? Float64Array.from(constant.attributes.values)
    : new Float64Array(sizeOf(constant.shape)).fill(number);
}
