import { assert, present } from "../base/assert.ts";
import { outermostFirst } from "../base/walks.ts";
import { finiteValues, isChain, mostValues } from "../bind/discrete.ts";
import type { Numbers } from "../bind/numbers.ts";
import { affine } from "../model/affine.ts";
import type { Expr, LatentNode, Model, ModelNode } from "../model/model.ts";
import { childrenOf, everyExpr, letsIn } from "../model/walk.ts";
import type { EnumeratedSite, Group, Link } from "./elimination.ts";
import { eliminate } from "./elimination.ts";
import { exprsOf, latentsIn, type Reach } from "./graph.ts";
import { axisName } from "../program/names.ts";

/** How the discrete sites of a model are dealt with. */
export interface Enumeration {
  readonly sites: readonly EnumeratedSite[];
  readonly groups: readonly Group[];
  /** Discrete sites that cannot be summed out, having too many values, or no end of them (null): the guide draws them. */
  readonly drawn: readonly { readonly node: LatentNode; readonly count: number | null }[];
  /** Sequences whose steps meet in one term: their joint states would have to be gone through. */
  readonly coupled: readonly (readonly [EnumeratedSite, EnumeratedSite])[];
  /** Uses of a site's values from outside its plate, in a density: elements would no longer be independent. */
  readonly outside: readonly { readonly node: LatentNode; readonly use: Expr }[];
}

/**
 * Which discrete sites are summed out, and in which order.
 *
 * Variable elimination over a tree of plates: the innermost plates come first; there, the site whose terms make the
 * smallest table, again and again; what is left is added up over the plate's elements and goes on as a term of the
 * plate around. The sum over elements is thus outside the sum over an element's own values, and inside the sum over
 * the values of sites that the elements share. Obermeyer et al. (2019), Tensor Variable Elimination for Plated Factor
 * Graphs, algorithm 1.
 */
export function enumerate(model: Model, numbers: Numbers, reach: Reach): Enumeration {
  const discrete = model.nodes.filter((node) => node.kind === "latent" && node.discrete);
  const sites: EnumeratedSite[] = [];
  const drawn: { node: LatentNode; count: number | null }[] = [];
  for (const node of discrete) {
    assert(node.kind === "latent", "a latent");
    const values = finiteValues(model, numbers, node);
    if (values === null || values.count > mostValues) drawn.push({ node, count: values?.count ?? null });
    else {
      const { name } = node;
      const [length] = node.type.shape;
      const steps = isChain(node) && length !== undefined ? numbers.size(length) : null;
      const chain = steps === null ? null : { steps: axisName.steps(name), next: axisName.next(name), length: steps };
      sites.push({ name, node, axis: axisName.values(name), chain, ...values });
    }
  }
  const outside = usesOutside(model, sites, reach);
  const coupled: [EnumeratedSite, EnumeratedSite][] = [];
  const groups = outside.length > 0 ? [] : groupsOf(model, sites, reach, coupled);
  return { sites, groups, drawn, coupled, outside };
}

/** Density nodes, and the lets that they use. */
function relevantNodes(model: Model): ModelNode[] {
  const densities = model.nodes.filter((node) => node.kind !== "let");
  const wanted = new Set<ModelNode>(letsIn(model, densities.flatMap(exprsOf)));
  return model.nodes.filter((node) => node.kind !== "let" || wanted.has(node));
}

/** The lets that only the answer needs, not the density: they may look at a plate's discrete values all at once. */
export function idleLets(model: Model): ReadonlySet<string> {
  const used = new Set(relevantNodes(model));
  return new Set(model.nodes.flatMap((node) => (node.kind === "let" && !used.has(node) ? [node.name] : [])));
}

