import { present } from "../../base/assert.ts";
import { inTurns } from "../../base/turns.ts";
import type { Executor, Seed } from "../../execute/executor.ts";
import { drawsIntegers, type BlockSite } from "../../guide/guide.ts";
import { latentOf } from "../../graph/instance.ts";
import type { Programs } from "../../lower/programs.ts";
import { improperSites } from "../../model/probabilities.ts";
import { defaultLbfgsOptions, minimiseAll } from "../../numeric/lbfgs.ts";
import { randomStream, seedKey } from "../../numeric/random.ts";
import { eigenSymmetric } from "../../numeric/symmetric.ts";
import { unravel } from "../../tensor/shape.ts";
import { hessianAt } from "./curvature.ts";
import { mostDimensions } from "./search.ts";
import { openTarget, type Target } from "./target.ts";

/** A direction along which a posterior does not fall, so that it has no finite integral. */
export interface FlatDirection {
  /** Entries of latents and their shares, the largest first; those that hardly count are left out. */
  readonly parts: readonly { readonly name: string; readonly share: number }[];
}

/** Searches for a point to look from. */
const starts = 6;
/** In coordinates scaled by their own curvature: directions that curve less are walked along. */
const hardlyCurved = 1e-6;
/** How far, in such coordinates. A proper density of a width of 1e5 has fallen by many nats at the last of them. */
const strides = [1e2, 1e4, 1e6];
/** Steps of the logarithm of a positive number; beyond them its exponential overflows. */
const logStrides = [10, 50, 250];
/** Nats by which a density may change from the second stride to the last, and below where it began. */
const level = 1;
/** Shares of a direction below this part of the largest are rounding. */
const counts = 0.02;

/** More entries than these are not named. */
const mostNamed = 6;

/** A direction in words: "`b[0]` and `b[1]`", "0.89 b[0] - 0.45 b[1]". */
export function directionWords({ parts }: FlatDirection): {
  readonly entries: number;
  readonly names: string;
  readonly along: string;
} {
  const told = parts.slice(0, mostNamed);
  const more = parts.length - told.length;
  const quoted = told.map(({ name }) => `\`${name}\``);
  const [last, ...others] = (more > 0 ? [...quoted, `${more} more`] : quoted).reverse();
  const names = others.length === 0 ? (last ?? "") : `${others.reverse().join(", ")} and ${last}`;
  const terms = told.map(({ name, share }, i) => {
    const sign = share < 0 ? (i === 0 ? "-" : "- ") : i === 0 ? "" : "+ ";
    return parts.length === 1 ? `\`${name}\`` : `${sign}${Math.abs(share).toFixed(2)} ${name}`;
  });
  return { entries: parts.length, names, along: [...terms, ...(more > 0 ? ["+ ..."] : [])].join(" ") };
}

/** What a coordinate of the unconstrained scale stands for. */
interface Coordinate {
  readonly name: string;
  readonly kind: "real" | "positive" | "other";
  readonly improper: boolean;
}

/**
 * Directions along which the posterior of a model with improper priors is flat: those in which it does not curve where
 * searches end, each coordinate by itself, and the way that the searches went. A direction counts as flat when the
 * density neither falls nor changes any more far out along it.
 */
export async function flatDirections(programs: Programs, executor: Executor, seed: Seed): Promise<FlatDirection[]> {
  const { guide, model } = programs;
  const improper = new Set(improperSites(model));
  const [block, ...others] = guide.blocks;
  const learned = model.params.length + model.nets.length;
  if (improper.size === 0 || !block || others.length + block.plates.length + learned > 0) return [];
  if (drawsIntegers(block) || block.dimension > mostDimensions) return [];
  const coordinates = block.sites.flatMap((site) => coordinatesOf(programs, site, improper.has(site.name)));
  const target = openTarget(programs, executor);
  try {
    const random = randomStream(seedKey(seed, "flat"));
    const from = Array.from({ length: starts }, (_, i) =>
      Float64Array.from(coordinates, () => (i === 0 ? 0 : random.normal())),
    );
    const ends = await minimiseAll(from, target.descend, defaultLbfgsOptions);
    const [best] = ends.filter(({ value }) => Number.isFinite(value)).sort((a, b) => a.value - b.value);
    if (!best) return [];
    return await flatFrom(target, best.point, coordinates);
  } finally {
    target.dispose();
  }
}

