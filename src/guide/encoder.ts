import { assert } from "../base/assert.ts";
import { evaluateData } from "../bind/evaluate.ts";
import type { Numbers } from "../bind/numbers.ts";
import type { Instance } from "../graph/instance.ts";
import type { Context } from "../joint/context.ts";
import { lowerExpr } from "../joint/expression.ts";
import { maskExpr } from "../library/missing.ts";
import type { Expr, LayerCall, Model, PlateId, WrittenEncoder } from "../model/model.ts";
import { denseLayer, hiddenLayers } from "../nn/mlp.ts";
import { applyNetwork, networkOf, parametersOf, type Network } from "../nn/network.ts";
import { mean, variance } from "../numeric/statistics.ts";
import type { Value } from "../program/program.ts";
import { onAxis, sizeOf } from "../tensor/shape.ts";
import type { Block, NetworkSource, ParamSpec, Unplaced } from "./guide.ts";
import type { GuideOptions } from "./options.ts";
import { paramName } from "../program/names.ts";

/**
 * The network's input, standardised unless the model says otherwise: [plates..., input...]. A single given expression
 * keeps its shape; several are flattened and joined. Of data that may be missing, which are flattened too, a missing
 * entry is 0, the mean, and as many columns more say with 1 what is missing.
 */
export function networkInput(
  context: Context,
  block: Pick<Block, "plates">,
  { given, input, centre, spread: scale }: Pick<NetworkSource, "given" | "input" | "centre" | "spread">,
): Value {
  const { b, model, order } = context;
  const last = block.plates.length;
  let at = 0;
  const columns = given.map((expr): Value => {
    const raw = flattened(context, block, expr);
    const expression = maskOf(model, expr);
    const width = onAxis(b.shapeOf(raw), last);
    const from = at;
    at += width;
    if (expression === null) return raw;
    at += width;
    const mask = flattened(context, block, expression);
    // the mean in the place of what is missing: 0 once it is standardised
    const whole = b.where(mask, raw, b.array([width], centre.slice(from, from + width)));
    return b.concat([whole, b.sub(b.constant(1), mask)], last);
  });
  const width = [centre.length];
  const factor = scale.map((s) => 1 / s);
  const standard = b.mul(b.sub(b.concat(columns, last), b.array(width, centre)), b.array(width, factor));
  return b.reshape(standard, [...block.plates.map(order.size), ...input]);
}

/** The mask of a given expression; null when nothing of it may be missing. */
function maskOf(model: Model, expr: Expr): Expr | null {
  const mask = maskExpr(model, expr);
  assert(mask === null || !("untraced" in mask), "refused when the model was checked");
  return mask;
}

/** [plates..., entries] */
function flattened(context: Context, block: Pick<Block, "plates">, expr: Expr): Value {
  const { b, n } = context;
  const term = lowerExpr(context, expr);
  const inner = term.axes.filter((axis) => !block.plates.includes(axis));
  const full = n.broadcast(n.ownAxes(term, inner), block.plates);
  const leading = n.sizes(block.plates);
  return b.reshape(full, [...leading, sizeOf(b.shapeOf(full).slice(leading.length))]);
}

/**
 * The shape of the network's input, and mean and standard deviation of each of its entries over the data that are there,
 * so that a network starts well on data of any scale. The columns that say what is missing stay as they are, and so do
 * all where that is `asked` not to be done.
 */
export function inputOf(
  { model, numbers }: Instance,
  given: readonly Expr[],
  plates: readonly PlateId[],
  asked: boolean,
): Pick<NetworkSource, "input" | "centre" | "spread"> {
  const parts = given.map((expr) => columnsOf(model, numbers, expr, plates));
  const columns = parts.flatMap(({ own, masked }) => {
    const read = asked ? own : own.map(() => null);
    return masked ? [...read, ...own.map(() => null)] : read;
  });
  const [first, ...more] = parts;
  const shaped = first !== undefined && more.length === 0 && !first.masked && first.entry.length > 0;
  return {
    input: shaped ? first.entry : [columns.length],
    centre: columns.map((column) => (column && column.length > 0 ? mean(column) : 0)),
    // a constant column carries nothing, whatever its scale
    spread: columns.map((column) => Math.sqrt(column && column.length > 1 ? variance(column) : 0) || 1),
  };
}

/** The shape of a given expression within the plates, and for each of its entries the data that are there. */
function columnsOf(model: Model, numbers: Numbers, expr: Expr, plates: readonly PlateId[]) {
  const { shape, values } = evaluateData(model, numbers, expr);
  const expression = maskOf(model, expr);
  const mask = expression && evaluateData(model, numbers, expression).values;
  const outer = expr.plates.filter((id) => plates.includes(id)).length;
  const rows = sizeOf(shape.slice(0, outer));
  const width = values.length / rows;
  const own = Array.from({ length: width }, (_, column) => {
    const entries = new Float64Array(rows);
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const at = row * width + column;
      if (mask?.[at] !== 0) entries[count++] = values[at]!;
    }
    return entries.subarray(0, count);
  });
  return { entry: shape.slice(outer), own, masked: mask !== null };
}

/** The layers that the entries of a block ask for; what they leave open, options decide. */
export function layersOf(asked: readonly WrittenEncoder[], options: GuideOptions): readonly LayerCall[] {
  const [first] = asked;
  if (first?.kind === "sequential") return first.layers;
  const activations = asked.flatMap((one) => (one.kind === "mlp" && one.activation !== null ? [one.activation] : []));
  return hiddenLayers(first?.widths ?? options.hidden, activations[0] ?? options.activation);
}

/** The encoder of a network block: inputs to `outputs` raw numbers, K rows of what a component takes. */
export function encoderOf({ input, layers }: NetworkSource, outputs: number): Network {
  return networkOf(input, [...layers, denseLayer(outputs)]);
}

/** What the network makes of each datum: [plates..., outputs]. */
export function encoded(context: Context, block: Block, source: NetworkSource, outputs: number): Value {
  const input = networkInput(context, block, source);
  const read = (name: string): Value => context.parameter(paramName.block(block.id, name));
  return applyNetwork(context.b, encoderOf(source, outputs), read, input);
}

/** The arrays of a network, of a guide or of the model. */
export function networkSpecs(
  nameOf: (part: string) => string,
  network: Network,
  role: ParamSpec["role"],
  last = 1,
): Unplaced[] {
  return parametersOf(network, last).map((part) => ({ ...part, name: nameOf(part.name), role }));
}
