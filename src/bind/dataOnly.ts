import { present } from "../base/assert.ts";
import type { Expr, LetNode, Model } from "../model/model.ts";
import { bottomUp, childrenOf, letNamed as letIn } from "../model/walk.ts";

/** Whether a value follows from the data and constants alone. */
export function isDataOnly(model: Model, expr: Expr): boolean {
  const known = rules.get(model) ?? ruleOf(model);
  rules.set(model, known);
  return known(expr);
}

const rules = new WeakMap<Model, (expr: Expr) => boolean>();

/** The rule for one model. Lets come behind those that they use, so that going through them in order is enough. */
function ruleOf({ nodes }: Model): (expr: Expr) => boolean {
  const lets = new Map<string, boolean>();
  const follows = bottomUp<boolean>((expr, of) => {
    switch (expr.kind) {
      case "latent":
      case "param":
      case "net":
      // what a loop computes is not looked at before a fit
      case "element":
      case "filled":
        return false;
      case "let":
        return present(lets.get(expr.name), `let ${expr.name}`);
      default:
        return childrenOf(expr).every(of);
    }
  });
  for (const node of nodes) if (node.kind === "let") lets.set(node.name, follows(node.value));
  return follows;
}

/** A `let` by its name. */
export const letNamed = (model: Model, name: string): LetNode => present(letIn(model, name), `let ${name}`);
