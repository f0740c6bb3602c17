import { assert } from "../base/assert.ts";
import { bijections } from "../distributions/bijections.ts";
import { families } from "../distributions/index.ts";
import type { Plain } from "../distributions/family.ts";
import { rowsIn, type Instance } from "../graph/instance.ts";
import { evaluateData } from "../bind/evaluate.ts";
import type { Expr, ParamDecl } from "../model/model.ts";
import { networkOf } from "../nn/network.ts";
import type { RandomStream } from "../numeric/random.ts";
import { Builder } from "../program/builder.ts";
import { evaluate } from "../program/evaluate.ts";
import { sizeOf, type Shape } from "../tensor/shape.ts";
import { componentFamilies } from "../components/index.ts";
import { encoderOf, networkSpecs } from "./encoder.ts";
import type { Block, Guide, ParamSpec, Unplaced } from "./guide.ts";
import { paramName } from "../program/names.ts";

type Sized = Pick<Instance, "model" | "numbers">;

/** Where each learned array lies in the flat parameter vector: the guide's first, then the model's own. */
export function paramSpecsOf(instance: Sized, guide: Guide): ParamSpec[] {
  const { model } = instance;
  const unplaced: Unplaced[] = [
    ...guide.blocks.flatMap((block) => blockSpecs(instance, block)),
    ...model.params.map((param) => declaredSpec(instance, param)),
    ...model.nets.flatMap(({ name, input, layers }) =>
      networkSpecs((part) => paramName.net(name, part), networkOf(input, layers), "model"),
    ),
  ];
  // where every latent is summed out there may be nothing to learn: one number that nothing reads keeps a step a step
  if (unplaced.length === 0)
    unplaced.push({ name: paramName.nothing, shape: [1], role: "model", shrinks: false, init: () => [0] });
  let offset = 0;
  return unplaced.map((spec) => {
    const size = sizeOf(spec.shape);
    const placed = { ...spec, offset, size };
    offset += size;
    return placed;
  });
}

/** Whether each component of a block has a raw number for its weight. */
export function hasLogits({ K, weights }: Block): boolean {
  return K > 1 && weights === "learned";
}

/** Raw numbers a guide needs for one component: a logit, where weights are learned, and its own. */
export function rawWidth(block: Block): number {
  return (hasLogits(block) ? 1 : 0) + componentFamilies[block.component].size(block.dimension, block);
}

function blockSpecs(instance: Sized, block: Block): Unplaced[] {
  const { id } = block;
  if (block.source.kind === "free") {
    const rows = block.plates.map((id) => rowsIn(instance, id));
    const shape = [...rows, block.K, rawWidth(block)];
    const init = (random: RandomStream): number[] =>
      Array.from({ length: sizeOf(rows) }, () => initialRaw(block, random)).flat();
    return [{ name: paramName.block(id), shape, role: "guide", shrinks: false, init }];
  }
  // the last bias decides where components start, and the last weights hardly matter yet: every datum begins with the
  // same components, apart (measured on the toy, models/abs_normal/README.md)
  const encoder = encoderOf(block.source, block.K * rawWidth(block));
  const paramSpecs = networkSpecs((part) => paramName.block(id, part), encoder, "guide", 0.1);
  const last = paramSpecs.at(-1)!;
  return [...paramSpecs.slice(0, -1), { ...last, init: (random) => initialRaw(block, random) }];
}

/** Where components start on the unconstrained scale: not far from the middle, and broad enough to meet one another. */
const start = { location: 0.3, sd: 0.7 };

/** Components start apart, with equal weights; a single one starts at 0. */
function initialRaw(block: Block, random: RandomStream): number[] {
  const { K, component, dimension, frames } = block;
  const family = componentFamilies[component];
  const logit = (weight: number): number[] => (hasLogits(block) ? [Math.log(weight)] : []);
  const middle = new Array<number>(dimension).fill(0);
  if (frames !== null) return frames.flatMap(({ weight }) => [...logit(weight), ...family.start(middle, 1, block)]);
  const directions = K > 1 ? apart(K, dimension, random) : [middle];
  const locations = directions.map((direction) => direction.map((x) => start.location * x));
  return locations.flatMap((location) => [...logit(1), ...family.start(location, start.sd, block)]);
}

