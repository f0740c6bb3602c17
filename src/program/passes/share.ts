import { printProgram } from "../print.ts";
import type { Equation, Value } from "../program.ts";
import { dropUnused, rebuild, type Pass } from "../rewrite.ts";

/** The arguments in an order of their own where the operation does not mind. */
function ordered({ op, args }: Equation): readonly Value[] {
  if (op !== "add" && op !== "mul" && op !== "equal") return args;
  const [p, q] = args;
  return p > q ? [q, p] : args;
}

/** Constants up to this many entries are compared through their text, longer ones entry by entry. */
const SHORT = 8;

/** Computes equal equations once. The first one's origin stays. */
export const share: Pass = {
  name: "share",
  mayGrow: false,
  run: (program) => {
    const seen = new Map<string, Value[]>();
    let repeats = 0;
    const shared = rebuild(program, (b, equation) => {
      if (equation.op === "input") return b.copy(equation);
      const key = keyOf(equation);
      const earlier = seen.get(key);
      const twin = earlier?.find((value) => sameConstant(b.equation(value), equation));
      if (twin !== undefined) {
        repeats++;
        return twin;
      }
      const value = b.copy(equation);
      if (earlier) earlier.push(value);
      else seen.set(key, [value]);
      return value;
    });
    return dropUnused(repeats === 0 ? program : shared);
  },
};

function keyOf(equation: Equation): string {
  const { op, shape, attributes, args } = equation;
  if (op === "constant") {
    const values = attributes.values.slice(0, SHORT).map((x) => (Object.is(x, -0) ? "-0" : x));
    return `constant ${attributes.values.length} [${shape.join()}] ${values.join()}`;
  }
  // texts of bodies are compared whole
  if (op === "scan") {
    const { body, count, reverse } = attributes;
    return `scan ${args.join()} ${count} ${reverse} ${printProgram(body)}`;
  }
  let key = `${op} ${ordered(equation).join()} [${shape.join()}]`;
  for (const name in attributes)
    if (name !== "shape") key += ` ${String((attributes as Record<string, unknown>)[name])}`;
  return key;
}

function sameConstant(a: Equation, b: Equation): boolean {
  if (a.op !== "constant" || b.op !== "constant") return true;
  const [x, y] = [a.attributes.values, b.attributes.values];
  return x === y || x.every((value, i) => Object.is(value, y[i]));
}