async function flatFrom(
  target: Target,
  point: Float64Array,
  coordinates: readonly Coordinate[],
): Promise<FlatDirection[]> {
  const found: FlatDirection[] = [];
  const single = new Set<number>();
  for (const [i, { kind, improper }] of coordinates.entries()) {
    if (!improper || kind === "other") continue;
    const axis = Float64Array.from(coordinates, (_, j) => (i === j ? 1 : 0));
    if (!(await isFlat(target, point, axis, kind === "real" ? strides : logStrides, kind === "real"))) continue;
    single.add(i);
    found.push({ parts: [{ name: present(coordinates[i], "a coordinate").name, share: 1 }] });
  }
  const real = coordinates.map(({ kind }, i) => kind === "real" && !single.has(i));
  for (const direction of await candidates(target, point, real)) {
    if (!coordinates.some(({ improper }, i) => improper && direction[i] !== 0)) continue;
    if (await isFlat(target, point, direction, strides, true)) found.push(named(direction, coordinates));
  }
  return found;
}

/** Directions among these coordinates in which a density does not curve, and the way to a point far out. */
async function candidates(target: Target, point: Float64Array, among: readonly boolean[]): Promise<Float64Array[]> {
  const D = point.length;
  const precision = await hessianAt(target, point);
  const chosen = among.flatMap((is, i) => (is ? [i] : []));
  const n = chosen.length;
  if (precision === null || n === 0) return [];
  const entry = (i: number, j: number): number => precision[i * D + j] ?? 0;
  const scale = chosen.map((i) => 1 / Math.sqrt(Math.max(Math.abs(entry(i, i)), 1e-300)));
  const scaled = Float64Array.from({ length: n * n }, (_, at) => {
    const [a, b] = [Math.floor(at / n), at % n];
    return entry(chosen[a] ?? 0, chosen[b] ?? 0) * (scale[a] ?? 0) * (scale[b] ?? 0);
  });
  const { values, vectors } = await inTurns(eigenSymmetric(scaled, n), target.signal);
  const spread = (of: (a: number) => number): Float64Array => {
    const out = new Float64Array(D);
    chosen.forEach((i, a) => (out[i] = of(a)));
    return out;
  };
  const uncurved = [...values.keys()]
    .filter((k) => Math.abs(values[k] ?? 1) < hardlyCurved)
    .map((k) => spread((a) => (vectors[k * n + a] ?? 0) * (scale[a] ?? 0)));
  const size = Math.hypot(...chosen.map((i) => point[i] ?? 0));
  const outwards = size > 0 ? [spread((a) => (point[chosen[a] ?? 0] ?? 0) / size)] : [];
  return uncurved.length > 0 ? uncurved : outwards;
}

/** Whether the density is level far out along a direction, on one side at least where both are asked for. */
async function isFlat(
  target: Target,
  point: Float64Array,
  direction: Float64Array,
  far: readonly number[],
  both: boolean,
): Promise<boolean> {
  for (const sign of both ? [1, -1] : [1]) {
    const places = [0, ...far].map((t) => point.map((x, i) => x + sign * t * (direction[i] ?? 0)));
    const values = await target.values(Float64Array.from(places.flatMap((place) => [...place])));
    const [here = NaN, , middle = NaN, last = NaN] = values;
    if (Math.abs(last - middle) <= level && last >= here - level) return true;
  }
  return false;
}

/** A direction of unit length in words. */
function named(direction: Float64Array, coordinates: readonly Coordinate[]): FlatDirection {
  const size = Math.hypot(...direction);
  const most = direction.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
  const parts = coordinates.flatMap(({ name }, i) => {
    const x = direction[i] ?? 0;
    return Math.abs(x) > counts * most ? [{ name, share: x / size }] : [];
  });
  const sign = Math.sign(parts[0]?.share ?? 1);
  return { parts: parts.map(({ name, share }) => ({ name, share: sign * share })) };
}

function coordinatesOf(programs: Programs, site: BlockSite, improper: boolean): Coordinate[] {
  const { support, lower, upper } = latentOf(programs, site.name).type;
  const own = support === "interval";
  const kind = own && !lower && !upper ? "real" : own && lower && !upper ? "positive" : "other";
  return Array.from({ length: site.size }, (_, i) => {
    const at = kind === "other" || site.event.length === 0 ? "" : `[${unravel(site.event, i).join(", ")}]`;
    return { name: `${site.name}${at}`, kind, improper };
  });
}
