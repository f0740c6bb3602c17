import type {
  DeclaredType,
  Dim,
  Dist,
  Expr,
  Segment,
  IndexItem,
  LayerCall,
  Model,
  ModelNode,
  PlateId,
  WrittenEncoder,
} from "./model.ts";
import { showShape } from "../tensor/shape.ts";
import { addDims } from "./sizes.ts";
import { showType } from "./types.ts";
import { unreachable } from "../base/assert.ts";
import { innermostFirst } from "../base/walks.ts";
import { bottomUp, childrenOf } from "./walk.ts";

/** One line for each declaration and node: names, types, shapes, plates. What `emit model` shows. */
export function printModel(model: Model): string {
  const lines = [
    `model ${model.name}`,
    ...(model.sizes.length > 0 ? [`sizes ${model.sizes.join(", ")}`] : []),
    ...model.consts.map(({ name, value }) => `const ${name} = ${exprText(value)}`),
    ...model.data.map(({ name, type, optional }) => `data ${name}: ${typeText(type)}${optional ? "?" : ""}`),
    ...model.params.map(({ name, type, init }) => {
      const start = init.kind === "value" ? exprText(init.value) : distText(init.dist);
      return `param ${name}: ${typeText(type)} = ${start}`;
    }),
    ...model.nets.map(
      ({ name, input, output, layers }) =>
        `net ${name}: ${showShape(input)} -> ${showShape(output)} = ${layersText(layers)}`,
    ),
    ...model.plates.map(
      ({ id, size, within, from }) =>
        `${from === null ? "plate" : "for"} ${id} in ${range(from, size)}${inside(within)}`,
    ),
    ...model.nodes.map((node) => `${nodeText(node)}${inside(node.plates)}`),
    ...model.guide.map(
      ({ site, family, K, component, amortize, given, network, standardise }) =>
        `guide ${site} ~ ${family}` +
        (K === null ? "" : ` K = ${K}`) +
        (component === null ? "" : ` component = ${component}`) +
        (amortize === null ? "" : ` amortize = ${amortize}`) +
        (given.length > 0 ? ` given ${given.map(exprText).join(", ")}` : "") +
        (network === null ? "" : encoderText(network)) +
        (standardise === null ? "" : ` standardise = ${standardise}`),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function encoderText(network: WrittenEncoder): string {
  if (network.kind === "sequential") return ` by ${layersText(network.layers)}`;
  return ` by ${network.widths.join(", ")}${network.activation === null ? "" : ` ${network.activation}`}`;
}

/** "conv2d(8, 3, 2, 1), relu, dense(10)" */
export const layersText = (layers: readonly LayerCall[]): string =>
  layers
    .map(({ layer, args }) => {
      const given = Object.values(args);
      return given.length === 0 ? layer : `${layer}(${given.join(", ")})`;
    })
    .join(", ");

const range = (from: Dim | null, size: Dim): string =>
  from === null ? String(size) : `${from}..${addDims(from, size)}`;

const inside = (plates: readonly PlateId[]): string => (plates.length === 0 ? "" : ` (in ${plates.join(", ")})`);

const typeText = (type: DeclaredType): string => showType(type, exprText);

function nodeText(node: ModelNode): string {
  switch (node.kind) {
    case "latent": {
      const notes = `${node.discrete ? ", discrete" : ""}${node.truncated ? ", truncated" : ""}`;
      const how = node.dist ? ` ~ ${distText(node.dist)}` : ", entry by entry";
      return `sample ${node.name}: ${typeText(node.type)}${how}${notes}`;
    }
    case "entries": {
      const { value, dist, truncated } = node;
      return `sample ${exprText(value)}: ${showShape(value.type.shape)} ~ ${distText(dist)}${truncated ? ", truncated" : ""}`;
    }
    case "observed":
      return `observe ${exprText(node.value)}: ${showShape(node.value.type.shape)} ~ ${distText(node.dist)}`;
    case "factor":
      return `factor ${exprText(node.value)}`;
    case "let":
      return `let ${node.name}: ${showShape(node.value.type.shape)} = ${exprText(node.value)}`;
    default:
      return unreachable(node, "nodeText");
  }
}

export function distText(dist: Dist): string {
  if (dist.kind === "family") {
    const args = Object.entries(dist.args).map(([name, arg]) => `${name} = ${exprText(arg)}`);
    return `${dist.family}(${args.join(", ")})`;
  }
  if (dist.kind === "zero_inflate") return `zero_inflate(${exprText(dist.p)}, ${distText(dist.of)})`;
  if (dist.kind !== "mixture") {
    const { lower, upper } = dist;
    const ends = [lower && `low = ${exprText(lower)}`, upper && `high = ${exprText(upper)}`];
    return `${dist.kind}(${[distText(dist.of), ...ends.filter((end) => end !== null)].join(", ")})`;
  }
  const { weightsAre, weights, components, count } = dist;
  const parts = "along" in components ? [`${count} of ${distText(components.along)}`] : components.map(distText);
  return `mixture(${[`${weightsAre} = ${exprText(weights)}`, ...parts].join(", ")})`;
}

/** Expressions that would be longer than this, written out, are written with names for their parts. */
const longest = 2000;

/** How many parts an expression has, each counted as often as it stands there. */
const lengthOf = bottomUp<number>((expr, of) => 1 + childrenOf(expr).reduce((sum, part) => sum + of(part), 0));

/** What parts of an expression are called. */
type Names = ReadonlyMap<Expr, string>;

/** A checked expression as a call of functions. */
export function exprText(root: Expr): string {
  if (lengthOf(root) <= longest) return textOf(root, new Map());
  const names = new Map<Expr, string>();
  const parts: string[] = [];
  for (const expr of innermostFirst([root], childrenOf)) {
    if (expr.kind !== "local" || names.has(expr.value) || childrenOf(expr.value).length === 0) continue;
    const name = `${expr.called}#${names.size + 1}`;
    parts.push(`${name} = ${textOf(expr.value, names)}`);
    names.set(expr.value, name);
  }
  return `${textOf(root, names)} where ${parts.join(", ")}`;
}

function textOf(expr: Expr, names: Names): string {
  const text = (part: Expr): string => names.get(part) ?? textOf(part, names);
  switch (expr.kind) {
    case "number":
      return String(expr.value);
    case "const":
    case "data":
    case "param":
    case "latent":
    case "let":
      return expr.name;
    case "plate-index":
      return expr.plate;
    case "size":
      return String(expr.size);
    case "call":
      return `${expr.fn}(${expr.args.map(text).join(", ")})`;
    case "net":
      return `${expr.net}(${text(expr.arg)})`;
    case "index":
      return `${text(expr.target)}[${expr.items.map((item) => itemText(item, text)).join(", ")}]`;
    case "array":
      return `[${expr.elements.map(text).join(", ")}]`;
    case "local":
      return text(expr.value);
    case "element":
      return "lag" in expr.at ? `${expr.array}[-${expr.at.lag}]` : `${expr.array}[${expr.at.place}]`;
    case "filled":
      return `filled(${expr.segments.map((part) => segmentText(part, text)).join(", ")})`;
    default:
      return unreachable(expr, "textOf");
  }
}

function segmentText(part: Segment, text: (expr: Expr) => string): string {
  if (part.kind === "entry") return text(part.value);
  const { plate, fills } = part.loop;
  const values = fills.map(({ array, value }) => `${array} = ${text(value)}`);
  return `${part.array} of ${plate} { ${values.join("; ")} }`;
}

const itemText = (item: IndexItem, text: (expr: Expr) => string): string =>
  item.kind === "at" ? text(item.at) : `${item.from}:+${item.length}`;
