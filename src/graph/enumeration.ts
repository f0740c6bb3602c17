import { assert, present } from "../base/assert.ts";
import type { Numbers } from "../bind/numbers.ts";
import { affine } from "../model/affine.ts";
import { finiteValues, isChain, mostValues } from "../bind/discrete.ts";
import type { Dim, Expr, LatentNode, Model, ModelNode, PlateId } from "../model/model.ts";
import { childrenOf, everyExpr } from "../model/walk.ts";
import { exprsOf, latentsIn, type Reach } from "./graph.ts";

/** A discrete site that is summed out: its values lie along a named axis of their own. */
export interface EnumeratedSite {
  readonly name: string;
  readonly node: LatentNode;
  readonly axis: string;
  /** Each entry goes from `lower` to `upper`; `count` joint values of all entries of one element. */
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  /** Every value within the bounds is possible for every element. */
  readonly fixed: boolean;
  /** Of a sequence that is summed out step by step: its axis of steps, and that of the next step's values. */
  readonly chain: { readonly steps: string; readonly next: string; readonly length: number } | null;
}

/** The plate whose turns look at a sequence's entries one by one, and the entry that its first turn looks at. */
export interface Link {
  readonly plate: PlateId;
  readonly offset: Dim;
}

/** What is done to the factors of a group, which are numbered: first those of its nodes, then each step's result. */
export type Step =
  /** Add up `from` and sum the site out of the sum. */
  | { readonly kind: "sum out"; readonly site: EnumeratedSite; readonly from: readonly number[] }
  /** Sum a sequence out of its terms, which stand in the plates of their links; the one without is its own prior. */
  | {
      readonly kind: "sum chain";
      readonly site: EnumeratedSite;
      readonly from: readonly number[];
      readonly links: readonly (Link | null)[];
    }
  /** Add up the elements of the plates. */
  | { readonly kind: "over plates"; readonly plates: readonly PlateId[]; readonly from: number };

/** Sites that share density terms: they are summed out together, and leave one term behind. */
export interface Group {
  readonly sites: readonly EnumeratedSite[];
  readonly nodes: readonly ModelNode[];
  readonly steps: readonly Step[];
  /** Plates that the remaining term stands in. */
  readonly plates: readonly PlateId[];
  /** Entries of the largest table of joint values on the way, for one element of its plates. */
  readonly largest: number;
}

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
      const steps = isChain(node) ? numbers.size(node.type.shape[0]!) : null;
      const chain = steps === null ? null : { steps: `steps.${name}`, next: `next.${name}`, length: steps };
      sites.push({ name, node, axis: `values.${name}`, chain, ...values });
    }
  }
  const outside = usesOutside(model, sites, reach);
  const coupled: [EnumeratedSite, EnumeratedSite][] = [];
  const groups = outside.length > 0 ? [] : groupsOf(model, sites, reach, coupled);
  return { sites, groups, drawn, coupled, outside };
}

/** Density nodes, and the lets that they use. */
function relevantNodes(model: Model): ModelNode[] {
  const wanted = new Set<ModelNode>();
  const visit = (node: ModelNode): void => {
    if (wanted.has(node)) return;
    wanted.add(node);
    for (const root of exprsOf(node))
      for (const expr of everyExpr(root))
        if (expr.kind === "let")
          visit(
            present(
              model.nodes.find((n) => n.kind === "let" && n.name === expr.name),
              expr.name,
            ),
          );
  };
  model.nodes.filter((node) => node.kind !== "let").forEach(visit);
  return model.nodes.filter((node) => wanted.has(node));
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
  const ways = relevantNodes(model).flatMap((node) => waysIntoChains(model, node, sites));
  const astray = ways.filter(({ link }) => link === null).map(({ site, use }) => ({ node: site.node, use }));
  if (astray.length > 0) return astray;
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
  model: Model,
  node: ModelNode,
  sites: readonly EnumeratedSite[],
): { readonly site: EnumeratedSite; readonly use: Expr; readonly link: Link | null }[] {
  const found: { site: EnumeratedSite; use: Expr; link: Link | null }[] = [];
  const visit = (expr: Expr): void => {
    const at = expr.kind === "index" && expr.items.length === 1 ? expr.items[0]! : null;
    const name =
      expr.kind === "latent"
        ? expr.name
        : at && expr.kind === "index" && expr.target.kind === "latent"
          ? expr.target.name
          : null;
    const site = sites.find((each) => each.chain && each.name === name);
    if (site) {
      const run = at?.kind === "at" ? affine(at.at) : null;
      const inside = run && node.plates[site.node.plates.length] === run.plate;
      found.push({ site, use: expr, link: inside ? run : null });
      return;
    }
    childrenOf(expr).forEach(visit);
  };
  exprsOf(node).forEach(visit);
  return found;
}

