import { assert, present } from "../base/assert.ts";
import { cannotDraw, cannotFill, improperDraw, looksBack } from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import { families } from "../distributions/index.ts";
import type { Plain } from "../distributions/family.ts";
import type { Bound } from "../model/bound.ts";
import { isImproper } from "../model/masses.ts";
import type { Dist, Expr, LatentNode, Model, ObservedNode, PlateId } from "../model/model.ts";
import { exprsOf } from "../graph/graph.ts";
import { distExprs, everyExpr } from "../model/walk.ts";
import { randomStream, seedKey, type RandomStream } from "../numeric/random.ts";
import { valueOf, type Place } from "./expressions.ts";
import { hostTensor, sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";

/** One draw of everything: the latents and what they lead to. */
export interface Simulation {
  /** Values by name of latent site; plates lead. */
  readonly latents: ReadonlyMap<string, HostTensor>;
  /** Values of the observed data, by data name. */
  readonly data: ReadonlyMap<string, HostTensor>;
}

/** One draw of everything. */
export function simulate(
  model: Model,
  bound: Bound,
  seed: number | string,
  parameters: ReadonlyMap<string, HostTensor> = new Map(),
): Outcome<Simulation> {
  return simulator(model, bound, parameters)(seed);
}

/** Draws everything but the latents that are given: `given[NAME]` is [plates..., shape...]. */
export type Simulator = (
  seed: number | string,
  given?: ReadonlyMap<string, HostTensor>,
) => Outcome<Simulation>;

/**
 * Ancestral sampling: each `sample` is drawn from its prior given what came before, then each `observe` replaces the
 * datum on its left. Covariates (data never observed) and sizes come from `bound`, learned numbers from `parameters`
 * by slot. Expressions are compiled once for all draws.
 */
export function simulator(
  model: Model,
  bound: Bound,
  parameters: ReadonlyMap<string, HostTensor> = new Map(),
): Simulator {
  const compiled: Place["compiled"] = new Map();
  return (seed, given = new Map()) => {
    const known = new Map<string, HostTensor>();
    const data = new Map(bound.data);
    return drawAll({ model, bound, data, known, parameters, compiled }, seed, given);
  };
}

function drawAll(
  place: Place & {
    readonly data: Map<string, HostTensor>;
    readonly known: Map<string, HostTensor>;
  },
  seed: number | string,
  given: ReadonlyMap<string, HostTensor>,
): Outcome<Simulation> {
  const { model, bound, data, known } = place;
  const latents = new Map<string, HostTensor>();
  const observed = new Map<string, HostTensor>();
  for (const node of model.nodes) {
    const fixed = node.kind === "latent" ? given.get(node.name) : undefined;
    if (node.kind === "latent" && fixed) {
      latents.set(node.name, fixed);
      known.set(node.name, fixed);
    } else if (node.kind === "latent") {
      if (isImproper(node.dist)) return failed(improperDraw({ span: node.span, name: node.name }));
      const random = randomStream(seedKey(seed, `simulate ${node.name}`));
      const shape = [...sizes(model, bound, node.plates), ...node.type.shape.map(bound.size)];
      const value = drawDist(place, node.dist, node.plates, shape, node, random);
      if (value === null) return failed(cannotDraw({ span: node.span, name: node.name }));
      latents.set(node.name, value);
      known.set(node.name, value);
    } else if (node.kind === "let") {
      known.set(node.name, valueOf(place, node.value, node.plates));
    } else if (node.kind === "observed") {
      const random = randomStream(seedKey(seed, `simulate ${node.name} ${node.span.start}`));
      const { name, whole } = target(model, node);
      if (!whole) return failed(cannotFill({ span: node.value.span, name: node.name }));
      const uses = useOf(model, node, name);
      if (uses) return failed(looksBack({ span: node.span, name, uses: uses.span }));
      const { shape } = present(data.get(name), `data ${name}`);
      const value = drawDist(place, node.dist, node.plates, shape, null, random);
      if (value === null) return failed(cannotDraw({ span: node.span, name: node.name }));
      data.set(name, value);
      observed.set(name, value);
    }
  }
  return ok({ latents, data: observed });
}

/** Where the model computes with a datum before, or while, it observes it. */
function useOf({ nodes }: Model, observed: ObservedNode, name: string): Expr | undefined {
  const roots = nodes
    .slice(0, nodes.indexOf(observed) + 1)
    .flatMap((node) => (node.kind === "observed" ? distExprs(node.dist) : exprsOf(node)));
  return roots
    .flatMap((root) => [...everyExpr(root)])
    .find((expr) => expr.kind === "data" && expr.name === name);
}

/** The datum an `observe` fills, and whether it fills all of it: `y`, or `y[n]` in plate n. */
function target(model: Model, { value, plates }: ObservedNode): { name: string; whole: boolean } {
  if (value.kind === "data") return { name: value.name, whole: plates.length === 0 };
  if (value.kind === "index" && value.target.kind === "data") {
    const along = value.items.map((item) => item.kind === "at" && item.at.kind === "plate-index" && item.at.plate); // prettier-ignore
    const { shape } = value.target.type;
    const sizeOfPlate = (id: PlateId) => model.plates.find((plate) => plate.id === id)!.size;
    const whole =
      along.length === plates.length &&
      plates.every((plate, i) => along[i] === plate && sizeOfPlate(plate) === shape[i]);
    return { name: value.target.name, whole };
  }
  return { name: "", whole: false };
}

/** Independent draws that fill `shape`, whose first axes are the plates; null when none falls within the bounds. */
function drawDist(
  place: Place,
  dist: Dist,
  plates: readonly PlateId[],
  shape: Shape,
  latent: LatentNode | null,
  random: RandomStream,
): HostTensor | null {
  const lead = plates.length;
  const sampler = samplerOf(place, dist, plates, shape, lead);
  const values = new Float64Array(sizeOf(shape));
  const boundsAt = latent === null ? null : boundsOf(place, latent, shape);
  for (let at = 0; at < values.length;) {
    const draw = sampler(at, random, boundsAt && boundsAt(at));
    if (draw === null) return null;
    const entries = typeof draw === "number" ? [draw] : draw;
    values.set(entries, at);
    at += entries.length;
  }
  const support = latent?.type.support;
  const ordered = support === "ordered" || support === "positive_ordered";
  if (ordered) {
    const K = shape.at(-1)!;
    for (let at = 0; at < values.length; at += K) values.subarray(at, at + K).sort();
  }
  return hostTensor(shape, values);
}

type Sampler = (at: number, random: RandomStream, bounds: PlainBounds | null) => Plain | null;
interface PlainBounds {
  readonly lower: number;
  readonly upper: number;
}

/** Draws beyond a declared bound are drawn again: exactly the truncated distribution. */
const attempts = 100_000;

function samplerOf(
  place: Place,
  dist: Dist,
  plates: readonly PlateId[],
  shape: Shape,
  lead: number,
): Sampler {
  if (dist.kind === "mixture") return mixtureSampler(place, dist, plates, shape, lead);
  if (dist.kind !== "family") {
    const of = samplerOf(place, dist.of, plates, shape, lead);
    const numberAt = (expr: Expr): ((at: number) => number) => {
      const read = reader(valueOf(place, expr, plates), lead, 0, shape, 0);
      return (at) => read(at) as number;
    };
    if (dist.kind === "zero_inflate") return inflated(numberAt(dist.p), of);
    const low = dist.lower ? numberAt(dist.lower) : () => -Infinity;
    const high = dist.upper ? numberAt(dist.upper) : () => Infinity;
    return dist.kind === "censor" ? censored(low, high, of) : truncated(low, high, of);
  }
  const family = present(families[dist.family], dist.family);
  const args = Object.entries(dist.args).map(([key, expr]) => {
    const value = valueOf(place, expr, plates);
    return { key, at: reader(value, lead, family.parameters[key]!.rank, shape, family.eventRank) };
  });
  const event = shape.slice(shape.length - family.eventRank);
  return (at, random, bounds) => {
    const here = Object.fromEntries(args.map(({ key, at: read }) => [key, read(at)]));
    for (let i = 0; i < attempts; i++) {
      const draw = family.draw(random, here, event);
      if (within(draw, bounds)) return draw;
    }
    return null;
  };
}

/** Whether a draw may stay: only single numbers have bounds. */
function within(draw: Plain, bounds: PlainBounds | null): boolean {
  if (typeof draw !== "number" || bounds === null) return true;
  return draw >= bounds.lower && draw <= bounds.upper;
}

type NumberAt = (at: number) => number;

function truncated(low: NumberAt, high: NumberAt, of: Sampler): Sampler {
  return (at, random, bounds) => {
    const lower = Math.max(low(at), bounds?.lower ?? -Infinity);
    const upper = Math.min(high(at), bounds?.upper ?? Infinity);
    return of(at, random, { lower, upper });
  };
}

/** Only ever observed: no bounds are declared. */
function censored(low: NumberAt, high: NumberAt, of: Sampler): Sampler {
  return (at, random) => {
    const draw = of(at, random, null);
    return draw === null ? null : Math.min(Math.max(draw as number, low(at)), high(at));
  };
}

function inflated(p: NumberAt, of: Sampler): Sampler {
  return (at, random, bounds) => {
    for (let i = 0; i < attempts; i++) {
      const draw = random.uniform() < p(at) ? 0 : of(at, random, null);
      if (draw === null || within(draw, bounds)) return draw;
    }
    return null;
  };
}

/** A parameter's entries for the draw that starts at an offset: leading axes broadcast, the last `rank` are whole. */
function reader(
  { shape, values }: HostTensor,
  lead: number,
  rank: number,
  target: Shape,
  eventRank: number,
): (at: number) => Plain {
  const own = shape.slice(0, shape.length - rank);
  const size = sizeOf(shape.slice(shape.length - rank));
  const batch = target.slice(0, target.length - eventRank);
  // the parameter's axes beyond the plates line up with the draw's from the right
  const padded = [...own.slice(0, lead), ...new Array<number>(batch.length - own.length).fill(1), ...own.slice(lead)]; // prettier-ignore
  const event = sizeOf(target.slice(target.length - eventRank));
  return (at) => {
    let rest = Math.floor(at / event);
    let offset = 0;
    let stride = 1;
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      const index = rest % batch[axis]!;
      rest = Math.floor(rest / batch[axis]!);
      if (padded[axis] !== 1) offset += index * stride;
      stride *= padded[axis]!;
    }
    return rank === 0 ? values[offset]! : values.slice(offset * size, (offset + 1) * size);
  };
}

