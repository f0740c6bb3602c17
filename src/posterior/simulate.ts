import { present } from "../base/assert.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import { analyse, rowsIn } from "../graph/instance.ts";
import { buildGraph, exprsOf } from "../graph/graph.ts";
import { affine, type Affine } from "../model/affine.ts";
import type { Numbers } from "../bind/numbers.ts";
import { isImproper } from "../model/probabilities.ts";
import type { Dim, EntriesNode, Expr, Model, ObservedNode, PlateId } from "../model/model.ts";
import { distExprs, everyExpr } from "../model/walk.ts";
import { randomStream, seedKey, type RandomStream } from "../numeric/random.ts";
import { hostTensor, mostEntries, sizeOf, type HostTensor, unravel } from "../tensor/shape.ts";
import { valueOf, type Place } from "./expressions.ts";
import { boundsOf, drawDist, samplerOf } from "./samplers.ts";
import { tooManyEntries } from "../diagnostics/catalogue/memory.ts";
import { cannotDraw, cannotFill, improperDraw, looksBack } from "../diagnostics/catalogue/draws.ts";

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
  numbers: Numbers,
  seed: number | string,
  parameters: ReadonlyMap<string, HostTensor> = new Map(),
): Outcome<Simulation> {
  return simulator(model, numbers, parameters)(seed);
}

/** Draws everything but the latents that are given: `given[NAME]` is [plates..., shape...]. */
export type Simulator = (seed: number | string, given?: ReadonlyMap<string, HostTensor>) => Outcome<Simulation>;

/**
 * Ancestral sampling: each `sample` is drawn from its prior given what came before, then each `observe` replaces the
 * datum on its left. Covariates (data never observed) and sizes come from `bound`, learned numbers from `parameters`
 * by name. Expressions are compiled once for all draws.
 */
export function simulator(
  model: Model,
  numbers: Numbers,
  parameters: ReadonlyMap<string, HostTensor> = new Map(),
): Simulator {
  const compiled: Place["compiled"] = new Map();
  const instance = analyse(buildGraph(model), numbers);
  return (seed, given = new Map()) => {
    const known = new Map<string, HostTensor>();
    const data = new Map(numbers.data);
    return drawAll({ ...instance, data, known, parameters, compiled }, seed, given);
  };
}

type Simulated = Place & {
  readonly data: Map<string, HostTensor>;
  readonly known: Map<string, HostTensor>;
};

