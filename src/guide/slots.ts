import { assert } from "../base/assert.ts";
import { bijections } from "../distributions/bijections.ts";
import { families } from "../distributions/index.ts";
import type { Plain } from "../distributions/family.ts";
import type { Context } from "../joint/context.ts";
import { lowerExpr } from "../joint/expression.ts";
import type { Bound } from "../model/bound.ts";
import type { Expr, Model, ParamDecl } from "../model/model.ts";
import { initialMlp, mlpShapes, type Mlp } from "../model/net.ts";
import type { RandomStream } from "../numeric/random.ts";
import { Builder } from "../program/builder.ts";
import { evaluate } from "../program/evaluate.ts";
import { inputsOf } from "../program/program.ts";
import type { AxisOrder } from "../program/named.ts";
import { sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";
import { componentFamilies } from "./components.ts";
import type { Block, Guide, Slot } from "./guide.ts";

type Unplaced = Omit<Slot, "offset" | "size">;

/** Where each learned array lies in the flat parameter vector: the guide's first, then the model's own. */
export function slotsOf(model: Model, bound: Bound, guide: Guide): Slot[] {
  const unplaced: Unplaced[] = [
    ...guide.blocks.flatMap((block) => blockSlots(model, bound, block)),
    ...model.params.map((param) => paramSlot(model, bound, param)),
    ...model.nets.flatMap((net) => mlpSlots(`net.${net.name}`, net, "model")),
  ];
  let offset = 0;
  return unplaced.map((slot) => {
    const size = sizeOf(slot.shape);
    const placed = { ...slot, offset, size };
    offset += size;
    return placed;
  });
}

/** Raw numbers a guide needs for one component: a logit (when there are several) and its Gaussian. */
export function rawWidth({ K, component, dimension }: Block): number {
  return (K > 1 ? 1 : 0) + componentFamilies[component].size(dimension);
}

/** The encoder of a network block: inputs to K rows of raw numbers. */
export function encoderOf(block: Block): Mlp {
  assert(block.source.kind === "network", "a free block has no encoder");
  const { inputs, hidden, activation } = block.source;
  return { widths: [inputs, ...hidden, block.K * rawWidth(block)], activation };
}

function blockSlots(model: Model, bound: Bound, block: Block): Unplaced[] {
  const name = `guide.${block.id}`;
  if (block.source.kind === "free") {
    const rows = block.plates.map((id) => bound.size(model.plates.find((p) => p.id === id)!.size));
    const shape = [...rows, block.K, rawWidth(block)];
    const init = (random: RandomStream): number[] =>
      Array.from({ length: sizeOf(rows) }, () => initialRaw(block, random)).flat();
    return [{ name, shape, role: "guide", init }];
  }
  const slots = mlpSlots(name, encoderOf(block), "guide");
  // the last bias alone decides where the components start, so that they start apart for every datum
  const last = slots.at(-1)!;
  return [...slots.slice(0, -1), { ...last, init: (random) => initialRaw(block, random) }];
}

/** Components start apart, at standard normal locations on the unconstrained scale; a single one starts at 0. */
function initialRaw({ K, component, dimension }: Block, random: RandomStream): number[] {
  const family = componentFamilies[component];
  return Array.from({ length: K }, () => {
    const loc = Array.from({ length: dimension }, () => (K > 1 ? random.normal() : 0));
    const raw = family.raw(loc, 0.5);
    return K > 1 ? [0, ...raw] : raw;
  }).flat();
}

function mlpSlots(name: string, mlp: Mlp, role: Slot["role"]): Unplaced[] {
  return mlpShapes(mlp).map((part, i) => ({
    name: `${name}.${part.name}`,
    shape: part.shape,
    role,
    // every part draws the whole network from its own stream: a part's values do not depend on the others' order
    init: (random) => initialMlp(mlp, random)[i]!,
  }));
}

function paramSlot(model: Model, bound: Bound, param: ParamDecl): Unplaced {
  const event = param.type.shape.map(bound.size);
  const bijection = bijections[param.type.support];
  const plain = (expr: Expr | null): number | null =>
    expr && evaluateExpr(model, bound, expr).values[0]!;
  const bounds = { lower: plain(param.type.lower), upper: plain(param.type.upper) };
  const init = (random: RandomStream): Float64Array =>
    bijection.inverse(initialValue(model, bound, param, event, random), event, bounds);
  return {
    name: `param.${param.name}`,
    shape: bijection.unconstrained(event),
    role: "model",
    init,
  };
}

/** The declared starting value stretched to the shape, or one draw of the declared distribution for each entry. */
function initialValue(
  model: Model,
  bound: Bound,
  { init, name }: ParamDecl,
  event: Shape,
  random: RandomStream,
): Float64Array {
  if (init.kind === "value") {
    const { shape, values } = evaluateExpr(model, bound, init.value);
    const b = new Builder();
    b.output("value", b.broadcast(b.array(shape, [...values]), event));
    return evaluate(b.finish(), new Map()).get("value")!.values;
  }
  const { dist } = init;
  assert(dist.kind === "family", `${name} starts from a family`);
  const family = families[dist.family]!;
  const args = Object.entries(dist.args).map(
    ([key, expr]) => [key, evaluateExpr(model, bound, expr)] as const,
  );
  const values = new Float64Array(sizeOf(event));
  const width = family.eventRank === 0 ? 1 : event.at(-1)!;
  for (let at = 0; at < values.length; at += width) {
    const here = args.map(([key, { shape, values }]): [string, Plain] => {
      if (family.parameters[key]!.rank > 0) return [key, values];
      return [key, shape.length === 0 ? values[0]! : values[at % values.length]!];
    });
    const draw = family.draw(random, Object.fromEntries(here));
    if (typeof draw === "number") values[at] = draw;
    else values.set(draw, at);
  }
  return values;
}

/** A number or array made of constants, sizes and data alone. */
export function evaluateExpr(model: Model, bound: Bound, expr: Expr): HostTensor {
  const b = new Builder();
  const order: AxisOrder = { axes: [], size: () => 1 };
  const parameter = (name: string): never => {
    throw new Error(`${name} is not known before training`);
  };
  const context: Context = {
    b,
    model,
    bound,
    order,
    minibatches: [],
    parameter,
    values: new Map(),
  };
  b.output("value", lowerExpr(context, expr).value);
  const program = b.finish();
  const inputs = inputsOf(program).map(
    ({ attributes: { name } }) => [name, bound.data.get(name)!] as const,
  );
  return evaluate(program, new Map(inputs)).get("value")!;
}