function mixtureSampler(
  place: Place,
  dist: Dist & { readonly kind: "mixture" },
  plates: readonly PlateId[],
  shape: Shape,
  lead: number,
): Sampler {
  const weights = valueOf(place, dist.weights, plates);
  const K = weights.shape.at(-1)!;
  const event = shape.slice(shape.length - dist.event.length);
  const size = sizeOf(event);
  const weightsAt = reader(weights, lead, 1, shape, dist.event.length);
  const along = "along" in dist.components ? alongSampler(place, dist.components.along, plates, event, K) : null; // prettier-ignore
  const listed = "along" in dist.components ? [] : dist.components.map((part) => samplerOf(place, part, plates, shape, lead)); // prettier-ignore
  const once = (at: number, random: RandomStream): Plain | null => {
    const p = Float64Array.from(weightsAt(at) as Float64Array);
    if (dist.weightsAre === "logits") {
      const largest = Math.max(...p);
      p.forEach((logit, k) => (p[k] = Math.exp(logit - largest)));
    }
    const total = p.reduce((sum, x) => sum + x, 0);
    let rest = random.uniform() * total;
    let k = 0;
    while (k < K - 1 && rest >= p[k]!) rest -= p[k++]!;
    if (along) return along(k, random);
    const draws: number[] = [];
    while (draws.length < size) {
      const draw = listed[k]!(at + draws.length, random, null);
      if (draw === null) return null;
      draws.push(...(typeof draw === "number" ? [draw] : draw));
    }
    return size === 1 && event.length === 0 ? draws[0]! : Float64Array.from(draws);
  };
  // a component is chosen anew with each attempt: those that lie within the bounds get the more of what is left
  return (at, random, bounds) => {
    for (let i = 0; i < attempts; i++) {
      const draw = once(at, random);
      if (draw === null || within(draw, bounds)) return draw;
    }
    return null;
  };
}