/**
 * Sets of locations to choose from: their best keeps any two components clearly apart. Fewer beyond 100 components,
 * where a set costs more and the best of 50 is hardly worse than that of 200.
 */
const candidates = (K: number): number => Math.ceil(Math.min(200, 20_000 / K));

/**
 * Of many sets of K standard normal points, the one whose closest pair is farthest apart (a maximin design). Two
 * components that start together tend to share one mode for good, and leave another to nobody.
 */
function apart(K: number, dimension: number, random: RandomStream): number[][] {
  let best = new Float64Array(K * dimension);
  let next = new Float64Array(K * dimension);
  let widest = -1;
  const tries = candidates(K);
  for (let i = 0; i < tries; i++) {
    for (let at = 0; at < next.length; at++) next[at] = random.normal();
    const closest = closestPair(next, dimension, widest);
    if (closest > widest) [best, next, widest] = [next, best, closest];
  }
  return Array.from({ length: K }, (_, k) => [...best.subarray(k * dimension, (k + 1) * dimension)]);
}

/**
 * Smallest squared distance between any two points, given row by row. Gives up at the first pair that is no farther
 * apart than `enough`: of hundreds of points all pairs of every set would take seconds, and most sets fail early.
 */
function closestPair(points: Float64Array, dimension: number, enough: number): number {
  let closest = Infinity;
  for (let a = 0; a < points.length; a += dimension)
    for (let b = 0; b < a; b += dimension) {
      let distance = 0;
      // a few coordinates tell most pairs apart
      for (let d = 0; d < dimension && distance < closest; d++) distance += (points[a + d]! - points[b + d]!) ** 2;
      if (distance < closest) closest = distance;
      if (closest <= enough) return closest;
    }
  return closest;
}
function declaredSpec(instance: Sized, param: ParamDecl): Unplaced {
  const { model, numbers } = instance;
  const event = param.type.shape.map(numbers.size);
  const bijection = bijections[param.type.support];
  const plain = (expr: Expr | null): number | null => expr && evaluateData(model, numbers, expr).values[0]!;
  const bounds = { lower: plain(param.type.lower), upper: plain(param.type.upper) };
  const init = (random: RandomStream): Float64Array =>
    bijection.inverse(initialValue(instance, param, event, random), event, bounds);
  return {
    name: paramName.param(param.name),
    shape: bijection.unconstrained(event),
    role: "model",
    shrinks: false,
    init,
  };
}

/** The declared starting value stretched to the shape, or one draw of the declared distribution for each entry. */
function initialValue(
  { model, numbers }: Sized,
  { init, name }: ParamDecl,
  event: Shape,
  random: RandomStream,
): Float64Array {
  if (init.kind === "value") {
    const { shape, values } = evaluateData(model, numbers, init.value);
    const b = new Builder();
    b.output("value", b.broadcast(b.array(shape, [...values]), event));
    return evaluate(b.finish(), new Map()).get("value")!.values;
  }
  const { dist } = init;
  assert(dist.kind === "family", `${name} starts from a family`);
  const family = families[dist.family]!;
  const args = Object.entries(dist.args).map(([key, expr]) => [key, evaluateData(model, numbers, expr)] as const);
  const values = new Float64Array(sizeOf(event));
  const own = event.slice(event.length - family.eventRank);
  const width = sizeOf(own);
  for (let at = 0; at < values.length; at += width) {
    const here = args.map(([key, { shape, values }]): [string, Plain] => {
      if (family.parameters[key]!.rank > 0) return [key, values];
      return [key, shape.length === 0 ? values[0]! : values[at % values.length]!];
    });
    const draw = family.draw(random, Object.fromEntries(here), own);
    if (typeof draw === "number") values[at] = draw;
    else values.set(draw, at);
  }
  return values;
}