/** The links of a density to the sequences it looks at, through lets; two different ones to a sequence are no link. */
function linksOf(
  model: Model,
  node: ModelNode,
  sites: readonly EnumeratedSite[],
): Map<EnumeratedSite, Link> | EnumeratedSite {
  const links = new Map<EnumeratedSite, Link>();
  const seen = new Set<ModelNode>();
  const visit = (each: ModelNode): EnumeratedSite | null => {
    if (seen.has(each)) return null;
    seen.add(each);
    for (const { site, link } of waysIntoChains(model, each, sites)) {
      const before = links.get(site);
      if (before && (before.plate !== link!.plate || before.offset !== link!.offset)) return site;
      links.set(site, link!);
    }
    for (const expr of exprsOf(each).flatMap((root) => [...everyExpr(root)])) {
      if (expr.kind !== "let") continue;
      const found = visit(
        present(
          model.nodes.find((n) => n.kind === "let" && n.name === expr.name),
          expr.name,
        ),
      );
      if (found) return found;
    }
    return null;
  };
  return visit(node) ?? links;
}

interface Factor {
  readonly id: number;
  readonly sites: ReadonlySet<EnumeratedSite>;
  readonly plates: readonly PlateId[];
  readonly links: ReadonlyMap<EnumeratedSite, Link>;
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
      sites: sites.filter((site) => together.has(site)),
      nodes: own.map(({ node }) => node),
      ...eliminate(factors, coupled),
    });
  }
  return groups;
}

/** The steps that sum every site out of the factors of one group. */
function eliminate(
  factors: readonly Factor[],
  coupled: [EnumeratedSite, EnumeratedSite][],
): Pick<Group, "steps" | "plates" | "largest"> {
  const steps: Step[] = [];
  let live = [...factors];
  let next = factors.length;
  let largest = 1;
  const replace = (step: Step, gone: readonly Factor[], made: Omit<Factor, "id" | "links">): void => {
    steps.push(step);
    const links = new Map(gone.flatMap((factor) => [...factor.links]));
    live = [...live.filter((factor) => !gone.includes(factor)), { id: next++, links, ...made }];
  };
  const product = (some: Iterable<EnumeratedSite>): number => [...some].reduce((size, { count }) => size * count, 1);
  for (;;) {
    const open = live.filter((factor) => factor.sites.size > 0);
    if (open.length === 0) break;
    // plates nest, so the deepest factors' plates are leaves of their tree
    const deepest = Math.max(...open.map(({ plates }) => plates.length));
    const here = open.filter(({ plates }) => plates.length === deepest);
    const choices = here.flatMap(({ plates, sites }) =>
      [...sites]
        .filter(({ node, chain }) => !chain && samePlates(node.plates, plates))
        .map((site) => {
          const from = here.filter((f) => f.sites.has(site));
          const joined = new Set(from.flatMap((factor) => [...factor.sites]));
          return { site, from, joined, plates, size: product(joined) };
        }),
    );
    if (choices.length > 0) {
      const { site, from, joined, size, plates } = choices.reduce((a, b) => (b.size < a.size ? b : a));
      largest = Math.max(largest, size);
      joined.delete(site);
      replace({ kind: "sum out", site, from: from.map(({ id }) => id) }, from, { sites: joined, plates });
      continue;
    }
    const moved = here.filter((factor) => depthOf(factor) < deepest);
    for (const factor of moved) {
      const [kept, plates] = [factor.plates.slice(0, depthOf(factor)), factor.plates.slice(depthOf(factor))];
      replace({ kind: "over plates", plates, from: factor.id }, [factor], { sites: factor.sites, plates: kept });
    }
    if (moved.length > 0) continue;
    const site = present(
      here.flatMap((f) => [...f.sites]).find(({ chain }) => chain),
      "a sequence",
    );
    const from = live.filter((factor) => factor.sites.has(site));
    const joined = new Set(from.flatMap((factor) => [...factor.sites]));
    joined.delete(site);
    const other = [...joined].find(({ chain, node }) => chain && node.plates.length >= site.node.plates.length);
    if (other) {
      coupled.push([site, other]);
      break;
    }
    largest = Math.max(largest, product(joined) * site.count ** 2);
    const links = from.map((factor) => factor.links.get(site) ?? null);
    replace({ kind: "sum chain", site, from: from.map(({ id }) => id), links }, from, {
      sites: joined,
      plates: site.node.plates,
    });
  }
  return { steps, plates: live[0]!.plates, largest };
}

/** The plates that a factor's sites need: a sequence needs the plate of its steps too. */
function depthOf({ sites, plates }: Factor): number {
  return Math.min(
    plates.length,
    Math.max(...[...sites].map(({ node, chain }) => node.plates.length + (chain ? 1 : 0))),
  );
}

function samePlates(a: readonly PlateId[], b: readonly PlateId[]): boolean {
  return a.length === b.length && a.every((plate, i) => plate === b[i]);
}
