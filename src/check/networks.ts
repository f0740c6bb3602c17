import { unknownArgument, unknownWord } from "../diagnostics/catalogue/names.ts";
import { layerMisfit, netDefinition } from "../diagnostics/catalogue/types.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { GuideEntry, LayerCall, NetDecl } from "../model/model.ts";
import { activationNames, type Activation } from "../nn/activations.ts";
import { layers } from "../nn/layers/index.ts";
import { denseLayer, hiddenLayers } from "../nn/mlp.ts";
import { layOut } from "../nn/network.ts";
import type { Call, Expr as Ast } from "../syntax/ast.ts";
import { layerOf, wholeNumber } from "./layers.ts";
import { report, textOf, type Scope } from "./scope.ts";

const kinds = ["mlp", "sequential"] as const;
type Kind = (typeof kinds)[number];
type Option = "activation" | "standardise";

/** `mlp(2, 100, 10, activation = elu)`, `sequential([28, 28], flatten, dense(10))`: a net. Null after a report. */
export function netOf(s: Scope, call: Call): Pick<NetDecl, "input" | "output" | "layers"> | null {
  const kind = kindOf(s, call);
  const written = kind && writtenOf(s, call, kind === "mlp" ? ["activation"] : []);
  if (!written) return null;
  const parts = kind === "mlp" ? perceptron(s, call, written) : sequence(s, call, written);
  if (!parts) return null;
  const network = layOut(parts.input, parts.layers);
  if ("misfit" in network)
    return report(s, layerMisfit({ span: network.call.span ?? call.span, problem: network.misfit }));
  return { input: network.input, output: network.output, layers: parts.layers };
}

/** In a guide the network reads data, whose shape is known: hidden layers alone, `mlp(100, standardise = false)`. */
export function encoderOf(s: Scope, call: Call): Pick<GuideEntry, "network" | "standardise"> | null {
  const kind = kindOf(s, call);
  const written = kind && writtenOf(s, call, kind === "mlp" ? ["activation", "standardise"] : ["standardise"]);
  if (!written) return null;
  const { places, activation, standardise } = written;
  if (kind === "mlp") {
    const widths = allOf(places.map((place) => widthOf(s, place)));
    return widths && { network: { kind, widths, activation }, standardise };
  }
  const calls = allOf(places.map((place) => layerOf(s, place, "encoder")));
  return calls && { network: { kind: "sequential", layers: calls }, standardise };
}

function kindOf(s: Scope, call: Call): Kind | null {
  const { text: name, span } = call.callee;
  return wordOf(s, { span, name, what: "a kind of network", known: kinds });
}

/** What stands in order, and the words that are given by name. */
interface Written {
  readonly places: readonly Ast[];
  readonly activation: Activation | null;
  readonly standardise: boolean | null;
}

function writtenOf(s: Scope, call: Call, options: readonly Option[]): Written | null {
  const places: Ast[] = [];
  let activation: Activation | null = null;
  let standardise: "true" | "false" | null = null;
  let fine = true;
  for (const { name, value } of call.args) {
    if (!name) {
      places.push(value);
      continue;
    }
    const option = options.find((one) => one === name.text);
    const word = { span: value.span, name: textOf(s, value.span) };
    if (option === "activation") {
      activation = wordOf(s, { ...word, what: "an activation", known: activationNames });
      fine &&= activation !== null;
    } else if (option === "standardise") {
      standardise = wordOf(s, { ...word, what: "yes or no", known: ["true", "false"] });
      fine &&= standardise !== null;
    } else {
      const at = { span: name.span, name: name.text, suggestion: suggest(name.text, options) };
      report(s, unknownArgument({ ...at, of: call.callee.text, known: options }));
      fine = false;
    }
  }
  return fine ? { places, activation, standardise: standardise === null ? null : standardise === "true" } : null;
}

/** One of the words that are known, or null after a report. */
function wordOf<T extends string>(
  s: Scope,
  at: Omit<Parameters<typeof unknownWord>[0], "suggestion" | "known"> & { readonly known: readonly T[] },
): T | null {
  const found = at.known.find((word) => word === at.name);
  return found ?? report(s, unknownWord({ ...at, suggestion: suggest(at.name, at.known) }));
}

type Parts = Pick<NetDecl, "input"> & { readonly layers: readonly LayerCall[] };

/** Widths of the input, the hidden layers and the output. */
function perceptron(s: Scope, call: Call, { places, activation }: Written): Parts | null {
  const widths = allOf(places.map((place) => widthOf(s, place)));
  if (!widths) return null;
  const [input, ...rest] = widths;
  const output = rest.pop();
  if (input === undefined || output === undefined) {
    const problem = "a network has an input and an output width";
    return report(s, netDefinition({ span: call.span, problem, of: "mlp" }));
  }
  return { input: [input], layers: [...hiddenLayers(rest, activation ?? "relu"), denseLayer(output)] };
}

/** The shape of the input, `2` or `[28, 28]`, and layers. */
function sequence(s: Scope, call: Call, { places: [first, ...rest] }: Written): Parts | null {
  const start = first && inputOf(s, first);
  const calls = allOf(rest.map((place) => layerOf(s, place, "sequential")));
  if (start && calls && calls.length > 0) return { input: start, layers: calls };
  if (first && rest.length > 0) return null;
  const problem = "a network has an input and at least one layer";
  return report(s, netDefinition({ span: call.span, problem, of: "sequential" }));
}

function inputOf(s: Scope, ast: Ast): readonly number[] | null {
  const word = ast.kind === "name" ? ast.text : ast.kind === "call" ? ast.callee.text : null;
  if (word !== null && Object.hasOwn(layers, word)) {
    const problem = "what comes first is the shape of the input, and this is a layer";
    return report(s, netDefinition({ span: ast.span, problem, of: "sequential" }));
  }
  const rule = { what: "a size of the input", least: 1, of: "sequential" } as const;
  const sizes = ast.kind === "array" ? ast.elements : [ast];
  return allOf(sizes.map((size) => wholeNumber(s, size, rule)));
}

function widthOf(s: Scope, ast: Ast): number | null {
  return wholeNumber(s, ast, { what: "a layer width", least: 1, tooSmall: "a layer has at least one unit", of: "mlp" });
}

function allOf<T>(values: readonly (T | null)[]): readonly T[] | null {
  const found = values.filter((value) => value !== null);
  return found.length === values.length ? found : null;
}
