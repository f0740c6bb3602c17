import { largest } from "../base/arrays.ts";
import { assert, present } from "../base/assert.ts";
import { families } from "../distributions/index.ts";
import type { Family, Plain } from "../distributions/family.ts";
import type { Dist, Expr, LatentNode, PlateId } from "../model/model.ts";
import type { RandomStream } from "../numeric/random.ts";
import { hostTensor, sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";
import { valueOf, type Place } from "./expressions.ts";

/** What is drawn: as many independent draws as fill `shape`, whose first axes are the plates. */
export interface DrawRequest {
  readonly dist: Dist;
  readonly plates: readonly PlateId[];
  readonly shape: Shape;
  /** The latent whose bounds they keep to, and whose order. */
  readonly latent: LatentNode | null;
}

/** Independent draws; null when none falls within the bounds. */
export function drawDist(
  place: Place,
  { dist, plates, shape, latent }: DrawRequest,
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
  const K = shape.at(-1);
  if (ordered && K !== undefined) {
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

export function samplerOf(place: Place, dist: Dist, plates: readonly PlateId[], shape: Shape, lead: number): Sampler {
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
    return { key, at: reader(value, lead, rankOf(family, key), shape, family.eventRank) };
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

function rankOf({ parameters, name }: Family, key: string): number {
  return present(parameters[key], `${key} of ${name}`).rank;
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
  const padded = [...own.slice(0, lead), ...new Array<number>(batch.length - own.length).fill(1), ...own.slice(lead)];
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
  const along = "along" in dist.components ? alongSampler(place, dist.components.along, plates, event, K) : null;
  const listed =
    "along" in dist.components ? [] : dist.components.map((part) => samplerOf(place, part, plates, shape, lead));
  const once = (at: number, random: RandomStream): Plain | null => {
    const p = Float64Array.from(weightsAt(at) as Float64Array);
    if (dist.weightsAre === "logits") {
      const most = largest(p);
      p.forEach((logit, k) => (p[k] = Math.exp(logit - most)));
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
      for (const one of typeof draw === "number" ? [draw] : draw) draws.push(one);
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
function alongSampler(place: Place, dist: Dist, plates: readonly PlateId[], event: Shape, K: number) {
  assert(
    dist.kind === "family" && plates.every((p) => !dist.plates.includes(p)),
    "components along an axis are the same for all data",
  );
  const family = present(families[dist.family], dist.family);
  const args = Object.entries(dist.args).map(([key, expr]) => {
    const value = valueOf(place, expr, []);
    const parameterRank = rankOf(family, key);
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
      for (const one of typeof draw === "number" ? [draw] : draw) draws.push(one);
    }
    return event.length === 0 ? draws[0]! : Float64Array.from(draws);
  };
}

/** The declared bounds of the entry at a place: they may move with the plates and with other latents. */
export function boundsOf(
  place: Place,
  { type, plates, truncated: halved }: Pick<LatentNode, "type" | "plates" | "truncated">,
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
