import { suggest } from "../diagnostics/suggest.ts";
import { unknownSize, usedTooEarly, valueAsSize } from "../diagnostics/catalogue/names.ts";
import { negativeSize, notASize } from "../diagnostics/catalogue/types.ts";
import type { Expr as Ast, Name } from "../syntax/ast.ts";
import type { Dim } from "./model.ts";
import { kindWord, namesOf, report, textOf, type Scope } from "./scope.ts";
import { addDims, multiplyDims, subtractDims } from "./sizes.ts";

/** The size an expression stands for, or null after a report. `fresh`: unknown names become sizes (data types). */
export function sizeOf(s: Scope, ast: Ast, fresh = false): Dim | null {
  const dim = read(s, ast, fresh);
  if (typeof dim === "number" && dim < 0)
    return report(s, negativeSize({ span: ast.span, size: dim }));
  return dim;
}

function read(s: Scope, ast: Ast, fresh: boolean): Dim | null {
  switch (ast.kind) {
    case "number":
      if (Number.isInteger(ast.value)) return ast.value;
      break;
    case "paren":
      return read(s, ast.inner, fresh);
    case "name":
      return named(s, ast, fresh);
    case "unary": {
      const operand = ast.op === "-" ? read(s, ast.operand, fresh) : null;
      if (ast.op === "-") return operand === null ? null : subtractDims(0, operand);
      break;
    }
    case "binary": {
      if (ast.op !== "+" && ast.op !== "-" && ast.op !== "*") break;
      const left = read(s, ast.left, fresh);
      const right = read(s, ast.right, fresh);
      if (left === null || right === null) return null;
      if (ast.op === "+") return addDims(left, right);
      if (ast.op === "-") return subtractDims(left, right);
      const product = multiplyDims(left, right);
      if (product !== null) return product;
      break;
    }
  }
  return report(s, notASize({ span: ast.span, text: textOf(s, ast.span) }));
}

function named(s: Scope, ast: Name, fresh: boolean): Dim | null {
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
      return report(s, valueAsSize({ span, name, is: kindWord(entry) }));
    default: {
      const declared = s.declarations.get(name);
      if (declared) return report(s, usedTooEarly({ span, name, declared }));
      if (!fresh) {
        const suggestion = suggest(name, namesOf(s, "size", "const"));
        return report(s, unknownSize({ span, name, suggestion }));
      }
      s.entries.set(name, { kind: "size", span });
      s.sizes.push(name);
      return name;
    }
  }
}
