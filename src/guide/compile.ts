import { assert } from "../base/assert.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { integerNotMeanField } from "../diagnostics/catalogue/discrete.ts";
import { noLatents, nothingToRead } from "../diagnostics/catalogue/guide.ts";
import { layerMisfit } from "../diagnostics/catalogue/types.ts";
import { bijections } from "../distributions/bijections.ts";
import { rowsIn, type Instance } from "../graph/instance.ts";
import { factorises, markovBlanket, nodeOf, type Graph } from "../graph/graph.ts";
import type { Expr, GuideEntry, LatentNode, PlateId } from "../model/model.ts";
import { layOut } from "../nn/network.ts";
import { sizeOf } from "../tensor/shape.ts";
import { leastFromData } from "./cells.ts";
import { componentFamilies, isComponent } from "../components/index.ts";
import { inputOf, layersOf } from "./encoder.ts";
import type { Block, BlockSite, BlockSource, Guide } from "./guide.ts";
import type { GuideOptions } from "./options.ts";

/**
 * Groups the latents into blocks and chooses each block's family.
 *
 * A plate latent is local to its datum, with parameters that a network reads off the datum, when the posterior
 * factorises over the plate, when the model's `guide { }` says `given`, when the plate is minibatched, or when
 * `amortize` asks for it. Otherwise it joins the global block: one Gaussian or mixture
 * over everything, which can follow the coupling between data. See docs/decisions/0004-blocks.md.
 *
 * A discrete site that is not summed out is a latent like any other, whose entries are whole numbers (cells.ts).
 */
export function compileGuide(
  instance: Instance,
  options: GuideOptions,
  minibatched: ReadonlySet<PlateId>,
): Outcome<Guide> {
  const { model, numbers, graph, reach } = instance;
  const enumerated = new Set(instance.enumeration.sites.map(({ name }) => name));
  const latents = model.nodes.filter((node) => node.kind === "latent").filter(({ name }) => !enumerated.has(name));
  if (latents.length + enumerated.size + model.params.length + model.nets.length === 0)
    return failed(noLatents({ span: { start: 0, end: 0 } }));

  const factorising = new Set(
    latents.flatMap(({ plates }) => plates.slice(0, 1)).filter((plate) => factorises(graph, reach, plate)),
  );
  const entryOf = (node: LatentNode): GuideEntry | undefined => model.guide.find((entry) => entry.site === node.name);
  const isLocal = (node: LatentNode): boolean => {
    if (node.plates.length === 0) return false;
    const [plate] = node.plates;
    const entry = entryOf(node);
    if (entry && (entry.given.length > 0 || entry.amortize)) return true;
    if (node.plates.some((id) => minibatched.has(id))) return true;
    return factorising.has(plate!) || (options.amortize === true && entry?.amortize !== false);
  };

  const globals = latents.filter((node) => !isLocal(node));
  const blocks: Block[] = [];
  const problems: Diagnostic[] = [];
  if (globals.length > 0) blocks.push(block("global", [], globals, { kind: "free" }));
  const locals = latents.filter(isLocal);
  for (const plate of new Set(locals.map((node) => node.plates[0]!))) {
    const sites = locals.filter((node) => node.plates[0] === plate);
    const plates = commonPrefix(sites.map((node) => node.plates));
    const source = sourceOf(sites, plates);
    if (source.ok) blocks.push(block(plates.join("."), plates, sites, source.value));
    else problems.push(...source.errors);
  }
  const [first, ...rest] = problems;
  return first ? failed(first, ...rest) : ok({ blocks });

  function block(id: string, plates: readonly PlateId[], nodes: readonly LatentNode[], source: BlockSource): Block {
    let offset = 0;
    const sites = nodes.map((node): BlockSite => {
      const inner = node.plates.slice(plates.length);
      const innerSizes = inner.map((plate) => rowsIn(instance, plate));
      const event = [...innerSizes, ...node.type.shape.map(numbers.size)];
      const unconstrained = bijections[node.type.support].unconstrained(event);
      const size = sizeOf(unconstrained);
      const counted = node.discrete ? { least: leastFromData(model, node, minibatched) } : null;
      const site = { name: node.name, offset, size, inner, event, unconstrained, counted };
      offset += size;
      return site;
    });
    const entry = nodes.map(entryOf).find((candidate) => candidate !== undefined);
    const weights = options.weights ?? "learned";
    const shared = { id, plates, sites, dimension: offset, source, weights };
    const frames = plates.length === 0 ? (options.frames ?? null) : null;
    const rank = Math.min(entry?.rank ?? options.rank, offset);
    if (frames === null) {
      const family = familyOf(entry, options);
      const whole = nodes.find((node) => node.discrete);
      if (whole && !componentFamilies[family.component].independent)
        problems.push(integerNotMeanField({ site: whole.name, span: whole.span, asked: family.component }));
      return { ...shared, frames, rank, ...family };
    }
    assert(
      frames.every(({ centre }) => centre.length === offset),
      "frames of the block's dimension",
    );
    return { ...shared, frames, rank, K: frames.length, component: options.component };
  }

  function sourceOf(sites: readonly LatentNode[], plates: readonly PlateId[]): Outcome<BlockSource> {
    const entries = sites.map(entryOf).filter((entry) => entry !== undefined);
    const amortize = entries.map((entry) => entry.amortize).find((choice) => choice !== null);
    if ((amortize ?? options.amortize) === false) return ok({ kind: "free" });
    const said = entries.flatMap((entry) => entry.given);
    const given = said.length > 0 ? said : observedOf(graph, sites, plates, enumerated);
    if (given.length === 0) {
      const { span } = sites[0]!;
      return failed(nothingToRead({ sites: sites.map((site) => site.name), plate: plates[0]!, span }));
    }
    const asked = entries.map((entry) => entry.standardise).find((choice) => choice !== null);
    const read = inputOf(instance, given, plates, asked ?? true);
    const layers = layersOf(
      entries.flatMap(({ network }) => network ?? []),
      options,
    );
    const fitting = layOut(read.input, layers);
    if ("misfit" in fitting)
      return failed(layerMisfit({ span: fitting.call.span ?? sites[0]!.span, problem: fitting.misfit }));
    return ok({ kind: "network", given, layers, ...read });
  }
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
  const [first, ...rest] = lists;
  return first!.filter((item, i) =>
    rest.every((list) => first!.slice(0, i + 1).every((x, j) => list[j] === x) && item),
  );
}
