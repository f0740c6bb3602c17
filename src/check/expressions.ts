import {
  familyAsFunction,
  indexOutsidePlate,
  notAFunction,
  notAValue,
  unknownFunction,
  unknownName,
  usedTooEarly,
} from "../diagnostics/catalogue/names.ts";
import { readWhole } from "../diagnostics/catalogue/loops.ts";
import {
  emptyArray,
  namedInFunction,
  netInput,
  raggedArray,
  shapesDiffer,
  wrongArgument,
  wrongCount,
} from "../diagnostics/catalogue/types.ts";
import { shapeWords } from "../diagnostics/catalogue/make.ts";
import type { Span } from "../diagnostics/span.ts";
import { families } from "../distributions/index.ts";
import type { ArrayLiteral, BinaryOp, Call, Expr as Ast, Name } from "../syntax/ast.ts";
import { present, unreachable } from "../base/assert.ts";
import { sizeOf } from "./sizes.ts";
import type { LibraryFunction } from "../library/function.ts";
import { functionNamed, functions, operatorNames } from "../library/index.ts";
import { anyReal, hull } from "../model/ranges.ts";
import { local } from "./nodes.ts";
import { callFun } from "./userFunctions.ts";
import { odeRk4 } from "./ode.ts";
import { indexed } from "./indexing.ts";
import { functionSynonyms } from "./synonyms.ts";
import { compoundNames } from "../model/probabilities.ts";
import type { Expr, Range, ValueType } from "../model/model.ts";
import { guess, indexHint, joinPlates, kindWord, namesOf, partOf, plateNamed, report, type Scope } from "./scope.ts";
import { sameDims } from "../model/sizes.ts";
import { numberExpr, sizeExpr, valueType } from "../model/types.ts";
import { capturesRandom } from "../diagnostics/catalogue/functions.ts";

const binaryFunctions: { readonly [K in BinaryOp]: string } = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "^": "pow",
  "@": "matmul",
  "%": "mod",
  "<": "less",
  "<=": "less_equal",
  ">": "greater",
  ">=": "greater_equal",
  "==": "equal",
  "!=": "not_equal",
  "&&": "and",
  "||": "or",
};

/** A checked expression, or null after a report. */
export function expression(s: Scope, ast: Ast): Expr | null {
  const { written } = s;
  written.depth++;
  if (s.calls.length > 0) written.parts++;
  const checked = checkedAs(s, ast);
  written.depth--;
  return checked;
}

function checkedAs(s: Scope, ast: Ast): Expr | null {
  switch (ast.kind) {
    case "number":
      return numberExpr(ast.value, ast.span);
    case "paren": {
      const inner = expression(s, ast.inner);
      return inner && { ...inner, span: ast.span };
    }
    case "name":
      return named(s, ast);
    case "array":
      return array(s, ast);
    case "unary": {
      const operand = expression(s, ast.operand);
      return operand && apply(s, functionNamed(ast.op === "-" ? "neg" : "not"), [operand], ast.span);
    }
    case "binary": {
      const left = expression(s, ast.left);
      const right = expression(s, ast.right);
      if (!left || !right) return null;
      return apply(s, functionNamed(binaryFunctions[ast.op]), [left, right], ast.span, ast.op);
    }
    case "call":
      return called(s, ast);
    case "index":
      return indexed(s, ast, (part) => expression(s, part));
    default:
      return unreachable(ast, "checkedAs");
  }
}

