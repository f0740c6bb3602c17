import { assert, present } from "../base/assert.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import { integerNotMeanField } from "../diagnostics/catalogue/discrete.ts";
import { noLatents, nothingToRead } from "../diagnostics/catalogue/guide.ts";
import { layerMisfit } from "../diagnostics/catalogue/types.ts";
import { bijections } from "../distributions/bijections.ts";
import { latentsOf, rowsIn, type Instance } from "../graph/instance.ts";
import { factorises, markovBlanket, nodeOf, type Graph } from "../graph/graph.ts";
import type { Expr, GuideEntry, LatentNode, PlateId } from "../model/model.ts";
import { layOut } from "../nn/network.ts";
import { sizeOf } from "../tensor/shape.ts";
import { leastFromData } from "./bins.ts";
import { componentFamilies, isComponent } from "../components/index.ts";
import { inputOf, layersOf } from "./encoder.ts";
import type { Block, BlockSite, BlockSource, Guide } from "./guide.ts";
import type { GuideOptions } from "./options.ts";
import { blockName } from "../program/names.ts";

/**
 * Groups the latents into blocks and chooses each block's family.
 *
 * A plate latent is local to its datum, with parameters that a network reads off the datum, when the posterior
 * factorises over the plate, when the model's `guide { }` says `given`, when the plate is minibatched, or when
 * `amortize` asks for it. Otherwise it joins the global block: one Gaussian or mixture
 * over everything, which can follow the coupling between data. See docs/decisions/0004-blocks.md.
 *
 * A discrete site that is not summed out is a latent like any other, whose entries are whole numbers (bins.ts).
 */
export function compileGuide(
  instance: Instance,
  options: GuideOptions,
  minibatched: ReadonlySet<PlateId>,
): Outcome<Guide> {
  const { model } = instance;
  const enumerated = new Set(instance.enumeration.sites.map(({ name }) => name));
  const latents = latentsOf(instance).filter(({ name }) => !enumerated.has(name));
  if (latents.length + enumerated.size + model.params.length + model.nets.length === 0)
    return failed(noLatents({ span: { start: 0, end: 0 } }));

  const making = { instance, options, minibatched, enumerated };
  const local = localPlates(making, latents);
  const globals = latents.filter((node) => !local.has(node));
  const made = [
    ...(globals.length > 0 ? [blockOf(making, [], globals)] : []),
    ...[...new Set(local.values())].map((plate) => {
      const nodes = latents.filter((node) => local.get(node) === plate);
      return blockOf(making, commonPrefix(nodes.map(({ plates }) => plates)), nodes);
    }),
  ];
  const [first, ...rest] = made.flatMap((one) => (one.ok ? [] : one.errors));
  return first ? failed(first, ...rest) : ok({ blocks: made.flatMap((one) => (one.ok ? [one.value] : [])) });
}

/** What the blocks of a guide are made from. */
interface Making {
  readonly instance: Instance;
  readonly options: GuideOptions;
  readonly minibatched: ReadonlySet<PlateId>;
  /** Discrete sites that are summed out. */
  readonly enumerated: ReadonlySet<string>;
}

/** What a model's `guide { }` says of a site. */
function entryOf({ instance: { model } }: Making, { name }: LatentNode): GuideEntry | undefined {
  return model.guide.find(({ site }) => site === name);
}

/** The latents that are local, each with its outermost plate. */
function localPlates(making: Making, latents: readonly LatentNode[]): ReadonlyMap<LatentNode, PlateId> {
  const { instance, options, minibatched } = making;
  const isLocal = (node: LatentNode, plate: PlateId): boolean => {
    const entry = entryOf(making, node);
    if (entry && (entry.given.length > 0 || entry.amortize)) return true;
    if (node.plates.some((id) => minibatched.has(id))) return true;
    const alone = factorises(instance.graph, instance.reach, plate);
    return alone || (options.amortize === true && entry?.amortize !== false);
  };
  return new Map(
    latents.flatMap((node): [LatentNode, PlateId][] => {
      const [plate] = node.plates;
      return plate !== undefined && isLocal(node, plate) ? [[node, plate]] : [];
    }),
  );
}