function drawAll(place: Simulated, seed: number | string, given: ReadonlyMap<string, HostTensor>): Outcome<Simulation> {
  const { model, numbers, data, known } = place;
  for (const node of model.nodes) {
    if (node.kind !== "latent") continue;
    const entries = sizeOf([...sizes(place, node.plates), ...node.type.shape.map(numbers.size)]);
    if (!(entries <= mostEntries)) return failed(tooManyEntries({ span: node.span, text: node.name, entries }));
  }
  const latents = new Map<string, HostTensor>();
  const observed = new Map<string, HostTensor>();
  const covered = new Map<string, Covered>();
  for (const node of model.nodes) {
    const fixed = node.kind === "latent" ? given.get(node.name) : undefined;
    if (node.kind === "latent" && fixed) {
      latents.set(node.name, fixed);
      known.set(node.name, fixed);
    } else if (node.kind === "latent" && node.dist === null) {
      const shape = [...sizes(place, node.plates), ...node.type.shape.map(numbers.size)];
      const entries = hostTensor(shape, new Float64Array(sizeOf(shape)));
      latents.set(node.name, entries);
      known.set(node.name, entries);
    } else if (node.kind === "entries") {
      const problem = simulateEntries(place, node, seed, given);
      if (problem) return failed(problem);
    } else if (node.kind === "latent" && node.dist !== null) {
      if (isImproper(node.dist)) return failed(improperDraw({ span: node.span, name: node.name }));
      const random = randomStream(seedKey(seed, `simulate ${node.name}`));
      const shape = [...sizes(place, node.plates), ...node.type.shape.map(numbers.size)];
      const value = drawDist(place, { dist: node.dist, plates: node.plates, shape, latent: node }, random);
      if (value === null) return failed(cannotDraw({ span: node.span, name: node.name }));
      latents.set(node.name, value);
      known.set(node.name, value);
    } else if (node.kind === "let") {
      known.set(node.name, valueOf(place, node.value, node.plates));
    } else if (node.kind === "observed") {
      const random = randomStream(seedKey(seed, `simulate ${node.name} ${node.span.start}`));
      const { name, items } = target(node);
      const span = node.value.span;
      if (items === null) return failed(cannotFill({ span, name: node.name }));
      const uses = useOf(model, node, name);
      if (uses) return failed(looksBack({ span: node.span, name, uses: uses.span }));
      const { shape, values } = observed.get(name) ?? present(data.get(name), `data ${name}`);
      const own = shape.slice(items.length);
      const { dist, plates } = node;
      const drawn = drawDist(place, { dist, plates, shape: [...sizes(place, plates), ...own], latent: null }, random);
      if (drawn === null) return failed(cannotDraw({ span: node.span, name: node.name }));
      const { filled } = covered.get(name) ?? { filled: new Uint8Array(values.length) };
      covered.set(name, { filled, span, name: node.name });
      const next = hostTensor(shape, Float64Array.from(values));
      scatter(place, { plates, items }, drawn, { values: next, filled });
      data.set(name, next);
      observed.set(name, next);
    }
  }
  for (const { filled, span, name } of covered.values())
    if (filled.includes(0)) return failed(cannotFill({ span, name }));
  return ok({ latents, data: observed });
}

/** Where the model computes with a datum before, or while, it observes it. */
function useOf({ nodes }: Model, observed: ObservedNode, name: string): Expr | undefined {
  const before = nodes.slice(0, nodes.indexOf(observed) + 1);
  // entries that one loop draws are drawn one by one, at the place of the first of them
  const beside = nodes.filter(
    (node) => node.kind === "entries" && node.loop !== null && observed.plates.includes(node.loop),
  );
  const roots = [...before, ...beside].flatMap((node) =>
    node.kind === "observed" ? distExprs(node.dist) : exprsOf(node),
  );
  return roots.flatMap((root) => [...everyExpr(root)]).find((expr) => expr.kind === "data" && expr.name === name);
}

/** Which entries of a datum are drawn, and the last `observe` that drew some. */
interface Covered {
  readonly filled: Uint8Array;
  readonly span: Span;
  readonly name: string;
}

/** Along one axis: the iterations of a plate from a place on, or one place. */
type Item = Affine | { readonly plate: null; readonly offset: Dim };

/** The datum an `observe` fills, and where: all of `y`, or `y[t]`, each of its plates along an axis; null for what is not seen to be one place. */
function target({ value, plates }: ObservedNode): { name: string; items: readonly Item[] | null } {
  if (value.kind === "data") return { name: value.name, items: plates.length === 0 ? [] : null };
  if (value.kind !== "index" || value.target.kind !== "data") return { name: "", items: null };
  const items = value.items.map((item): Item | null => {
    if (item.kind === "slice") return null;
    const { size } = item.at.type;
    return affine(item.at) ?? (size === undefined ? null : { plate: null, offset: size });
  });
  const all = items.every((item) => item !== null);
  const along = items.flatMap((item) => (item?.plate ? [item.plate] : []));
  const each = along.length === plates.length && plates.every((plate, i) => along[i] === plate);
  return { name: value.target.name, items: all && each ? items : null };
}

