import { lookUp, present } from "../base/assert.ts";
import { sameShape, sizeOf } from "../tensor/shape.ts";
import { Builder } from "./builder.ts";
import { definition, inputsOf, renamed, type Equation, type Ops, type Program, type Value } from "./program.ts";
import { dropUnused } from "./rewrite.ts";
import { scanParts } from "./scan.ts";

/** Derivatives of a number with respect to `wrt` from those with respect to other values (see differentiate.ts). */
export type Pull = (b: Builder, seeds: ReadonlyMap<Value, Value>, wrt: readonly Value[]) => readonly Value[];

/** A scan seen from behind: its arguments, its result and the result's adjoint. */
export interface ScanSite {
  readonly attributes: Ops["scan"];
  /** The arguments, by the names of the body's inputs. */
  readonly given: ReadonlyMap<string, Value>;
  readonly y: Value;
  readonly dy: Value;
}

/** Names of inputs and outputs of an adjoint body; the body's own names stay behind a prefix. */
const named = {
  /** The adjoint of a state after an iteration, carried backwards; of a stacked output's row. */
  adjoint: (name: string) => `d ${name}`,
  /** What a state was before the iteration. */
  before: (name: string) => `before ${name}`,
  /** The adjoint of an input, on its way out. */
  out: (name: string) => `grad ${name}`,
};

/**
 * The adjoints of those of a scan's arguments that are wanted, by the names of the body's inputs: again a scan, over
 * the same iterations backwards. Each iteration computes the body again from the states before it and pulls its
 * adjoints back through it; adjoints of states are carried, those of rows are stacked, those of arguments that all
 * iterations share are summed up as they go, so that none is held once for each iteration.
 */
export function scanAdjoint(
  b: Builder,
  site: ScanSite,
  wanted: ReadonlySet<string>,
  pull: Pull,
): ReadonlyMap<string, Value> {
  const { body, count, reverse } = site.attributes;
  const inputs = inputsOf(body);
  const active = activeInputs(body, wanted);
  const adjoint = dropUnused(adjointBody(body, active, pull));
  const parts = partsOf(b, site, site.dy);

  const states = statesBefore(b, site, new Set(inputsOf(adjoint).map((e) => e.attributes.name)));
  const args = new Map<string, Value>();
  for (const { attributes, shape } of inputs) {
    const { name, role } = attributes;
    const before = states.get(name);
    if (role !== "state") args.set(name, lookUp(site.given, name));
    else if (before !== undefined) args.set(named.before(name), before);
    args.set(named.out(name), b.fill(shape, 0));
  }
  for (const { name, carry } of body.outputs) args.set(named.adjoint(carry ?? name), lookUp(parts, name));
  const results = b.scan(adjoint, count, args, !reverse);
  return new Map([...wanted].map((name) => [name, lookUp(results, named.out(name))]));
}

/**
 * The iteration backwards. A state's adjoint comes in under its own name, since it is carried; rows' adjoints as rows.
 */
function adjointBody(body: Program, active: ReadonlySet<string>, pull: Pull): Program {
  const a = new Builder();
  const now = new Map<Value, Value>();
  for (const equation of body.equations) now.set(equation.out, forward(a, equation, now));
  const seeds = new Map<Value, Value>();
  for (const { name, value, carry } of body.outputs) {
    if (carry !== null && !active.has(carry)) continue;
    const role = carry === null ? "feed" : "state";
    const current = lookUp(now, value);
    const seed = a.input(named.adjoint(carry ?? name), a.shapeOf(current), role);
    const before = seeds.get(current);
    seeds.set(current, before === undefined ? seed : a.add(before, seed));
  }
  const wrt = inputsOf(body).filter(({ attributes }) => active.has(attributes.name));
  const gradients = pull(
    a,
    seeds,
    wrt.map(({ out }) => lookUp(now, out)),
  );
  wrt.forEach(({ attributes: { name, role }, shape }, i) => {
    const gradient = present(gradients[i], name);
    if (role === "state") a.output(named.out(name), gradient, named.adjoint(name));
    else if (role === "feed") a.output(named.out(name), gradient);
    else {
      const sum = a.input(named.out(name), shape, "state");
      a.output(named.out(name), a.add(sum, gradient), named.out(name));
    }
  });
  return a.finish();
}

