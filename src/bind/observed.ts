import { observedImpossible } from "../diagnostics/catalogue/data.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { insideSupport, supportWords } from "../distributions/check.ts";
import type { Family } from "../distributions/family.ts";
import { familyNamed } from "../distributions/index.ts";
import { givenName } from "../distributions/support.ts";
import { broadcastStrides, sizeOf, type HostTensor, unravel } from "../tensor/shape.ts";
import { tableBound, type FamilyBound } from "../tensor/support.ts";
import type { Numbers } from "./numbers.ts";
import { isDataOnly } from "./dataOnly.ts";
import { evaluateData } from "./evaluate.ts";
import type { Dist, Expr, Model, ObservedNode } from "../model/model.ts";
import { firstEntry, text, whereIs } from "./places.ts";
import { entryName } from "./raw.ts";
import { distName } from "../model/walk.ts";
import { observedMask } from "./missing.ts";

/** Which values an entry of the observed array may have, by its flat place. */
interface Possible {
  readonly holds: (x: number, at: number) => boolean;
  readonly words: (at: number) => string;
}

/** An observed value that its distribution never produces, where that follows from the data alone. */
export function badObserved(model: Model, numbers: Numbers, node: ObservedNode): Diagnostic[] {
  const { dist, value } = node;
  const observed = evaluateData(model, numbers, value);
  const possible = possibleOf(model, numbers, dist, value, observed);
  const mask = observedMask(model, numbers, value);
  const missing = (i: number): boolean => mask?.values[i] === 0;
  const wrong = possible && firstEntry(observed, (x, i) => !missing(i) && !possible.holds(x, i));
  if (!wrong) return [];
  return [
    observedImpossible({
      entry: observedEntry(model, value, observed, wrong.at),
      value: wrong.value,
      family: distName(dist),
      support: possible.words(wrong.at),
      observed: value.span,
      dist: dist.span,
    }),
  ];
}

/** Null where the data do not tell. */
function possibleOf(model: Model, numbers: Numbers, dist: Dist, value: Expr, observed: HostTensor): Possible | null {
  switch (dist.kind) {
    case "family":
      return ofFamily(model, numbers, dist, value, observed);
    case "mixture": {
      if ("along" in dist.components) return null;
      const parts = dist.components.map((part) => possibleOf(model, numbers, part, value, observed));
      if (!parts.every((part) => part !== null)) return null;
      return {
        holds: (x, at) => parts.some((part) => part.holds(x, at)),
        words: (at) => [...new Set(parts.map((part) => part.words(at)))].join(", or "),
      };
    }
    case "zero_inflate": {
      const of = possibleOf(model, numbers, dist.of, value, observed);
      return (
        of && {
          holds: (x, at) => x === 0 || of.holds(x, at),
          words: (at) => `0, or ${of.words(at)}`,
        }
      );
    }
    default: {
      const of = possibleOf(model, numbers, dist.of, value, observed);
      const [low, high] = [dist.lower, dist.upper].map((end) => {
        const bound = end && exprLimit(model, numbers, end, value);
        return bound && stretched(bound, observed.shape);
      });
      const [least, most] = [(at: number) => low?.(at) ?? -Infinity, (at: number) => high?.(at) ?? Infinity];
      const atEnd = (x: number, at: number): boolean => dist.kind === "censor" && (x === least(at) || x === most(at));
      return {
        holds: (x, at) => x >= least(at) && x <= most(at) && (atEnd(x, at) || !of || of.holds(x, at)),
        words: (at) => {
          const ends = [low && `at least ${low(at)}`, high && `at most ${high(at)}`];
          const words = [of ? of.words(at) : null, ...ends];
          return words.filter((part) => part !== null).join(", ");
        },
      };
    }
  }
}

type FamilyDist = Extract<Dist, { kind: "family" }>;

function ofFamily(
  model: Model,
  numbers: Numbers,
  dist: FamilyDist,
  value: Expr,
  observed: HostTensor,
): Possible | null {
  const family = familyNamed(dist.family);
  const { support } = family;
  if (support.kind === "counts" || support.kind === "cholesky_corr")
    return ofEvents(model, numbers, dist, value, observed);
  const limits: readonly (Limit | null)[] =
    support.kind === "simplex"
      ? [
          { tensor: scalar(0), rank: 0 },
          { tensor: scalar(1), rank: 0 },
        ]
      : [support.lower, support.upper].map((b) => limit(model, numbers, dist, b, value));
  const [lower, upper] = limits.map((l) => l && stretched(l, observed.shape));
  const integer = support.kind === "interval" && support.integer;
  const closed = closedEnds(dist);
  const low = (at: number): number => (lower ? lower(at) : -Infinity);
  const high = (at: number): number => (upper ? upper(at) : Infinity);
  return {
    holds: (x, at) =>
      (x > low(at) || (x === low(at) && closed.lower)) &&
      (x < high(at) || (x === high(at) && closed.upper)) &&
      (!integer || Number.isInteger(x)),
    words: (at) => supportText(family, integer, low(at), high(at), closed),
  };
}

