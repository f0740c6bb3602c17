import { lookUp } from "../../base/assert.ts";
import type { Builder } from "../builder.ts";
import type { OpName } from "../ops.ts";
import { definition, inputsOf, renamed, type Equation, type EquationOf, type Program, type Value } from "../program.ts";
import { givenTo } from "../scan.ts";
import { dropUnused, rebuild, rewriteAll, type Pass, type Rewrite } from "../rewrite.ts";

/** Other ways to look at an array: written where they are used, since a scan's argument has memory of its own. */
const views = ["reshape", "transpose", "slice", "broadcast", "stop"] as const satisfies readonly OpName[];
type View = EquationOf<(typeof views)[number]>;
const isView = (equation: Equation): equation is View => views.some((op) => op === equation.op);

/**
 * The bodies of scans: every other pass, inside; inputs that are one number throughout become that number, inputs that
 * nothing reads go, and what is the same in every turn is computed once, outside.
 */
export function bodies(inside: (body: Program) => Program): Pass {
  const scan: Rewrite<"scan"> = ({ b, fill }, equation) => {
    const { body } = equation.attributes;
    const args = givenTo(body, equation.args);
    const known = withConstants(body, (name) => fill(lookUp(args, name)));
    const better = hoist(b, inside(dropUnused(known)), args);
    if (better === body) return null;
    const given = inputsOf(better).map(({ attributes: { name } }) => lookUp(args, name));
    return b.emit("scan", { ...equation.attributes, body: better }, given);
  };
  return {
    name: "bodies",
    mayGrow: true,
    run: (program) =>
      rewriteAll(program, (context, equation) => (equation.op === "scan" ? scan(context, equation) : null)),
  };
}

/** Rows and shared arguments that hold one number throughout become constants. */
function withConstants(body: Program, fill: (input: string) => number | null): Program {
  const number = (equation: Equation): number | null =>
    equation.op === "input" && equation.attributes.role !== "state" ? fill(equation.attributes.name) : null;
  if (body.equations.every((equation) => number(equation) === null)) return body;
  return rebuild(body, (b, equation) => {
    const value = number(equation);
    return value === null ? b.copy(equation) : b.fill(equation.shape, value);
  });
}

/** What does not change from turn to turn, written in front of the scan; `args` grows by what the body then needs. */
function hoist(b: Builder, body: Program, args: Map<string, Value>): Program {
  const fixed = fixedValues(body);
  const wanted = new Set<Value>();
  const behind = (value: Value): Equation => {
    const equation = definition(body, value);
    return isView(equation) ? behind(equation.args[0]) : equation;
  };
  const want = (value: Value): void => {
    if (!fixed.has(value)) return;
    const { op, out } = behind(value);
    if (op !== "input" && op !== "constant") wanted.add(out);
  };
  for (const equation of body.equations) if (!fixed.has(equation.out)) equation.args.forEach(want);
  for (const { value } of body.outputs) want(value);
  if (wanted.size === 0) return body;

  const outside = new Map<Value, Value>();
  for (const equation of body.equations) {
    if (!fixed.has(equation.out)) continue;
    const value =
      equation.op === "input"
        ? lookUp(args, equation.attributes.name)
        : b.copy(renamed(equation, (arg) => lookUp(outside, arg)));
    outside.set(equation.out, value);
  }
  let number = 0;
  const names = new Map<Value, string>();
  for (const value of wanted) {
    while (args.has(`same ${number}`)) number++;
    names.set(value, `same ${number}`);
    args.set(`same ${number}`, lookUp(outside, value));
  }
  return dropUnused(
    rebuild(body, (inner, equation, before) => {
      const name = names.get(before.out);
      return name === undefined ? inner.copy(equation) : inner.input(name, equation.shape, "data");
    }),
  );
}

/** Values that depend on shared arguments and constants alone. */
function fixedValues({ equations }: Program): ReadonlySet<Value> {
  const fixed = new Set<Value>();
  for (const { op, attributes, args, out } of equations) {
    const own = op !== "input" || attributes.role === "data";
    if (own && args.every((arg) => fixed.has(arg))) fixed.add(out);
  }
  return fixed;
}
