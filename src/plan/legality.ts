import * as discrete from "../diagnostics/catalogue/discrete.ts";
import * as guides from "../diagnostics/catalogue/guide.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { exprsOf, latentsIn, type Reach } from "../graph/graph.ts";
import { latentOf, latentsOf, type Instance } from "../graph/instance.ts";
import { present } from "../base/assert.ts";
import { outermostFirst } from "../base/walks.ts";
import type { Span } from "../diagnostics/span.ts";
import { drawsIntegers, type Block, type BlockSite, type Guide } from "../guide/guide.ts";
import type { Minibatch } from "../joint/context.ts";
import { isChain, mostValues } from "../bind/discrete.ts";
import { functions } from "../library/index.ts";
import type { CallExpr, Expr, LatentNode, ModelNode } from "../model/model.ts";
import { childrenOf, everyExpr } from "../model/walk.ts";
import { ruleOf } from "../objective/bounds/index.ts";
import { estimators } from "../objective/estimators/index.ts";
import type { Refusal } from "../objective/estimators/estimator.ts";
import type { ObjectiveOptions } from "../objective/options.ts";
import type { EnumeratedSite } from "../graph/elimination.ts";

const say = { ...guides, ...discrete };

/** Entries of the largest table of joint values of discrete sites, for one element of their plate. */
const largestTable = 100_000;

/** Discrete sites that can neither be summed out nor drawn: refused before a guide is made. */
export function discreteSites(instance: Instance, minibatches: readonly Minibatch[]): Diagnostic[] {
  const { source } = instance.model;
  const { sites, drawn, outside, coupled, groups } = instance.enumeration;
  const site = ({ name, span }: LatentNode) => ({ site: name, span });
  return [
    ...drawn.flatMap(({ node, count }) =>
      isChain(node) && count !== null ? [say.tooManyStates({ ...site(node), count, most: mostValues })] : [],
    ),
    ...outside.map(({ node, use }) => {
      const text = source.text.slice(use.span.start, use.span.end);
      return say.discreteOutsidePlate({ ...site(node), use: use.span, text });
    }),
    ...boundsOnDiscrete(instance, sites),
    ...coupled.map(([a, c]) => say.coupledSequences({ ...site(a.node), other: site(c.node) })),
    ...groups.flatMap(({ sites, largest, steps }) => {
      const at = site(sites[0].node);
      const names = sites.map(({ name }) => name);
      const inside = steps.flatMap((step) => {
        if (step.kind === "sum chain") return step.links.flatMap((link) => (link ? [link.plate] : []));
        return step.kind === "over plates" ? step.plates : [];
      });
      const batched = minibatches.find(({ plate }) => inside.includes(plate));
      return [
        ...(largest > largestTable
          ? [say.jointTableTooLarge({ ...at, sites: names, count: largest, most: largestTable })]
          : []),
        ...(batched ? [say.minibatchInsideSum({ ...at, plate: batched.plate })] : []),
      ];
    }),
  ];
}

/** Latents in the guide whose bounds move with a discrete site that is summed out, and so has no one value. */
function boundsOnDiscrete({ model, reach }: Instance, sites: readonly EnumeratedSite[]): Diagnostic[] {
  return latentsOf({ model })
    .filter((node) => !sites.some((site) => site.node === node))
    .flatMap(({ name, span, type }) =>
      [type.lower, type.upper].flatMap((bound) => {
        const found = bound && sites.find((site) => latentsIn(bound, reach).has(site.name));
        return bound && found
          ? [say.boundOnDiscrete({ site: name, span, discrete: found.name, bound: bound.span })]
          : [];
      }),
    );
}

/** Why this guide, bound, estimator and minibatch do not go together; empty when they do. */
export function illegal(
  instance: Instance,
  guide: Guide,
  options: ObjectiveOptions,
  minibatches: readonly Minibatch[],
): Diagnostic[] {
  return [
    ...estimators[options.estimator].refuses.flatMap((refusal) => refusals[refusal](instance, guide, options)),
    ...biasedMinibatches(instance, guide, options, minibatches),
    ...meetingData(instance, guide),
    ...meetingInSums(instance, guide),
    ...partialPlates(instance, minibatches),
  ];
}