/** One whole event of component k, whose arguments lead with the component axis (scalars are shared). */
function alongSampler(
  place: Place,
  dist: Dist,
  plates: readonly PlateId[],
  event: Shape,
  K: number,
) {
  assert(dist.kind === "family" && plates.every((p) => !dist.plates.includes(p)), "components along an axis are the same for all data"); // prettier-ignore
  const family = present(families[dist.family], dist.family);
  const args = Object.entries(dist.args).map(([key, expr]) => {
    const value = valueOf(place, expr, []);
    const parameterRank = family.parameters[key]!.rank;
    const shared = value.shape.length === 0;
    const one = shared ? value.shape : value.shape.slice(1);
    const size = sizeOf(one);
    return {
      key,
      of: (k: number) =>
        reader(
          hostTensor(one, shared ? value.values : value.values.slice(k * size, (k + 1) * size)),
          0,
          parameterRank,
          event,
          family.eventRank,
        ),
    };
  });
  return (k: number, random: RandomStream): Plain => {
    assert(k < K, "a component");
    const readers = args.map(({ key, of }) => [key, of(k)] as const);
    const draws: number[] = [];
    while (draws.length < sizeOf(event)) {
      const at = draws.length;
      const draw = family.draw(
        random,
        Object.fromEntries(readers.map(([key, read]) => [key, read(at)])),
        event.slice(event.length - family.eventRank),
      );
      draws.push(...(typeof draw === "number" ? [draw] : draw));
    }
    return event.length === 0 ? draws[0]! : Float64Array.from(draws);
  };
}

/** The declared bounds of the entry at a place: they may move with the plates and with other latents. */
function boundsOf(
  place: Place,
  { type, plates, truncated: halved }: LatentNode,
  shape: Shape,
): ((at: number) => PlainBounds) | null {
  const { support, lower, upper } = type;
  if (support === "positive_ordered" && halved) return () => ({ lower: 0, upper: Infinity });
  if (support !== "interval" || (lower === null && upper === null)) return null;
  const plain = (expr: Expr | null, open: number): NumberAt => {
    if (expr === null) return () => open;
    const read = reader(valueOf(place, expr, plates), plates.length, 0, shape, 0);
    return (at) => read(at) as number;
  };
  const [low, high] = [plain(lower, -Infinity), plain(upper, Infinity)];
  return (at) => ({ lower: low(at), upper: high(at) });
}

function sizes(model: Model, bound: Bound, plates: readonly PlateId[]): number[] {
  return plates.map((plate) => bound.size(model.plates.find(({ id }) => id === plate)!.size));
}
