import { suggest } from "../diagnostics/suggest.ts";
import { unknownArgument, unknownWord } from "../diagnostics/catalogue/names.ts";
import { netDefinition } from "../diagnostics/catalogue/types.ts";
import type { Call, Expr as Ast } from "../syntax/ast.ts";
import { sizeOf } from "./extents.ts";
import { activations, type Activation } from "../model/names.ts";
import { report, textOf, type Scope } from "./scope.ts";

export interface Layers {
  readonly widths: readonly number[];
  readonly activation: Activation | null;
  /** Of a guide's network: whether the data that it reads are brought to mean 0 and standard deviation 1. */
  readonly standardise: boolean | null;
}

/**
 * `mlp(2, 100, 10, activation = elu)`, or in a guide `mlp(100, standardise = false)`: hidden layers alone, and what becomes
 * of the data that the network reads. Null after a report.
 */
export function mlp(s: Scope, call: Call, of: "net" | "guide" = "net"): Layers | null {
  const { text: kind, span } = call.callee;
  if (kind !== "mlp")
    return report(
      s,
      unknownWord({ span, name: kind, what: "a kind of network", known: ["mlp"], suggestion: suggest(kind, ["mlp"]) }),
    );
  const widths: number[] = [];
  const options = of === "guide" ? ["activation", "standardise"] : ["activation"];
  let activation: Activation | null = null;
  let standardise: boolean | null = null;
  let fine = true;
  for (const { name, value } of call.args) {
    if (!name) {
      const width = widthOf(s, value);
      if (width === null) fine = false;
      else widths.push(width);
    } else if (!options.includes(name.text)) {
      const suggestion = suggest(name.text, options);
      report(s, unknownArgument({ span: name.span, name: name.text, of: "mlp", known: options, suggestion }));
      fine = false;
    } else {
      const word = value.kind === "name" ? value.text : textOf(s, value.span);
      const words: readonly string[] = name.text === "standardise" ? ["true", "false"] : activations;
      if (!words.includes(word)) {
        const what = name.text === "standardise" ? "yes or no" : "an activation";
        report(s, unknownWord({ span: value.span, name: word, what, known: words, suggestion: suggest(word, words) }));
        fine = false;
      } else if (name.text === "standardise") standardise = word === "true";
      else activation = word as Activation;
    }
  }
  if (fine && of === "net" && widths.length < 2)
    return report(s, netDefinition({ span: call.span, problem: "a network has an input and an output width" }));
  return fine ? { widths, activation, standardise } : null;
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