/** An equation of the body written again, with states read from what they were before the iteration. */
function forward(a: Builder, equation: Equation, now: ReadonlyMap<Value, Value>): Value {
  if (equation.op !== "input") return a.copy(renamed(equation, (arg) => lookUp(now, arg)));
  const { name, shape, role } = equation.attributes;
  return role === "state" ? a.input(named.before(name), shape, "feed") : a.input(name, shape, role);
}

/** The inputs that matter: those whose adjoint is wanted and the states through which it comes. */
function activeInputs(body: Program, wanted: ReadonlySet<string>): ReadonlySet<string> {
  const active = new Set(wanted);
  for (;;) {
    const reached = new Set<Value>();
    for (const { op, attributes, args, out } of body.equations)
      if (op === "input" ? active.has(attributes.name) : args.some((arg) => reached.has(arg))) reached.add(out);
    const before = active.size;
    for (const { carry, value } of body.outputs) if (carry !== null && reached.has(value)) active.add(carry);
    if (active.size === before) return active;
  }
}

/** A packed vector of a scan's result, output by output. */
function partsOf(b: Builder, { attributes }: ScanSite, packed: Value): Map<string, Value> {
  return new Map(
    scanParts(attributes.body, attributes.count).map(({ output, offset, shape }) => [
      output.name,
      b.reshape(b.narrow(packed, 0, offset, sizeOf(shape)), shape),
    ]),
  );
}

/**
 * The states before each iteration, [count, ...], for those that an adjoint body reads: the starting value, then what
 * was carried. Where the body stacks that too it is there already; else the scan is run once more with it stacked.
 */
function statesBefore(b: Builder, site: ScanSite, reads: ReadonlySet<string>): ReadonlyMap<string, Value> {
  const { body, count, reverse } = site.attributes;
  const stacked = new Map<Value, string>();
  for (const { name, value, carry } of body.outputs) if (carry === null) stacked.set(value, name);
  const carriedTo = new Map(body.outputs.map(({ carry, value }) => [carry, value]));
  const needed = inputsOf(body).filter(
    ({ attributes: { name, role } }) => role === "state" && reads.has(named.before(name)),
  );

  // a state that takes over another one is known where that one is; states that go round in a circle are not
  const missing = new Set<Value>();
  const visit = (state: string, path: readonly string[]): void => {
    const value = present(carriedTo.get(state), state);
    const { op, attributes } = definition(body, value);
    if (missing.has(value) || stacked.has(value)) return;
    if (op !== "input" || path.includes(state)) missing.add(value);
    else if (attributes.role === "state") visit(attributes.name, [...path, state]);
  };
  needed.forEach(({ attributes }) => visit(attributes.name, []));

  let parts = partsOf(b, site, site.y);
  if (missing.size > 0) {
    const longer = Builder.resume(body);
    for (const value of missing) {
      stacked.set(value, `stacked %${value}`);
      longer.output(`stacked %${value}`, value);
    }
    parts = new Map(b.scan(longer.finish(), count, site.given, reverse));
  }

  const known = new Map<string, Value>();
  const beforeEach = (state: string): Value => {
    const found = known.get(state);
    if (found !== undefined) return found;
    const value = present(carriedTo.get(state), state);
    const start = b.expand(lookUp(site.given, state), 0);
    const after = count > 1 ? rowsOf(value) : start;
    const from = reverse ? 1 : 0;
    const rest = count > 1 ? [b.narrow(after, 0, from, count - 1)] : [];
    const all = count === 0 ? b.narrow(start, 0, 0, 0) : b.concat(reverse ? [...rest, start] : [start, ...rest], 0);
    known.set(state, all);
    return all;
  };
  /** The values that a carried one takes, one by one. */
  const rowsOf = (value: Value): Value => {
    const name = stacked.get(value);
    if (name !== undefined) return lookUp(parts, name);
    const { op, attributes, shape } = definition(body, value);
    const input = op === "input" ? attributes : null;
    if (input?.role === "state") return beforeEach(input.name);
    const given = lookUp(site.given, present(input, "an input").name);
    const full = [count, ...shape];
    return sameShape(b.shapeOf(given), full) && input?.role === "feed" ? given : b.broadcast(b.expand(given, 0), full);
  };
  return new Map(needed.map(({ attributes: { name } }) => [name, beforeEach(name)]));
}
