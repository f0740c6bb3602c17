import { unknownSize, usedTooEarly, valueAsSize } from "../diagnostics/catalogue/names.ts";
import { negativeSize, notASize } from "../diagnostics/catalogue/types.ts";
import type { Expr as Ast, Name, Stmt } from "../syntax/ast.ts";
import type { Dim } from "../model/model.ts";
import { guess, kindWord, namesOf, report, textOf, type Scope } from "./scope.ts";
import { addDims, multiplyDims, subtractDims } from "../model/sizes.ts";

/** The size an expression stands for, or null after a report. */
export function sizeOf(s: Scope, ast: Ast): Dim | null {
  const dim = read(s, ast);
  if (typeof dim === "number" && dim < 0) return report(s, negativeSize({ span: ast.span, size: dim }));
  return dim;
}

function read(s: Scope, ast: Ast): Dim | null {
  switch (ast.kind) {
    case "number":
      if (Number.isInteger(ast.value)) return ast.value;
      break;
    case "paren":
      return read(s, ast.inner);
    case "name":
      return named(s, ast);
    case "unary": {
      const operand = ast.op === "-" ? read(s, ast.operand) : null;
      if (ast.op === "-") return operand === null ? null : subtractDims(0, operand);
      break;
    }
    case "binary": {
      if (ast.op !== "+" && ast.op !== "-" && ast.op !== "*") break;
      const left = read(s, ast.left);
      const right = read(s, ast.right);
      if (left === null || right === null) return null;
      if (ast.op === "+") return addDims(left, right);
      if (ast.op === "-") return subtractDims(left, right);
      const product = multiplyDims(left, right);
      if (product !== null) return product;
      break;
    }
    default:
  }
  return report(s, notASize({ span: ast.span, text: textOf(s, ast.span) }));
}

function named(s: Scope, ast: Name): Dim | null {
  const { text: name, span } = ast;
  const entry = s.entries.get(name);
  switch (entry?.kind) {
    case "broken":
      return null;
    case "size":
      return name;
    case "const":
      return entry.type.size ?? report(s, notASize({ span, text: name }));
    case "data":
    case "param":
    case "latent":
    case "let":
    case "net":
    case "plate":
    case "partial-array":
    case "local":
    case "fun":
    case "captured":
      return report(s, valueAsSize({ span, name, is: kindWord(entry) }));
    default: {
      const declared = s.declarations.get(name);
      if (declared) return report(s, usedTooEarly({ span, name, declared }));
      const suggestion = guess(s, name, () => namesOf(s, "size", "const"));
      return report(s, unknownSize({ span, name, suggestion }));
    }
  }
}

/**
 * The names of sizes: those in the types of data that nothing else declares. They are read off the data all at once,
 * so that, unlike other names, they may be used above the data that tell them.
 */
export function declareSizes(s: Scope, statements: readonly Stmt[]): void {
  const visit = (ast: Ast): void => {
    if (ast.kind === "paren") visit(ast.inner);
    else if (ast.kind === "unary") visit(ast.operand);
    else if (ast.kind === "binary") [ast.left, ast.right].forEach(visit);
    else if (ast.kind === "name" && !s.declarations.has(ast.text) && !s.entries.has(ast.text)) {
      s.entries.set(ast.text, { kind: "size", span: ast.span });
      s.sizes.push(ast.text);
    }
  };
  for (const stmt of statements) if (stmt.kind === "data") stmt.type.dims.forEach(visit);
}