/** Where what an estimator does not go with is found in a model. */
const refusals: {
  readonly [R in Refusal]: (instance: Instance, guide: Guide, options: ObjectiveOptions) => Diagnostic[];
} = {
  "a choice of component": choicesWithoutGradient,
  jumps,
  "no double reparameterization": notDoubly,
  "leaving out the only local draw": twoLevelScore,
  "leaving out the only draw": (_, __, { baseline, T }) =>
    baseline === "loo" && T < 2 ? [say.baselineNeedsDraws({ T })] : [],
};

function choicesWithoutGradient(instance: Instance, guide: Guide, options: ObjectiveOptions): Diagnostic[] {
  const { bound, estimator } = options;
  if (ruleOf(bound).draws === "each component") return [];
  return guide.blocks
    .filter((block) => block.K > 1)
    .map((block) =>
      say.mixtureDrawNotPathwise({
        sites: block.sites.map((site) => site.name),
        span: spanOf(instance, block),
        bound,
        instead: bound === "elbo" ? "selbo" : "siwae",
        estimator,
        K: block.K,
      }),
    );
}

/** Doubly reparameterized gradients need a logarithm of a mean, one level of latents, and derivatives in all of them. */
function notDoubly(instance: Instance, guide: Guide, { bound }: ObjectiveOptions): Diagnostic[] {
  const { overDraws, overComponents } = ruleOf(bound);
  if (overDraws === "mean of logs" || overComponents === "outside")
    return [say.notDoubly({ bound, why: "mean of logs" })];
  const at = (block: Block, site: string) => ({ bound, site, span: spanOf(instance, block) });
  const integer = guide.blocks.find(drawsIntegers);
  if (integer) {
    const { name } = present(
      integer.sites.find((site) => site.integer),
      "an integer-valued site",
    );
    return [say.notDoubly({ ...at(integer, name), why: "integer-valued" })];
  }
  const local = guide.blocks.find((block) => block.plates.length > 0);
  return local && guide.blocks.some((block) => block.plates.length === 0)
    ? [say.notDoubly({ ...at(local, firstSite(local).name), why: "two levels" })]
    : [];
}

/** Latents that reach a density through a function that jumps. */
function jumps({ model, reach }: Instance, guide: Guide, { estimator }: ObjectiveOptions): Diagnostic[] {
  // whole numbers are held constant: no derivative passes through them
  const drawn = new Set(
    guide.blocks.flatMap(({ sites }) => sites.filter(({ integer }) => !integer).map(({ name }) => name)),
  );
  const found = new Map<string, Diagnostic>();
  const parts = (expr: Expr): readonly Expr[] => (isJump(expr) ? [] : childrenOf(expr));
  for (const root of model.nodes.flatMap(exprsOf))
    for (const expr of outermostFirst([root], parts)) {
      if (!isJump(expr)) continue;
      // an entry of an array that is being filled comes from whatever goes into the array
      const fromIterations = [...everyExpr(expr)].some(({ kind }) => kind === "element");
      for (const name of latentsIn(fromIterations ? root : expr, reach)) {
        // values that are summed out are known numbers: no derivative passes through them
        if (!drawn.has(name)) continue;
        const { span } = latentOf({ model }, name);
        found.set(
          `${name} ${expr.span.start}`,
          say.discontinuousPath({ site: name, span, fn: expr.fn, through: expr.span, estimator }),
        );
      }
    }
  return [...found.values()];
}

const isJump = (expr: Expr): expr is CallExpr => expr.kind === "call" && functions[expr.fn]?.discontinuous === true;

/** The draws of each datum are compared with one another, for every draw of what is shared. */
function twoLevelScore(instance: Instance, guide: Guide, { baseline, innerT }: ObjectiveOptions): Diagnostic[] {
  const global = guide.blocks.find((block) => block.plates.length === 0);
  const local = guide.blocks.find((block) => block.plates.length > 0);
  if (baseline !== "loo" || innerT > 1 || !global || !local) return [];
  const span = spanOf(instance, local);
  return [
    say.baselineNeedsInnerDraws({ span, site: firstSite(local).name, plate: present(local.plates[0], "a plate") }),
  ];
}

