import { familyNamed } from "../distributions/index.ts";
import { tableBound, type FamilyBound } from "../tensor/support.ts";
import { givenName } from "../distributions/support.ts";
import type { Numbers } from "./numbers.ts";
import { isDataOnly } from "./dataOnly.ts";
import { evaluateData } from "./evaluate.ts";
import type { Dist, Expr, Model } from "../model/model.ts";

/** The values lower, lower + 1, ..., upper: all that any observation of a statement can be. */
export interface Classes {
  readonly lower: number;
  readonly count: number;
}

/** More values than this are numbers, not classes. */
export const mostClasses = 50;

/** The values that a distribution of single integers can give, where they are few; else null. */
export function classesOf(model: Model, numbers: Numbers, dist: Dist): Classes | null {
  const ends = endpointsOf(model, numbers, dist);
  if (ends === null) return null;
  const count = ends.upper - ends.lower + 1;
  return count >= 1 && count <= mostClasses ? { lower: ends.lower, count } : null;
}

interface Endpoints {
  readonly lower: number;
  readonly upper: number;
}

function endpointsOf(model: Model, numbers: Numbers, dist: Dist): Endpoints | null {
  switch (dist.kind) {
    case "family": {
      const family = familyNamed(dist.family);
      const { support } = family;
      if (family.eventRank > 0 || support.kind !== "interval" || !support.integer) return null;
      const end = (given: FamilyBound, outermost: typeof Math.min): number | null => {
        if (given === null || typeof given === "number") return given;
        if ("parameter" in given) return extreme(model, numbers, dist.args[given.parameter], outermost);
        const { table, less } = tableBound(given);
        const size = dist.args[givenName(family, table, dist.args)]?.type.shape.at(-1);
        return size === undefined ? null : numbers.size(size) - less;
      };
      const [lower, upper] = [end(support.lower, Math.min), end(support.upper, Math.max)];
      return lower === null || upper === null ? null : { lower, upper };
    }
    case "mixture": {
      const parts = "along" in dist.components ? [dist.components.along] : dist.components;
      const ends = parts.map((part) => endpointsOf(model, numbers, part));
      if (dist.event.length > 0 || ends.some((each) => each === null)) return null;
      const all = ends.filter((each) => each !== null);
      return { lower: Math.min(...all.map(({ lower }) => lower)), upper: Math.max(...all.map(({ upper }) => upper)) };
    }
    case "zero_inflate": {
      const ends = dist.discrete ? endpointsOf(model, numbers, dist.of) : null;
      return ends && { lower: Math.min(0, ends.lower), upper: Math.max(0, ends.upper) };
    }
    default:
      return null;
  }
}

/** The least or the greatest number behind an argument that follows from the data; null where it does not. */
function extreme(model: Model, numbers: Numbers, expr: Expr | undefined, outermost: typeof Math.min): number | null {
  if (!expr || !isDataOnly(model, expr)) return null;
  const { values } = evaluateData(model, numbers, expr);
  return values.length === 0 ? null : values.reduce((end, each) => outermost(end, each));
}
