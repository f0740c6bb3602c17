import { assert } from "../base/assert.ts";
import type { Expr, LetNode, LocalExpr, Model } from "../model/model.ts";

/** Whether a value follows from the data and constants alone. */
export function isDataOnly(model: Model, expr: Expr): boolean {
  switch (expr.kind) {
    case "latent":
    case "param":
    case "net":
      return false;
    case "let":
      return isDataOnlyLet(model, expr.name);
    case "call":
      return expr.args.every((arg) => isDataOnly(model, arg));
    case "array":
      return expr.elements.every((element) => isDataOnly(model, element));
    case "local":
      return isDataOnlyLocal(model, expr);
    // what a loop computes is not looked at before a fit
    case "element":
    case "filled":
      return false;
    case "index":
      return (
        isDataOnly(model, expr.target) &&
        expr.items.every((item) => item.kind === "slice" || isDataOnly(model, item.at))
      );
    default:
      return true;
  }
}

const localsMemory = new WeakMap<Expr, boolean>();

function isDataOnlyLocal(model: Model, expr: LocalExpr): boolean {
  const found = localsMemory.get(expr) ?? isDataOnly(model, expr.value);
  localsMemory.set(expr, found);
  return found;
}

/** Lets use lets: without a memory a chain of them would be walked once for every path through it. */
const letsMemory = new WeakMap<Model, Map<string, boolean>>();

function isDataOnlyLet(model: Model, name: string): boolean {
  const memory = letsMemory.get(model) ?? new Map<string, boolean>();
  letsMemory.set(model, memory);
  const before = memory.get(name);
  if (before !== undefined) return before;
  const found = isDataOnly(model, letNamed(model, name).value);
  memory.set(name, found);
  return found;
}

/** A `let` by its name. */
export function letNamed(model: Model, name: string): LetNode {
  const node = model.nodes.find((n) => n.kind === "let" && n.name === name);
  assert(node?.kind === "let", `\`let ${name}\` is in the model`);
  return node;
}