function biasedMinibatches(
  instance: Instance,
  guide: Guide,
  { bound }: ObjectiveOptions,
  minibatches: readonly Minibatch[],
): Diagnostic[] {
  const { model, reach } = instance;
  if (ruleOf(bound).overDraws === "mean of logs") return [];
  return minibatches.flatMap(({ plate }) =>
    guide.blocks
      .filter((block) => !block.plates.includes(plate))
      .filter((block) => model.nodes.some((node) => node.plates.includes(plate) && touches(node, block, reach)))
      .map((block) =>
        say.weightedBoundOnMinibatch({
          sites: block.sites.map((site) => site.name),
          span: spanOf(instance, block),
          bound,
          plate,
          instead: block.K > 1 ? "selbo" : "elbo",
        }),
      ),
  );
}

/** A local site that is used outside its plate: its data would no longer be independent. */
function meetingData({ model, reach }: Instance, guide: Guide): Diagnostic[] {
  return guide.blocks
    .filter((block) => block.plates.length > 0)
    .flatMap((block) => {
      const local = block.sites.map((site) => site.name);
      const uses = model.nodes.flatMap((node) => exprsOf(node).flatMap((e) => [...everyExpr(e)]));
      const outside = uses.filter(
        (expr) =>
          (expr.kind === "latent" || expr.kind === "let") &&
          local.some((site) => reach.get(expr.name)?.has(site)) &&
          !block.plates.every((plate) => expr.plates.includes(plate)),
      );
      const [first] = outside;
      return first
        ? [
            say.amortizedLeavesPlate({
              site: firstSite(block).name,
              plate: present(block.plates[0], "a plate"),
              span: first.span,
            }),
          ]
        : [];
    });
}

/** A local site whose data a discrete site of no datum's own ties together. */
function meetingInSums({ enumeration, reach }: Instance, guide: Guide): Diagnostic[] {
  return enumeration.groups.flatMap(({ sites, nodes, plates }) =>
    guide.blocks
      .filter((block) => block.plates.some((plate) => !plates.includes(plate)))
      .filter((block) => nodes.some((node) => touches(node, block, reach)))
      .map((block) => {
        const { name, span } = sites[0].node;
        const local = firstSite(block).name;
        return say.localBelowSum({ site: name, span, local, plate: present(block.plates[0], "a plate") });
      }),
  );
}

/** A whole array of a plate of which a minibatch holds a part. */
export function partialPlates(
  { model }: Pick<Instance, "model">,
  minibatches: readonly Pick<Minibatch, "plate">[],
): Diagnostic[] {
  const declared = new Map(
    model.nodes.flatMap((n) => (n.kind === "latent" || n.kind === "let" ? [[n.name, n.plates] as const] : [])),
  );
  return minibatches.flatMap(({ plate }) => {
    const uses = model.nodes.flatMap((node) => exprsOf(node).flatMap((e) => [...everyExpr(e)]));
    const whole = uses.find(
      (expr) =>
        (expr.kind === "latent" || expr.kind === "let") &&
        declared.get(expr.name)?.includes(plate) &&
        !expr.plates.includes(plate),
    );
    return whole && "name" in whole ? [say.wholePlateInMinibatch({ name: whole.name, plate, span: whole.span })] : [];
  });
}

function touches(node: ModelNode, block: Block, reach: Reach): boolean {
  const names = exprsOf(node).flatMap((expr) => [...latentsIn(expr, reach)]);
  if (node.kind === "latent") names.push(node.name);
  return block.sites.some((site) => names.includes(site.name));
}

function spanOf(instance: Instance, block: Block): Span {
  return latentOf(instance, firstSite(block).name).span;
}

function firstSite({ sites: [first] }: Block): BlockSite {
  return present(first, "a site");
}
