import { suggest } from "../diagnostics/suggest.ts";
import { unknownArgument, unknownWord } from "../diagnostics/catalogue/names.ts";
import { netDefinition } from "../diagnostics/catalogue/types.ts";
import type { Call, Expr as Ast } from "../syntax/ast.ts";
import { sizeOf } from "./extents.ts";
import type { Activation } from "./model.ts";
import { report, textOf, type Scope } from "./scope.ts";

export const activations: readonly Activation[] = ["elu", "relu", "tanh", "sigmoid", "softplus"];

export interface Layers {
  readonly widths: readonly number[];
  readonly activation: Activation | null;
}

/** `mlp(2, 100, 10, activation = elu)`; at least `least` widths. Null after a report. */
export function mlp(s: Scope, call: Call, least = 2): Layers | null {
  const { text: kind, span } = call.callee;
  if (kind !== "mlp")
    return report(s, unknownWord({ span, name: kind, what: "a kind of network", known: ["mlp"], suggestion: suggest(kind, ["mlp"]) })); // prettier-ignore
  const widths: number[] = [];
  let activation: Activation | null = null;
  let fine = true;
  for (const { name, value } of call.args) {
    if (!name) {
      const width = widthOf(s, value);
      if (width === null) fine = false;
      else widths.push(width);
    } else if (name.text !== "activation") {
      const suggestion = suggest(name.text, ["activation"]);
      report(s, unknownArgument({ span: name.span, name: name.text, of: "mlp", known: ["activation"], suggestion })); // prettier-ignore
      fine = false;
    } else {
      const word = value.kind === "name" ? value.text : textOf(s, value.span);
      activation = activations.find((known) => known === word) ?? null;
      if (activation) continue;
      const suggestion = suggest(word, activations);
      report(s, unknownWord({ span: value.span, name: word, what: "an activation", known: activations, suggestion })); // prettier-ignore
      fine = false;
    }
  }
  if (fine && widths.length < least)
    return report(s, netDefinition({ span: call.span, problem: "a network has an input and an output width" })); // prettier-ignore
  return fine ? { widths, activation } : null;
}

/** Weights are made before data are bound: a width is a number, or a constant that is one. */
function widthOf(s: Scope, ast: Ast): number | null {
  const size = sizeOf(s, ast);
  if (size === null) return null;
  if (typeof size === "number" && size > 0) return size;
  const problem =
    typeof size === "string"
      ? `a layer width is a number, and \`${size}\` is known only with the data`
      : "a layer has at least one unit";
  return report(s, netDefinition({ span: ast.span, problem }));
}