function blockOf(making: Making, plates: readonly PlateId[], nodes: readonly LatentNode[]): Outcome<Block> {
  const { options } = making;
  const global = plates.length === 0;
  const source: Outcome<BlockSource> = global ? ok({ kind: "free" }) : sourceOf(making, nodes, plates);
  if (!source.ok) return source;
  const sites = sitesOf(making, plates, nodes);
  const dimension = sites.reduce((sum, { size }) => sum + size, 0);
  const entry = nodes.map((node) => entryOf(making, node)).find((candidate) => candidate !== undefined);
  const frames = global ? (options.frames ?? null) : null;
  const shared = {
    id: blockName(plates),
    plates,
    sites,
    dimension,
    source: source.value,
    weights: options.weights ?? "learned",
    frames,
    rank: Math.min(entry?.rank ?? options.rank, dimension),
  };
  if (frames !== null) {
    const fits = frames.every(({ centre }) => centre.length === dimension);
    assert(fits, "frames of the block's dimension");
    return ok({ ...shared, K: frames.length, component: options.component });
  }
  const family = familyOf(entry, options);
  const whole = nodes.find((node) => node.discrete);
  if (whole && !componentFamilies[family.component].independent)
    return failed(integerNotMeanField({ site: whole.name, span: whole.span, asked: family.component }));
  return ok({ ...shared, ...family });
}

/** The latents of a block, one after the other in its vector. */
function sitesOf(
  { instance, minibatched }: Making,
  plates: readonly PlateId[],
  nodes: readonly LatentNode[],
): readonly BlockSite[] {
  const { model, numbers } = instance;
  let offset = 0;
  return nodes.map((node): BlockSite => {
    const inner = node.plates.slice(plates.length);
    const event = [...inner.map((plate) => rowsIn(instance, plate)), ...node.type.shape.map(numbers.size)];
    const unconstrained = bijections[node.type.support].unconstrained(event);
    const size = sizeOf(unconstrained);
    const integer = node.discrete ? { least: leastFromData(model, node, minibatched) } : null;
    const site = { name: node.name, offset, size, inner, event, unconstrained, integer };
    offset += size;
    return site;
  });
}

/** Where the parameters of a local block come from: its own, or a network that reads what it is given. */
function sourceOf(making: Making, nodes: readonly LatentNode[], plates: readonly PlateId[]): Outcome<BlockSource> {
  const { instance, options, enumerated } = making;
  const entries = nodes.map((node) => entryOf(making, node)).filter((entry) => entry !== undefined);
  const amortize = entries.map((entry) => entry.amortize).find((choice) => choice !== null);
  if ((amortize ?? options.amortize) === false) return ok({ kind: "free" });
  const said = entries.flatMap((entry) => entry.given);
  const given = said.length > 0 ? said : observedOf(instance.graph, nodes, plates, enumerated);
  const { span } = present(nodes[0], "a latent");
  if (given.length === 0) {
    const plate = present(plates[0], "a plate");
    return failed(nothingToRead({ sites: nodes.map(({ name }) => name), plate, span }));
  }
  const asked = entries.map((entry) => entry.standardise).find((choice) => choice !== null);
  const read = inputOf(instance, given, plates, asked ?? true);
  const written = entries.flatMap(({ network }) => network ?? []);
  const layers = layersOf(written, options);
  const fitting = layOut(read.input, layers);
  if ("misfit" in fitting) return failed(layerMisfit({ span: fitting.call.span ?? span, problem: fitting.misfit }));
  return ok({ kind: "network", given, layers, ...read });
}

function familyOf(entry: GuideEntry | undefined, options: GuideOptions): Pick<Block, "K" | "component"> {
  const family = entry?.family ?? options.family;
  if (family === "mixture")
    return {
      K: entry?.K ?? options.K,
      component: isComponent(entry?.component) ? entry.component : options.component,
    };
  if (family === "laplace") return { K: 1, component: "full_rank" };
  return { K: 1, component: isComponent(family) ? family : "mean_field" };
}

/**
 * The data that the sites' observed children look at, as written on the left of `observe`, each once. A discrete site
 * that is summed out hands on what its own children see.
 */
function observedOf(
  graph: Graph,
  sites: readonly LatentNode[],
  plates: readonly PlateId[],
  enumerated: ReadonlySet<string>,
): Expr[] {
  const children = new Set<string>();
  const visit = (name: string): void => {
    for (const child of markovBlanket(graph, name).children) {
      if (children.has(child)) continue;
      children.add(child);
      if (enumerated.has(child)) visit(child);
    }
  };
  sites.forEach(({ name }) => visit(name));
  const text = (expr: Expr): string => graph.model.source.text.slice(expr.span.start, expr.span.end);
  const found = new Map<string, Expr>();
  for (const id of children) {
    const { node } = nodeOf(graph, id);
    if (node?.kind === "observed" && plates.every((plate) => node.plates.includes(plate)))
      found.set(text(node.value), node.value);
  }
  return [...found.values()];
}

function commonPrefix(lists: readonly (readonly string[])[]): string[] {
  const [first = [], ...rest] = lists;
  return first.filter((_, i) => rest.every((list) => first.slice(0, i + 1).every((item, j) => list[j] === item)));
}
