import { present } from "../base/assert.ts";
import type { Dim, LatentNode, ModelNode, PlateId } from "../model/model.ts";

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
  readonly sites: readonly [EnumeratedSite, ...EnumeratedSite[]];
  readonly nodes: readonly ModelNode[];
  readonly steps: readonly Step[];
  /** Plates that the remaining term stands in. */
  readonly plates: readonly PlateId[];
  /** Entries of the largest table of joint values on the way, for one element of its plates. */
  readonly largest: number;
}

interface Factor {
  readonly id: number;
  readonly sites: ReadonlySet<EnumeratedSite>;
  readonly plates: readonly PlateId[];
  readonly links: ReadonlyMap<EnumeratedSite, Link>;
}

/** What is left of a group's factors while its sites are summed out of them. */
interface Elimination {
  readonly steps: Step[];
  live: readonly Factor[];
  /** The number of the next factor that a step makes. */
  next: number;
  largest: number;
}

/** The steps that sum every site out of the factors of one group. */
export function eliminate(
  factors: readonly Factor[],
  coupled: [EnumeratedSite, EnumeratedSite][],
): Pick<Group, "steps" | "plates" | "largest"> {
  const state: Elimination = { steps: [], live: factors, next: factors.length, largest: 1 };
  for (let here = deepestOf(state.live); here.length > 0; here = deepestOf(state.live)) {
    if (sumOutSmallest(state, here) || addUpPlates(state, here)) continue;
    const pair = sumOutSequence(state, here);
    if (pair === null) continue;
    coupled.push(pair);
    break;
  }
  const { steps, live, largest } = state;
  const [left] = live;
  return { steps, plates: present(left, "a factor").plates, largest };
}

/** The factors with sites in the innermost plates: plates nest, so these are leaves of their tree. */
function deepestOf(live: readonly Factor[]): readonly Factor[] {
  const open = live.filter((factor) => factor.sites.size > 0);
  const deepest = Math.max(...open.map(({ plates }) => plates.length));
  return open.filter(({ plates }) => plates.length === deepest);
}

/** Puts the result of a step in place of the factors that it took. */
function replace(
  state: Elimination,
  step: Step,
  gone: readonly Factor[],
  made: Pick<Factor, "sites" | "plates">,
): void {
  state.steps.push(step);
  const links = new Map(gone.flatMap((factor) => [...factor.links]));
  state.live = [...state.live.filter((factor) => !gone.includes(factor)), { id: state.next++, links, ...made }];
}

/** Sums out the site of these plates whose factors make the smallest table; false where none is left. */
function sumOutSmallest(state: Elimination, here: readonly Factor[]): boolean {
  const choices = here.flatMap(({ plates, sites }) =>
    [...sites]
      .filter(({ node, chain }) => !chain && samePlates(node.plates, plates))
      .map((site) => {
        const from = here.filter((factor) => factor.sites.has(site));
        const joined = sitesIn(from);
        return { site, from, joined, plates, size: tableSize(joined) };
      }),
  );
  const [first, ...others] = choices;
  if (!first) return false;
  const { site, from, joined, size, plates } = others.reduce((a, b) => (b.size < a.size ? b : a), first);
  state.largest = Math.max(state.largest, size);
  joined.delete(site);
  replace(state, { kind: "sum out", site, from: from.map(({ id }) => id) }, from, { sites: joined, plates });
  return true;
}

/** Adds up the elements of plates that no site of a factor stands in; false where there are none. */
function addUpPlates(state: Elimination, here: readonly Factor[]): boolean {
  const moved = here.filter((factor) => depthOf(factor) < factor.plates.length);
  for (const factor of moved) {
    const [kept, plates] = [factor.plates.slice(0, depthOf(factor)), factor.plates.slice(depthOf(factor))];
    const step: Step = { kind: "over plates", plates, from: factor.id };
    replace(state, step, [factor], { sites: factor.sites, plates: kept });
  }
  return moved.length > 0;
}

/** Sums out a sequence; or else tells which other one meets it in one of its terms. */
function sumOutSequence(state: Elimination, here: readonly Factor[]): [EnumeratedSite, EnumeratedSite] | null {
  const site = present(
    [...sitesIn(here)].find(({ chain }) => chain),
    "a sequence",
  );
  const from = state.live.filter((factor) => factor.sites.has(site));
  const joined = sitesIn(from);
  joined.delete(site);
  const { plates } = site.node;
  const other = [...joined].find(({ chain, node }) => chain && node.plates.length >= plates.length);
  if (other) return [site, other];
  state.largest = Math.max(state.largest, tableSize(joined) * site.count ** 2);
  const links = from.map((factor) => factor.links.get(site) ?? null);
  replace(state, { kind: "sum chain", site, from: from.map(({ id }) => id), links }, from, { sites: joined, plates });
  return null;
}

function sitesIn(factors: readonly Factor[]): Set<EnumeratedSite> {
  return new Set(factors.flatMap(({ sites }) => [...sites]));
}

function tableSize(sites: Iterable<EnumeratedSite>): number {
  return [...sites].reduce((size, { count }) => size * count, 1);
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