function named(s: Scope, { text: name, span }: Name): Expr | null {
  const entry = s.entries.get(name);
  switch (entry?.kind) {
    case undefined:
      return report(s, unknown(s, name, span));
    case "broken":
      return null;
    case "size":
      return sizeExpr(name, span);
    case "const":
      return { kind: "const", span, type: entry.type, plates: [], name };
    case "data":
    case "param":
      return { kind: entry.kind, span, type: valueType(entry.declared), plates: [], name };
    case "latent":
    case "let": {
      // Declaring plates that are not around this use have become leading dimensions.
      const plates = joinPlates(s, entry.plates);
      const leading = entry.plates.slice(plates.length).map((id) => plateNamed(s, id).size);
      const type = { ...entry.type, shape: [...leading, ...entry.type.shape] };
      return { kind: entry.kind, span, type, plates, name };
    }
    case "plate": {
      const { size, id, from } = entry.plate;
      const upper = typeof size === "number" ? Math.max(0, size - 1) : Infinity;
      const type = { shape: [], integer: true, range: { lower: 0, upper } };
      const index: Expr = { kind: "plate-index", span, type, plates: [id], plate: id };
      if (from === null || from === 0) return index;
      return apply(s, functionNamed("add"), [index, sizeExpr(from, span)], span);
    }
    case "local":
      return { ...local(name, entry.value), span };
    case "captured": {
      const { fn, is, span: declared } = entry;
      return report(s, capturesRandom({ span, name, fn, is, declared }));
    }
    case "partial-array":
      return report(s, readWhole({ span, array: name, declared: entry.span }));
    case "fun": {
      const hint = `call it: \`${name}(...)\``;
      return report(s, notAValue({ span, name, is: "a function", hint }));
    }
    case "net": {
      const hint = `apply it: \`${name}(x)\``;
      return report(s, notAValue({ span, name, is: "a net", hint }));
    }
    default:
      return unreachable(entry, "named");
  }
}

function unknown(s: Scope, name: string, span: Span) {
  const declared = s.declarations.get(name);
  if (declared && !s.entries.has(name)) return usedTooEarly({ span, name, declared });
  const plate = s.closed.get(name);
  if (plate) return indexOutsidePlate({ span, name, plate });
  if (Object.hasOwn(functions, name))
    return notAValue({ span, name, is: "a function", hint: `write \`${functionNamed(name).signature}\`` });
  if (Object.hasOwn(families, name))
    return notAValue({ span, name, is: "a distribution", hint: `\`sample z ~ ${name}(...)\`` });
  const values = () => namesOf(s, "size", "const", "data", "param", "latent", "let", "plate");
  return unknownName({ span, name, suggestion: guess(s, name, values) });
}

function array(s: Scope, ast: ArrayLiteral): Expr | null {
  const checked = ast.elements.map((element) => expression(s, element));
  if (!complete(checked)) return null;
  const elements: readonly Expr[] = checked;
  const [first, ...rest] = elements;
  if (!first) return report(s, emptyArray({ span: ast.span }));
  const odd = rest.find((e) => !sameDims(e.type.shape, first.type.shape));
  if (odd) return report(s, raggedArray({ first: partOf(s, first), odd: partOf(s, odd) }));
  const type: ValueType = {
    shape: [elements.length, ...first.type.shape],
    integer: elements.every((element) => element.type.integer),
    range: elements.map((element) => element.type.range).reduce(hull),
  };
  const plates = joinPlates(
    s,
    elements.flatMap((element) => element.plates),
  );
  return { kind: "array", span: ast.span, type, plates, elements };
}

function called(s: Scope, ast: Call): Expr | null {
  const { text: name, span } = ast.callee;
  const entry = s.entries.get(name);
  if (entry?.kind === "net") return net(s, ast);
  if (entry?.kind === "fun") return callFun(s, ast, entry.fun, (inner, part) => expression(inner, part));
  if (name === "ode_rk4")
    return odeRk4(
      s,
      ast,
      (inner, part) => expression(inner, part),
      (fn, args, at) => apply(s, functionNamed(fn), args, at),
    );
  const fn = operatorNames.has(name) ? undefined : functions[name];
  if (!fn || !Object.hasOwn(functions, name)) {
    ast.args.forEach((arg) => expression(s, arg.value));
    // A `fun` was refused where it is defined, and a broken net where it is declared.
    if (entry?.kind === "broken") return null;
    return report(s, unknownCall(s, name, span));
  }
  const label = ast.args.find((arg) => arg.name)?.name;
  const from = fn.sizesFrom ?? Infinity;
  const args = ast.args.flatMap((arg, i) => (i < from ? [expression(s, arg.value)] : sizeArguments(s, arg.value)));
  if (label) return report(s, namedInFunction({ span: label.span, fn: name, signature: fn.signature }));
  if (!complete(args)) return null;
  return apply(s, fn, args, ast.span);
}

