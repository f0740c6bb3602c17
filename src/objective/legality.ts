import * as say from "../diagnostics/catalogue/guide.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { exprsOf, latentsIn, reachOf, type Graph, type Reach } from "../graph/graph.ts";
import type { Block, Guide } from "../guide/guide.ts";
import type { Minibatch } from "../joint/context.ts";
import { functions } from "../model/functions.ts";
import type { Expr, LatentNode, ModelNode } from "../model/model.ts";
import { childrenOf, distName, everyExpr } from "../model/walk.ts";
import { bounds } from "./bounds.ts";
import type { ObjectiveOptions } from "./options.ts";

/** Discrete sites: refused before a guide is made, since there is none for them yet. */
export function discreteSites(graph: Graph, { estimator }: ObjectiveOptions): Diagnostic[] {
  return latentsOf(graph)
    .filter((node) => node.discrete)
    .map(({ name, span, dist }) => {
      return say.discreteLatent({ site: name, span, family: distName(dist), estimator });
    });
}

/** Why this guide, bound, estimator and minibatch do not go together; empty when they do. */
export function illegal(
  graph: Graph,
  guide: Guide,
  options: ObjectiveOptions,
  minibatches: readonly Minibatch[],
): Diagnostic[] {
  const reach = reachOf(graph.model);
  return [
    ...choicesWithoutGradient(graph, guide, options),
    ...jumps(graph, options, reach),
    ...twoLevelScore(graph, guide, options),
    ...(options.estimator === "score" && options.baseline === "loo" && options.T < 2
      ? [say.baselineNeedsDraws({ T: options.T })]
      : []),
    ...biasedMinibatches(graph, guide, options, minibatches, reach),
    ...meetingData(graph, guide, reach),
    ...partialPlates(graph, minibatches),
  ];
}

function choicesWithoutGradient(
  graph: Graph,
  guide: Guide,
  options: ObjectiveOptions,
): Diagnostic[] {
  const { bound, estimator } = options;
  if (estimator === "score" || bounds[bound].draws === "each component") return [];
  return guide.blocks
    .filter((block) => block.K > 1)
    .map((block) =>
      say.mixtureDrawNotPathwise({
        sites: block.sites.map((site) => site.name),
        span: spanOf(graph, block),
        bound,
        instead: bound === "elbo" ? "selbo" : "siwae",
        estimator,
        K: block.K,
      }),
    );
}

/** Latents that reach a density through a function that jumps. */
function jumps(graph: Graph, { estimator }: ObjectiveOptions, reach: Reach): Diagnostic[] {
  if (estimator === "score") return [];
  const found = new Map<string, Diagnostic>();
  const visit = (root: Expr, expr: Expr, seen: Set<Expr>): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "call" && functions[expr.fn]?.discontinuous) {
      // an entry of an array that is being filled comes from whatever goes into the array
      const fromTurns = [...everyExpr(expr)].some(({ kind }) => kind === "element");
      for (const name of latentsIn(fromTurns ? root : expr, reach)) {
        const { span } = latentsOf(graph).find((node) => node.name === name)!;
        found.set(`${name} ${expr.span.start}`, say.discontinuousPath({ site: name, span, fn: expr.fn, through: expr.span, estimator })); // prettier-ignore
      }
      return;
    }
    childrenOf(expr).forEach((child) => visit(root, child, seen));
  };
  for (const root of graph.model.nodes.flatMap(exprsOf)) visit(root, root, new Set());
  return [...found.values()];
}

function twoLevelScore(graph: Graph, guide: Guide, { estimator }: ObjectiveOptions): Diagnostic[] {
  const global = guide.blocks.find((block) => block.plates.length === 0);
  const local = guide.blocks.find((block) => block.plates.length > 0);
  if (estimator !== "score" || !global || !local) return [];
  const span = spanOf(graph, global);
  return [say.scoreWithTwoLevels({ span, site: global.sites[0]!.name, plate: local.plates[0]! })];
}

function biasedMinibatches(
  graph: Graph,
  guide: Guide,
  { bound }: ObjectiveOptions,
  minibatches: readonly Minibatch[],
  reach: Reach,
): Diagnostic[] {
  if (bounds[bound].overDraws === "mean of logs") return [];
  return minibatches.flatMap(({ plate }) =>
    guide.blocks
      .filter((block) => !block.plates.includes(plate))
      .filter((block) =>
        graph.model.nodes.some(
          (node) => node.plates.includes(plate) && touches(node, block, reach),
        ),
      )
      .map((block) =>
        say.weightedBoundOnMinibatch({
          sites: block.sites.map((site) => site.name),
          span: spanOf(graph, block),
          bound,
          plate,
          instead: block.K > 1 ? "selbo" : "elbo",
        }),
      ),
  );
}

/** A local site that is used outside its plate: its data would no longer be independent. */
function meetingData(graph: Graph, guide: Guide, reach: Reach): Diagnostic[] {
  return guide.blocks
    .filter((block) => block.plates.length > 0)
    .flatMap((block) => {
      const local = block.sites.map((site) => site.name);
      const uses = graph.model.nodes.flatMap((node) =>
        exprsOf(node).flatMap((e) => [...everyExpr(e)]),
      );
      const outside = uses.filter(
        (expr) =>
          (expr.kind === "latent" || expr.kind === "let") &&
          local.some((site) => reach.get(expr.name)?.has(site)) &&
          !block.plates.every((plate) => expr.plates.includes(plate)),
      );
      const [first] = outside;
      return first
        ? [say.amortizedLeavesPlate({ site: local[0]!, plate: block.plates[0]!, span: first.span })]
        : [];
    });
}

/** A whole array of a plate of which a minibatch holds a part. */
function partialPlates(graph: Graph, minibatches: readonly Minibatch[]): Diagnostic[] {
  const declared = new Map(graph.model.nodes.flatMap((n) => (n.kind === "latent" || n.kind === "let" ? [[n.name, n.plates] as const] : []))); // prettier-ignore
  return minibatches.flatMap(({ plate }) => {
    const uses = graph.model.nodes.flatMap((node) =>
      exprsOf(node).flatMap((e) => [...everyExpr(e)]),
    );
    const whole = uses.find(
      (expr) =>
        (expr.kind === "latent" || expr.kind === "let") &&
        declared.get(expr.name)?.includes(plate) &&
        !expr.plates.includes(plate),
    );
    return whole && "name" in whole
      ? [say.wholePlateInMinibatch({ name: whole.name, plate, span: whole.span })]
      : [];
  });
}

function touches(node: ModelNode, block: Block, reach: Reach): boolean {
  const names = exprsOf(node).flatMap((expr) => [...latentsIn(expr, reach)]);
  return block.sites.some((site) => names.includes(site.name));
}

function latentsOf(graph: Graph): LatentNode[] {
  return graph.model.nodes.filter((node) => node.kind === "latent");
}

function spanOf(graph: Graph, block: Block) {
  return latentsOf(graph).find((node) => node.name === block.sites[0]!.name)!.span;
}
