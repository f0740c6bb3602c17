import { assert, present } from "../base/assert.ts";
import type { ElementExpr, Expr, Segment, Loop, PlateId } from "../model/model.ts";
import { subtractDims } from "../model/sizes.ts";
import { bottomUp, childrenOf, everyExpr, singleEntry } from "../model/walk.ts";
import { rowsIn } from "../graph/instance.ts";
import { Builder } from "../program/builder.ts";
import { NamedBuilder } from "../program/named-builder.ts";
import type { Axis, Named } from "../program/named.ts";
import { inputsOf, type Program, type Value } from "../program/program.ts";
import { dropUnused } from "../program/rewrite.ts";
import { broadcastShapes, type Shape } from "../tensor/shape.ts";
import { memoised, type Context } from "./context.ts";
import { iterationName } from "../program/names.ts";

type Lower = (context: Context, expr: Expr) => Named;

/** An array filled part by part: [entries, ...]. */
export function lowerParts(context: Context, parts: readonly Segment[], lower: Lower): Named {
  const { b, n } = context;
  const values = parts.map((part) => {
    if (part.kind === "loop") return present(lowerLoop(context, part.loop, lower).get(part.array), part.array);
    const entry = memoised(context, part.value, () => lower(context, part.value));
    return { ...entry, value: b.expand(entry.value, entry.axes.length), rank: entry.rank + 1 };
  });
  const [first] = values;
  if (first && values.length === 1) return first;
  const axes = n.unionAxes(...values);
  const placed = values.map((value) => n.spread(value, axes));
  const leading: Shape = placed
    .map((value) => b.shapeOf(value).slice(0, axes.length))
    .reduce<Shape>((p, q) => present(broadcastShapes(p, q), "common axes"), []);
  const full = placed.map((value) => b.broadcast(value, [...leading, ...b.shapeOf(value).slice(axes.length)]));
  return n.named(b.concat(full, axes.length), axes);
}

/** An entry of an array that is being filled: this iteration's or an earlier one's, or one at a known place. */
export function lowerElement(context: Context, expr: ElementExpr, lower: Lower): Named {
  const { array, at } = expr;
  if ("lag" in at) return present(context.iteration, "an iteration").entry(array, at.lag);
  const single = singleEntry(expr);
  if (single) return memoised(context, single, () => lower(context, single));
  return entryAt(context, lowerParts(context, at.before, lower), context.numbers.size(at.place));
}

function entryAt({ b }: Context, array: Named, place: number): Named {
  const axis = array.axes.length;
  const row = b.narrow(array.value, axis, place, 1);
  const shape = b.shapeOf(row).filter((_, at) => at !== axis);
  return { value: b.reshape(row, shape), axes: array.axes, rank: array.rank - 1 };
}

/** Whether a value depends on what earlier iterations, or this one, have assigned. */
export const readsEntries = bottomUp<boolean>(
  (expr, of) => (expr.kind === "element" && "lag" in expr.at) || childrenOf(expr).some(of),
);

/** How far back entries of each array are read; 0 for those read in their own iteration only. */
function lagsOf({ fills }: Loop): ReadonlyMap<string, number> {
  const lags = new Map<string, number>();
  const seen = new Set<Expr>();
  for (const { value } of fills)
    for (const part of everyExpr(value, seen))
      if (part.kind === "element" && "lag" in part.at)
        lags.set(part.array, Math.max(lags.get(part.array) ?? 0, part.at.lag));
  return lags;
}

/** What a loop fills, [iterations, ...] for each array: one recurrence for all of them. */
function lowerLoop(context: Context, loop: Loop, lower: Lower): ReadonlyMap<string, Named> {
  return memoised(context, loop, () => {
    const outer = iterationsFirst(context, loop.plate);
    const lags = lagsOf(loop);
    const independent = loop.fills.every(({ value }) => !readsEntries(value));
    if (independent) return eachIteration(outer, loop, lower);
    const starts = new Map(loop.fills.map((fill) => [fill.array, startsOf(context, fill, lags, lower)]));
    // What an array varies over may only show when what it is computed from does: at most one axis more in each try.
    let axes = new Map(loop.fills.map(({ array }) => [array, context.n.unionAxes(...(starts.get(array) ?? []))]));
    for (;;) {
      const tried = new Body(outer, loop, lags, axes, starts, lower);
      if (tried.axes.size === 0) return tried.run();
      axes = new Map([...axes, ...tried.axes]);
    }
  });
}

/** The same context with the iterations as the outermost axis, so that rows lie together. */
function iterationsFirst(context: Context, plate: PlateId): Context {
  const axes = [plate, ...context.order.axes.filter((axis) => axis !== plate)];
  const order = { ...context.order, axes };
  return { ...context, order, n: new NamedBuilder(context.b, order) };
}

/** Iterations that need nothing of one another. */
function eachIteration(outer: Context, loop: Loop, lower: Lower): ReadonlyMap<string, Named> {
  return new Map(loop.fills.map(({ array, value }) => [array, outer.n.ownAxes(lower(outer, value), [loop.plate])]));
}

/** What is read before the first iteration: the entry `lag` places in front of the first one filled, for each lag. */
function startsOf(
  context: Context,
  { array, start, before }: Loop["fills"][number],
  lags: ReadonlyMap<string, number>,
  lower: Lower,
): readonly Named[] {
  const most = lags.get(array) ?? 0;
  if (most === 0) return [];
  const prefix = lowerParts(context, before, lower);
  return Array.from({ length: most }, (_, i) => {
    const place = context.numbers.size(subtractDims(start, i + 1));
    return entryAt(context, prefix, Math.max(0, place));
  });
}