function unknownCall(s: Scope, name: string, span: Span) {
  if (Object.hasOwn(families, name) || compoundNames.includes(name)) return familyAsFunction({ span, name });
  const declared = s.declarations.get(name);
  if (declared && !s.entries.has(name)) return usedTooEarly({ span, name, declared });
  const entry = s.entries.get(name);
  if (entry) return notAFunction({ span, name, is: kindWord(entry) });
  const known = () => [...Object.keys(functions).filter((fn) => !operatorNames.has(fn)), ...namesOf(s, "net")];
  const suggestion = guess(s, name, known, functionSynonyms);
  return unknownFunction({ span, name, suggestion });
}

/** `[N, 2]` counts as two sizes. */
function sizeArguments(s: Scope, ast: Ast): (Expr | null)[] {
  const asts = ast.kind === "array" ? ast.elements : [ast];
  return asts.map((part) => {
    const size = sizeOf(s, part);
    return size === null ? null : sizeExpr(size, part.span);
  });
}

/** A function of the library at checked arguments. `symbol`: the operator, where it is written as one. */
export function apply(
  s: Scope,
  fn: LibraryFunction,
  args: readonly Expr[],
  span: Span,
  symbol: string | null = null,
): Expr | null {
  const { min, max } = fn.arity;
  if (args.length < min || args.length > max)
    return report(s, wrongCount({ fn: fn.name, span, found: args.length, signature: fn.signature }));
  const type = fn.type(args.map((arg) => arg.type));
  if ("misfit" in type) {
    const clash = differing(args);
    const elementwise = symbol === "@" ? false : symbol !== null || stretching.has(fn.name);
    if (clash && elementwise) {
      const what = `\`${symbol ?? fn.name}\``;
      const hint = indexHint(s, clash[1]) ?? indexHint(s, clash[0]);
      const [a, b] = [partOf(s, clash[0]), partOf(s, clash[1])];
      return report(s, shapesDiffer({ what, a, b, hint }));
    }
    const at = present(args[type.misfit.argument ?? 0], "the argument that does not fit");
    return report(
      s,
      wrongArgument({
        fn: symbol ?? fn.name,
        span: type.misfit.argument === null ? span : at.span,
        expected: type.misfit.expected,
        found: foundWords(s, at, type.misfit.expected),
        signature: fn.signature,
      }),
    );
  }
  const plates = joinPlates(s, ...args.map((arg) => arg.plates));
  return { kind: "call", span, type, plates, fn: fn.name, args };
}

/** Functions that are not operators and take arrays of equal shape. */
const stretching: ReadonlySet<string> = new Set(["where", "pow", "max", "min"]);

function differing(args: readonly Expr[]): readonly [Expr, Expr] | null {
  const [first, ...rest] = args.filter((arg) => arg.type.shape.length > 0);
  if (!first) return null;
  const odd = rest.find((arg) => !sameDims(arg.type.shape, first.type.shape));
  return odd ? [first, odd] : null;
}

function foundWords(s: Scope, expr: Expr, expected: string): string {
  if (expected.startsWith("a number")) return rangeWords(expr.type.range);
  if (expected.startsWith("whole")) return "real";
  return shapeWords(expr.type.shape);
}

/** "above 0", "between 0 and 1": what a range says, in words. */
export function rangeWords({ lower, upper }: Range): string {
  if (lower === upper) return String(lower);
  if (lower === -Infinity && upper === Infinity) return "any real number";
  if (upper === Infinity) return `at least ${lower}`;
  if (lower === -Infinity) return `at most ${upper}`;
  return `between ${lower} and ${upper}`;
}

function net(s: Scope, ast: Call): Expr | null {
  const entry = s.entries.get(ast.callee.text);
  const args = ast.args.map((arg) => expression(s, arg.value));
  if (entry?.kind !== "net" || !complete(args)) return null;
  const { name, input, output } = entry.net;
  const [arg] = args;
  if (!arg || args.length > 1)
    return report(s, wrongCount({ fn: name, span: ast.span, found: args.length, signature: `${name}(x)` }));
  const leading = arg.type.shape.length - input.length;
  if (leading < 0 || !sameDims(arg.type.shape.slice(leading), input))
    return report(s, netInput({ net: name, input, declared: entry.span, arg: partOf(s, arg) }));
  const type = { shape: [...arg.type.shape.slice(0, leading), ...output], integer: false, range: anyReal };
  return { kind: "net", span: ast.span, type, plates: arg.plates, net: name, arg };
}

export function complete<T>(values: readonly (T | null)[]): values is readonly NonNullable<T>[] {
  return values.every((value) => value !== null);
}