function usesOutside(model: Model, sites: readonly EnumeratedSite[], reach: Reach): Enumeration["outside"] {
  const declared = new Map(
    model.nodes.flatMap((n) => (n.kind === "latent" || n.kind === "let" ? [[n.name, n.plates] as const] : [])),
  );
  const ways = relevantNodes(model).flatMap((node) => waysIntoChains(node, sites));
  const unlinked = ways.filter(({ link }) => link === null).map(({ site, use }) => ({ node: site.node, use }));
  if (unlinked.length > 0) return unlinked;
  return relevantNodes(model)
    .flatMap(exprsOf)
    .flatMap((root) => [...everyExpr(root)])
    .flatMap((use) => {
      if (use.kind !== "latent" && use.kind !== "let") return [];
      const site = sites.find(({ name }) => reach.get(use.name)?.has(name));
      const plates = present(declared.get(use.name), use.name);
      return site && plates.some((plate) => !use.plates.includes(plate)) ? [{ node: site.node, use }] : [];
    });
}

/**
 * Where a node looks at a sequence: entry by entry, along a plate that stands right inside the sequence's own (a link),
 * or in some other way (null), which cannot be summed out step by step.
 */
function waysIntoChains(
  node: ModelNode,
  sites: readonly EnumeratedSite[],
): { readonly site: EnumeratedSite; readonly use: Expr; readonly link: Link | null }[] {
  const chains = new Map(sites.flatMap((site) => (site.chain ? [[site.name, site] as const] : [])));
  const looked = (expr: Expr): EnumeratedSite | undefined => {
    const whole = expr.kind === "index" && expr.items.length === 1 ? expr.target : expr;
    return whole.kind === "latent" ? chains.get(whole.name) : undefined;
  };
  const parts = (expr: Expr): readonly Expr[] => (looked(expr) ? [] : childrenOf(expr));
  return [...outermostFirst(exprsOf(node), parts)].flatMap((use) => {
    const site = looked(use);
    if (!site) return [];
    const [at] = use.kind === "index" ? use.items : [];
    const run = at?.kind === "at" ? affine(at.at) : null;
    const inside = run && node.plates[site.node.plates.length] === run.plate;
    return [{ site, use, link: inside ? run : null }];
  });
}

/** The links of a density to the sequences it looks at, through lets; two different ones to a sequence are no link. */
function linksOf(
  model: Model,
  node: ModelNode,
  sites: readonly EnumeratedSite[],
): Map<EnumeratedSite, Link> | EnumeratedSite {
  const links = new Map<EnumeratedSite, Link>();
  for (const each of [node, ...letsIn(model, exprsOf(node))])
    for (const { site, link } of waysIntoChains(each, sites)) {
      const before = links.get(site);
      // without a link the site was refused before: see usesOutside
      assert(link !== null, "a link");
      if (before && (before.plate !== link.plate || before.offset !== link.offset)) return site;
      links.set(site, link);
    }
  return links;
}

function groupsOf(
  model: Model,
  sites: readonly EnumeratedSite[],
  reach: Reach,
  coupled: [EnumeratedSite, EnumeratedSite][],
): Group[] {
  const terms = model.nodes
    .filter((node) => node.kind !== "let")
    .map((node) => {
      const names = new Set(exprsOf(node).flatMap((expr) => [...latentsIn(expr, reach)]));
      if (node.kind === "latent") names.add(node.name);
      const links = linksOf(model, node, sites);
      // neighbours of one sequence in one term: it is coupled with itself
      if (!(links instanceof Map)) coupled.push([links, links]);
      const own = new Set(sites.filter(({ name }) => names.has(name)));
      return { node, sites: own, links: links instanceof Map ? links : new Map<EnumeratedSite, Link>() };
    })
    .filter((term) => term.sites.size > 0);
  const left = new Set(sites);
  const groups: Group[] = [];
  for (const first of sites) {
    if (!left.has(first)) continue;
    const together = new Set([first]);
    for (let before = 0; before < together.size;) {
      before = together.size;
      for (const term of terms)
        if ([...term.sites].some((site) => together.has(site))) term.sites.forEach((site) => together.add(site));
    }
    together.forEach((site) => left.delete(site));
    const own = terms.filter((term) => [...term.sites].some((site) => together.has(site)));
    if (coupled.length > 0) continue;
    const factors = own.map((term, id) => ({ id, sites: term.sites, plates: term.node.plates, links: term.links }));
    groups.push({
      sites: [first, ...sites.filter((site) => site !== first && together.has(site))],
      nodes: own.map(({ node }) => node),
      ...eliminate(factors, coupled),
    });
  }
  return groups;
}