/** The program of one iteration, and the arguments it takes from outside. */
class Body {
  /** Arrays that vary over more axes than was assumed. */
  readonly axes = new Map<string, readonly Axis[]>();
  readonly #outer: Context;
  readonly #loop: Loop;
  readonly #assumed: ReadonlyMap<string, readonly Axis[]>;
  readonly #starts: ReadonlyMap<string, readonly Named[]>;
  readonly #lower: Lower;
  readonly #body = new Builder();
  readonly #args = new Map<string, Value>();
  readonly #imported = new Map<string, Named>();
  readonly #now = new Map<string, Named>();
  readonly #states = new Map<string, Named>();

  constructor(
    outer: Context,
    loop: Loop,
    lags: ReadonlyMap<string, number>,
    assumed: ReadonlyMap<string, readonly Axis[]>,
    starts: ReadonlyMap<string, readonly Named[]>,
    lower: Lower,
  ) {
    this.#outer = outer;
    this.#loop = loop;
    this.#assumed = assumed;
    this.#starts = starts;
    this.#lower = lower;
    for (const { array } of loop.fills) for (let lag = 1; lag <= (lags.get(array) ?? 0); lag++) this.#state(array, lag);
    for (const { array, value } of loop.fills) this.#fill(array, value);
  }

  /** The recurrence, and each array's entries as its first own axis. */
  run(): ReadonlyMap<string, Named> {
    const { b, n } = this.#outer;
    for (const { array } of this.#loop.fills) {
      const now = this.#now.get(array)!;
      this.#body.output(iterationName.entry(array), now.value);
      for (let lag = 1; this.#states.has(iterationName.before(array, lag)); lag++) {
        const next = lag === 1 ? now : this.#states.get(iterationName.before(array, lag - 1))!;
        this.#body.output(iterationName.next(array, lag), next.value, iterationName.before(array, lag));
      }
    }
    const body: Program = dropUnused(this.#body.finish());
    const { plate } = this.#loop;
    const args = new Map(inputsOf(body).map(({ attributes: { name } }) => [name, this.#args.get(name)!]));
    const results = b.scan(body, rowsIn(this.#outer, plate), args);
    return new Map(
      this.#loop.fills.map(({ array }) => {
        const { axes } = present(this.#now.get(array), array);
        const rows = n.named(present(results.get(iterationName.entry(array)), array), [plate, ...axes]);
        return [array, n.ownAxes(rows, [plate])];
      }),
    );
  }

  #fill(array: string, value: Expr): void {
    const b = this.#body;
    const axesInside = this.#outer.order.axes.filter((axis) => axis !== this.#loop.plate);
    const order = { ...this.#outer.order, axes: axesInside };
    const n = new NamedBuilder(b, order);
    const context: Context = {
      ...this.#outer,
      b,
      order,
      n,
      values: new Map(),
      parameter: (name) => this.#import({ value: this.#outer.parameter(name), axes: [], rank: 0 }).value,
      iteration: {
        plate: this.#loop.plate,
        outside: (expr) => this.#import(this.#lower(this.#outer, expr)),
        entry: (of, lag) =>
          present(lag === 0 ? this.#now.get(of) : this.#states.get(iterationName.before(of, lag)), of),
      },
    };
    const found = this.#lower(context, value);
    const assumed = present(this.#assumed.get(array), array);
    const axes = n.unionAxes(found, { axes: assumed });
    if (axes.length > assumed.length) this.axes.set(array, axes);
    this.#now.set(array, { value: n.broadcast(found, axes), axes, rank: found.rank });
  }

  #state(array: string, lag: number): void {
    const { b, n } = this.#outer;
    const start = present(this.#starts.get(array)?.[lag - 1], "a start");
    const axes = present(this.#assumed.get(array), array);
    const name = iterationName.before(array, lag);
    const given = n.broadcast(start, axes);
    this.#args.set(name, given);
    const value = this.#body.input(name, b.shapeOf(given), "state");
    this.#states.set(name, { value, axes, rank: start.rank });
  }

  /**
   * A value from outside: a row of it where it varies over the iterations, else the whole, the same in every iteration.
   */
  #import(term: Named): Named {
    const { b } = this.#outer;
    const key = `${term.value} ${term.axes.join()}`;
    const known = this.#imported.get(key);
    if (known) return known;
    const equation = b.equation(term.value);
    const number =
      equation.op === "constant" && equation.attributes.values.length === 1 ? equation.attributes.values[0]! : null;
    const varies = term.axes[0] === this.#loop.plate;
    assert(varies || !term.axes.includes(this.#loop.plate), "iterations are the outermost axis");
    const shape: Shape = varies ? equation.shape.slice(1) : equation.shape;
    const name = iterationName.outside(this.#imported.size);
    if (number === null) this.#args.set(name, term.value);
    const value =
      number === null ? this.#body.input(name, shape, varies ? "feed" : "data") : this.#body.fill(shape, number);
    const inside = { value, axes: varies ? term.axes.slice(1) : term.axes, rank: term.rank };
    this.#imported.set(key, inside);
    return inside;
  }
}