/** Whole vectors of counts and correlation factors: every entry of an event is as good or bad as the event. */
function ofEvents(
  model: Model,
  numbers: Numbers,
  dist: FamilyDist,
  value: Expr,
  observed: HostTensor,
): Possible | null {
  const family = familyNamed(dist.family);
  const { support, eventRank } = family;
  const { shape, values } = observed;
  const size = sizeOf(shape.slice(shape.length - eventRank));
  const total = support.kind === "counts" ? dist.args[support.total] : null;
  const totals = total && exprLimit(model, numbers, total, value);
  if (total && !totals) return null;
  const totalAt = totals && stretched(totals, shape.slice(0, shape.length - eventRank));
  const holds = (_: number, at: number): boolean => {
    const event = Math.floor(at / size);
    const args = support.kind === "counts" && totalAt ? { [support.total]: totalAt(event) } : {};
    return insideSupport(family, args, values.subarray(event * size, (event + 1) * size));
  };
  return { holds, words: () => supportWords(family) };
}

function supportText(family: Family, integer: boolean, low: number, high: number, closed: Closed): string {
  if (integer && Number.isFinite(high)) return `a whole number from ${low} to ${high}`;
  const open = !closed.lower || !closed.upper;
  return `${supportWords(family)}${open ? ", the end left out" : ""}`;
}

/**
 * Families whose density is 0 or infinite at an end of the support, whatever the latents are, unless the argument
 * named here is 1 (null: always): an observation there would make the whole likelihood 0 or infinite.
 */
const openEnds: Readonly<Record<string, { readonly lower?: string | null; readonly upper?: string }>> = {
  beta: { lower: "a", upper: "b" },
  gamma: { lower: "shape" },
  weibull: { lower: "shape" },
  chi_squared: { lower: null },
  inverse_gamma: { lower: null },
  log_normal: { lower: null },
};

interface Closed {
  readonly lower: boolean;
  readonly upper: boolean;
}

function closedEnds({ family, args }: FamilyDist): Closed {
  const ends = openEnds[family];
  const closed = (argument: string | null | undefined): boolean => {
    if (argument === undefined) return true;
    const range = argument === null ? undefined : args[argument]?.type.range;
    return range !== undefined && range.lower === 1 && range.upper === 1;
  };
  return { lower: closed(ends?.lower), upper: closed(ends?.upper) };
}

interface Limit {
  readonly tensor: HostTensor;
  /** Axes of its own, behind those of the plates. */
  readonly rank: number;
}

const scalar = (x: number): HostTensor => ({ shape: [], values: Float64Array.of(x) });

/** A bound of the support with the axes of the observed value, plates first; null when open or not known. */
function limit(model: Model, numbers: Numbers, dist: FamilyDist, b: FamilyBound, value: Expr): Limit | null {
  if (b === null) return null;
  if (typeof b === "number") return { tensor: scalar(b), rank: 0 };
  if ("parameter" in b) {
    const arg = dist.args[b.parameter];
    return arg ? exprLimit(model, numbers, arg, value) : null;
  }
  const { table, less } = tableBound(b);
  const size = dist.args[givenName(familyNamed(dist.family), table, dist.args)]?.type.shape.at(-1);
  return size === undefined ? null : { tensor: scalar(numbers.size(size) - less), rank: 0 };
}

/** The same of an expression. */
function exprLimit(model: Model, numbers: Numbers, arg: Expr, value: Expr): Limit | null {
  if (!isDataOnly(model, arg)) return null;
  const tensor = evaluateData(model, numbers, arg);
  // The value stands in every plate that the argument does: axes of size 1 for those over which the argument is fixed.
  const leading = value.plates.map((id) => tensor.shape[arg.plates.indexOf(id)] ?? 1);
  const own = tensor.shape.slice(arg.plates.length);
  return { tensor: { shape: [...leading, ...own], values: tensor.values }, rank: own.length };
}

/** Reads a limit at the flat index of the observed value: leading axes line up, a single number stretches. */
function stretched({ tensor, rank }: Limit, shape: readonly number[]): (flat: number) => number {
  const [first] = tensor.values;
  if (first !== undefined && tensor.values.length === 1) return () => first;
  const leading = tensor.shape.length - rank;
  const padded = rank === 0 ? [...tensor.shape, ...new Array<number>(shape.length - leading).fill(1)] : tensor.shape;
  const strides = broadcastStrides(padded);
  return (flat) => {
    const place = unravel(shape, flat);
    return tensor.values[place.reduce((sum, i, axis) => sum + i * strides[axis]!, 0)]!;
  };
}

/** "y[3]" for data indexed by plates, else the expression with its place. */
function observedEntry(model: Model, value: Expr, observed: HostTensor, at: number): string {
  const place = unravel(observed.shape, at);
  if (value.kind === "data") return entryName(value.name, place);
  const plain =
    value.kind === "index" &&
    value.target.kind === "data" &&
    value.items.every(
      (item, i) => item.kind === "at" && item.at.kind === "plate-index" && item.at.plate === value.plates[i],
    );
  if (plain && value.kind === "index" && value.target.kind === "data") return entryName(value.target.name, place);
  return `${text(model, value)}${sizeOf(observed.shape) === 1 ? "" : whereIs(model, value, observed, at)}`;
}