/** Writes draws [plates..., own...] to their places in a datum, and marks them. */
function scatter(
  place: Place,
  { plates, items }: { readonly plates: readonly PlateId[]; readonly items: readonly Item[] },
  drawn: HostTensor,
  { values: to, filled }: { readonly values: HostTensor; readonly filled: Uint8Array },
): void {
  const { numbers } = place;
  const lead = sizes(place, plates);
  const own = sizeOf(to.shape.slice(items.length));
  for (let row = 0; row < sizeOf(lead); row++) {
    const index = unravel(lead, row);
    const at = items.reduce((sum, { plate, offset }, axis) => {
      const iteration = plate === null ? 0 : (index[plates.indexOf(plate)] ?? 0);
      return sum * (to.shape[axis] ?? 1) + numbers.size(offset) + iteration;
    }, 0);
    to.values.set(drawn.values.subarray(row * own, (row + 1) * own), at * own);
    filled.fill(1, at * own, (at + 1) * own);
  }
}

/**
 * The entries that a statement draws, those of the other statements of its loop with them: one by one, each given what
 * the iterations before have drawn. The lets that hang on them are computed anew when the last is there.
 */
function simulateEntries(
  place: Simulated,
  first: EntriesNode,
  seed: number | string,
  given: ReadonlyMap<string, HostTensor>,
): Diagnostic | null {
  const { model, known } = place;
  const { loop } = first;
  const all = model.nodes.filter((node) => node.kind === "entries").filter(({ name }) => !given.has(name));
  const together = all.filter((node) => node === first || (loop !== null && node.loop === loop));
  if (together[0] !== first) return null;
  const sites = together.map(({ name }) => name);
  const moved = model.nodes
    .filter((node) => node.kind === "let")
    .filter(({ name }) => known.has(name) && sites.some((site) => place.reach.get(name)?.has(site)));
  moved.forEach(({ name }) => known.delete(name));
  const improper = together.find(({ dist }) => isImproper(dist));
  if (improper) return improperDraw({ span: improper.span, name: improper.name });
  const drawers = together.map((node) => {
    const random = randomStream(seedKey(seed, `simulate ${node.name} ${node.span.start}`));
    return { node, random, entries: present(known.get(node.name), node.name) };
  });
  const count = loop === null ? 1 : rowsIn(place, loop);
  for (let iteration = 0; iteration < count; iteration++)
    for (const { node, random, entries } of drawers)
      if (!drawIteration(place, node, iteration, entries, random))
        return cannotDraw({ span: node.span, name: node.name });
  for (const { name, value, plates } of moved) known.set(name, valueOf(place, value, plates));
  return null;
}

/**
 * The entries of one iteration of a site [plates..., T, entry...], one for each element of its plates; false where none
 * can be had.
 */
function drawIteration(
  place: Place,
  node: EntriesNode,
  iteration: number,
  { shape: whole, values }: HostTensor,
  random: RandomStream,
): boolean {
  const { numbers } = place;
  const { plates, loop, dist, type } = node;
  const lead = sizes(place, plates);
  const entry = type.shape.map(numbers.size);
  const shape = [...lead, ...entry];
  const sampler = samplerOf(place, dist, plates, shape, lead.length);
  const boundsAt = boundsOf(place, node, shape);
  const size = sizeOf(entry);
  const count = loop === null ? 1 : rowsIn(place, loop);
  const length = whole[whole.length - entry.length - 1] ?? 1;
  for (let row = 0; row < values.length / (length * size); row++) {
    const from = (row * count + iteration) * size;
    const to = (row * length + numbers.size(node.start) + iteration) * size;
    for (let done = 0; done < size;) {
      const draw = sampler(from + done, random, boundsAt && boundsAt(from + done));
      if (draw === null) return false;
      const drawn = typeof draw === "number" ? [draw] : draw;
      values.set(drawn, to + done);
      done += drawn.length;
    }
  }
  return true;
}

function sizes(place: Place, plates: readonly PlateId[]): number[] {
  return plates.map((plate) => rowsIn(place, plate));
}
