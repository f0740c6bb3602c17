import { classesOf } from "../bind/finite.ts";
import { isDataOnly } from "../bind/dataOnly.ts";
import { evaluateData } from "../bind/evaluate.ts";
import { observedMask } from "../bind/missing.ts";
import { exprsOf, latentsIn } from "../graph/graph.ts";
import { latentsOf, plateOf, type Instance } from "../graph/instance.ts";
import type { Block } from "../guide/guide.ts";
import type { Place } from "../lower/parameters.ts";
import { dataShape, type Predictable } from "../lower/predictive.ts";
import type { Expr, LatentNode, Model, ObservedNode } from "../model/model.ts";
import { everyExpr, letsIn } from "../model/walk.ts";
import { partialPlates } from "../plan/legality.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Group } from "../graph/elimination.ts";

/** Where the latents of new data are known from. */
export interface Sources {
  readonly instance: Instance;
  readonly paramSpecs: readonly Place[];
  /** Those of the guide whose networks were saved. */
  readonly blocks: readonly Block[];
  /** Latents of which saved draws hold for these data. */
  readonly saved: ReadonlySet<string>;
  /** Data that are not given. */
  readonly absent: ReadonlySet<string>;
}

/** What one observation is predicted from, or why it cannot be. */
export function targetOf(sources: Sources, node: ObservedNode): Predictable | { readonly because: string } {
  const { instance, paramSpecs, blocks, absent } = sources;
  const { model, numbers } = instance;
  if (!isDataOnly(model, node.value)) return { because: "what it observes is not a datum" };
  if (node.value.plates.join() !== node.plates.join())
    return { because: "it observes the same datum for several elements of a plate" };
  const summed = groupOf(instance, node);
  const exprs = (summed?.nodes ?? [node]).flatMap(exprsOf);
  const latents = latentsBehind(instance, exprs, summed);
  const homes = blocks.filter((block) => block.sites.some(({ name }) => latents.some((one) => one.name === name)));
  const given = latents.filter(({ name }) => !homes.some((block) => block.sites.some((site) => site.name === name)));
  const others = exprs.filter((expr) => expr !== node.value);
  const because = obstacleTo(sources, node, { homes, given, others });
  if (because !== null) return { because };
  return {
    ...instance,
    paramSpecs,
    node,
    classes: classesOf(model, numbers, node.dist),
    observed: [...dataIn(model, [node.value])].every((name) => !absent.has(name)),
    blocks: homes,
    given,
    summed,
    rowsOf: plateInRows(instance, node, homes, given),
  };
}

/** The latents that expressions depend on, but for those that are summed out. */
function latentsBehind({ model, reach }: Instance, exprs: readonly Expr[], summed: Group | null): LatentNode[] {
  const latents = latentsOf({ model });
  const needed = new Set(exprs.flatMap((expr) => [...latentsIn(expr, reach)]));
  // bounds may move with other latents; what is added on the way is visited too
  for (const name of needed) {
    const type = latents.find((one) => one.name === name)?.type;
    for (const end of [type?.lower, type?.upper]) if (end) latentsIn(end, reach).forEach((more) => needed.add(more));
  }
  const among = new Set(summed?.sites.map(({ name }) => name));
  return latents.filter(({ name }) => needed.has(name) && !among.has(name));
}

/** Why an observation cannot be predicted from these, in words; null when it can. */
function obstacleTo(
  { instance: { model }, saved, absent }: Sources,
  node: ObservedNode,
  from: { readonly homes: readonly Block[]; readonly given: readonly LatentNode[]; readonly others: readonly Expr[] },
): string | null {
  const unknown = from.given.find(({ name }) => !saved.has(name));
  if (unknown)
    return `nothing is known of \`${unknown.name}\` for these data: no network of the guide reads it off them`;
  const own = dataIn(model, [node.value]);
  const read = from.homes.flatMap(({ source }) => (source.kind === "network" ? source.given : []));
  const seen = [...dataIn(model, read)].find((name) => own.has(name));
  if (seen !== undefined) return `the guide's network reads \`${seen}\` itself: that would be no prediction`;
  const lacking = [...dataIn(model, [...read, ...from.others])].find((name) => absent.has(name));
  return lacking === undefined ? null : `it depends on \`${lacking}\`, which is not given`;
}

/** The outermost plate of an observation, where its elements may be taken a few at a time. */
function plateInRows(
  instance: Instance,
  node: ObservedNode,
  homes: readonly Block[],
  given: readonly LatentNode[],
): string | null {
  const [first] = node.plates;
  if (first === undefined) return null;
  const inRows =
    plateOf(instance, first).from === null &&
    given.every(({ plates }) => !plates.includes(first)) &&
    homes.every(({ plates }) => plates[0] === first) &&
    partialPlates(instance, [{ plate: first }]).length === 0;
  return inRows ? first : null;
}

/** The discrete sites that are summed out of one observation alone, element by element. */
function groupOf({ enumeration }: Instance, node: ObservedNode): Group | null {
  const group = enumeration.groups.find(({ nodes }) => nodes.includes(node));
  if (!group) return null;
  const alone = group.nodes.every((one) => one === node || group.sites.some((site) => site.node === one));
  const whole = group.plates.join() === node.plates.join();
  return alone && whole && group.sites.every(({ chain }) => chain === null) ? group : null;
}

/** Names of the data that expressions look at, through lets too. */
function dataIn(model: Model, exprs: readonly Expr[]): ReadonlySet<string> {
  const roots = [...exprs, ...letsIn(model, exprs).map(({ value }) => value)];
  const seen = new Set<Expr>();
  const parts = roots.flatMap((root) => [...everyExpr(root, seen)]);
  return new Set(parts.flatMap((expr) => (expr.kind === "data" ? [expr.name] : [])));
}

/** The observed values of a statement, one for each datum; of a vector its first entry. NaN where something is missing. */
export function observedOf(target: Predictable): Float64Array {
  const { model, numbers, node } = target;
  const { values } = evaluateData(model, numbers, node.value);
  const mask = observedMask(model, numbers, node.value);
  const size = sizeOf(dataShape(target).shape);
  const width = values.length / Math.max(1, size);
  return Float64Array.from({ length: size }, (_, i) => {
    const from = i * width;
    const missing = mask?.values.subarray(from, from + width).every((one) => one === 0) ?? false;
    return missing ? NaN : (values[from] ?? NaN);
  });
}
