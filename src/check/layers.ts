import {
  missingArgument,
  repeatedArgument,
  tooManyArguments,
  unknownArgument,
  unknownWord,
} from "../diagnostics/catalogue/names.ts";
import { netDefinition, type NetworkForm } from "../diagnostics/catalogue/types.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { LayerCall } from "../model/model.ts";
import { argumentsText, type Layer } from "../nn/layer.ts";
import { layers } from "../nn/layers/index.ts";
import type { Argument, Expr as Ast } from "../syntax/ast.ts";
import { sizeOf } from "./sizes.ts";
import { report, textOf, type Scope } from "./scope.ts";
import { entryOf } from "../base/records.ts";

/** `dense(10)`, `relu`: a layer in a list of them. Null after a report. */
export function layerOf(s: Scope, ast: Ast, of: NetworkForm): LayerCall | null {
  const { span } = ast;
  if (ast.kind !== "name" && ast.kind !== "call")
    return report(s, netDefinition({ span, problem: `\`${textOf(s, span)}\` is not a layer`, of }));
  const name = ast.kind === "call" ? ast.callee.text : ast.text;
  const layer = Object.hasOwn(layers, name) ? layers[name] : undefined;
  if (!layer) {
    const known = Object.keys(layers);
    const at = ast.kind === "call" ? ast.callee.span : span;
    return report(s, unknownWord({ span: at, name, what: "a layer", known, suggestion: suggest(name, known) }));
  }
  const given = givenTo(s, layer, ast.kind === "call" ? ast.args : []);
  const args = given && completed(s, layer, given, ast);
  return args && { layer: name, args, span };
}

/** The arguments that are written, by name. */
function givenTo(s: Scope, layer: Layer, args: readonly Argument[]): ReadonlyMap<string, number> | null {
  const names = Object.keys(layer.arguments);
  const found = new Map<string, number>();
  const inOrder = args.filter(({ name }) => name === null);
  for (const argument of args) {
    const name = argument.name?.text ?? names[inOrder.indexOf(argument)];
    const at = { span: argument.name?.span ?? argument.span, of: layer.name };
    if (name === undefined)
      return report(
        s,
        tooManyArguments({ ...at, most: names.length, found: inOrder.length, takes: argumentsText(layer) }),
      );
    const rule = entryOf(layer.arguments, name);
    if (!rule) return report(s, unknownArgument({ ...at, name, known: names, suggestion: suggest(name, names) }));
    if (found.has(name)) return report(s, repeatedArgument({ ...at, span: argument.span, name }));
    const what = `\`${name}\` of \`${layer.name}\``;
    const value = wholeNumber(s, argument.value, { what, least: rule.least, of: "layer" });
    if (value === null) return null;
    found.set(name, value);
  }
  return found;
}

/** With those that are not written, in the order of the layer's own. */
function completed(
  s: Scope,
  layer: Layer,
  given: ReadonlyMap<string, number>,
  { span }: Ast,
): LayerCall["args"] | null {
  const args: Record<string, number> = {};
  for (const [name, { otherwise }] of Object.entries(layer.arguments)) {
    const value = given.get(name) ?? otherwise;
    if (value === null)
      return report(s, missingArgument({ span, name: `\`${name}\``, of: layer.name, takes: argumentsText(layer) }));
    args[name] = value;
  }
  return args;
}

/** Weights are made before data are bound: a size of a network is a number, or a constant that is one. */
export function wholeNumber(
  s: Scope,
  ast: Ast,
  rule: {
    /** In words: "a layer width". */
    readonly what: string;
    readonly least: number;
    readonly tooSmall?: string;
    readonly of: NetworkForm;
  },
): number | null {
  const { what, least, tooSmall = `${what} is at least ${least}`, of } = rule;
  const size = sizeOf(s, ast);
  if (size === null) return null;
  if (typeof size === "number" && size >= least) return size;
  const problem =
    typeof size === "string" ? `${what} is a number, and \`${size}\` is known only with the data` : tooSmall;
  return report(s, netDefinition({ span: ast.span, problem, of }));
}
