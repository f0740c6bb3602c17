import { present } from "../../base/assert.ts";
import { elementwiseOps } from "../../program/arity.ts";
import type { OpName } from "../../program/ops.ts";
import type { Equation, EquationOf, Program, Value } from "../../program/program.ts";
import type { Shape } from "../../tensor/shape.ts";

/** How the engine runs an operation. */
export type Kind =
  /** Memory that is there before the step begins. */
  | "source"
  /** Another way to look at memory: costs nothing. */
  | "view"
  /** One result for each element of its shape, computed in the middle of a loop. */
  | "pointwise"
  /** Ends a loop: many elements meet in one. */
  | "reduction"
  /** Code of its own. */
  | "kernel";

const viewNames = ["reshape", "transpose", "slice", "broadcast", "stop"] as const;
/** Operations that look at memory in another way. */
export type ViewName = (typeof viewNames)[number];
const views: ReadonlySet<OpName> = new Set(viewNames);
const reductionNames = ["sum", "reduce_max"] as const;
/** Operations in which many elements meet in one. */
export type ReductionName = (typeof reductionNames)[number];
const reductions: ReadonlySet<OpName> = new Set(reductionNames);
const pointwise: ReadonlySet<OpName> = new Set(elementwiseOps);

export function kindOf({ op }: Equation): Kind {
  if (op === "input" || op === "constant") return "source";
  if (views.has(op)) return "view";
  if (reductions.has(op)) return "reduction";
  return pointwise.has(op) ? "pointwise" : "kernel";
}

/** Whether an equation is another way to look at its argument. */
export function isView(equation: Equation): equation is EquationOf<ViewName> {
  return views.has(equation.op);
}

/** Whether an equation ends a loop. */
export function isReduction(equation: Equation): equation is EquationOf<ReductionName> {
  return reductions.has(equation.op);
}

/** Equations that run as one loop over one space, or one kernel. */
export interface Cluster {
  readonly id: number;
  readonly equations: Equation[];
  /** The elements it goes over: the shape of its pointwise results and of what its reductions read. */
  readonly space: Shape;
  readonly kernel: boolean;
}

/**
 * Groups a program's equations into loops and kernels, in an order in which they can run. Pointwise equations and the
 * reductions that end them share a loop when they go over the same space and nothing outside has to run in between.
 */
export function clustersOf(program: Program): readonly Cluster[] {
  const { equations } = program;
  const clusters: Cluster[] = [];
  /** Clusters that must be finished before this one starts: direct ones. */
  const needs: Set<number>[] = [];
  const bySpace = new Map<string, number[]>();
  /** For each value: the cluster that makes it, seen through views; -1 for memory. */
  const home = new Int32Array(equations.length).fill(-1);

  const reaches = (from: number, to: number, seen = new Set<number>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...needs[from]!].some((next) => reaches(next, to, seen));
  };
  const open = (space: Shape, kernel: boolean): Cluster => {
    const cluster = { id: clusters.length, equations: [], space, kernel };
    clusters.push(cluster);
    needs.push(new Set());
    return cluster;
  };

  for (const equation of equations) {
    const kind = kindOf(equation);
    if (kind === "source") continue;
    if (kind === "view") {
      home[equation.out] = home[present(equation.args[0], "a view's argument")]!;
      continue;
    }
    const before = [...new Set(equation.args.map((arg) => home[arg]!))].filter((id) => id >= 0);
    const first = equation.args[0];
    const space = kind === "reduction" ? equations[first!]!.shape : equation.shape;
    const key = space.join();
    let cluster: Cluster | undefined;
    if (kind !== "kernel")
      for (const id of (bySpace.get(key) ?? []).slice(-mostCandidates).reverse()) {
        // what the loop itself makes, element by element, may be used at once; anything else must be finished first
        const outside = equation.args.filter((arg) => !(home[arg] === id && isInner(equations, arg)));
        if (kind === "reduction" && outside.length > 0 && !readsAlike(clusters[id]!, equation)) continue;
        const strict = outside.map((arg) => home[arg]!).filter((other) => other >= 0);
        if (strict.some((other) => reaches(other, id))) continue;
        cluster = clusters[id]!;
        strict.forEach((other) => needs[id]!.add(other));
        break;
      }
    if (!cluster) {
      cluster = open(space, kind === "kernel");
      before.forEach((id) => needs[cluster!.id]!.add(id));
      if (kind !== "kernel") bySpace.set(key, [...(bySpace.get(key) ?? []), cluster.id]);
    }
    cluster.equations.push(equation);
    home[equation.out] = cluster.id;
  }
  return inOrder(clusters, needs);
}

/**
 * What only reduces memory does not join reductions along other axes: it costs little but for reading, and each is best
 * done in an order of its own.
 */
function readsAlike({ equations }: Cluster, { attributes }: Equation): boolean {
  const axesOf = (of: Equation["attributes"]): string => ("axes" in of ? of.axes.join() : "");
  return equations.every((e) => kindOf(e) !== "reduction" || axesOf(e.attributes) === axesOf(attributes));
}

/** Loops over the same space that are tried, the latest first. */
const mostCandidates = 8;

/** A pointwise result, used as it is: not through a view, which looks at memory. */
function isInner(equations: readonly Equation[], value: Value): boolean {
  return kindOf(equations[value]!) === "pointwise";
}

/** Clusters so that each comes after what it needs; among those that could run, the earliest made. */
function inOrder(clusters: readonly Cluster[], needs: readonly ReadonlySet<number>[]): Cluster[] {
  const order: Cluster[] = [];
  const done = new Uint8Array(clusters.length);
  const visit = (id: number): void => {
    if (done[id]) return;
    done[id] = 1;
    [...needs[id]!].sort((a, b) => a - b).forEach(visit);
    order.push(clusters[id]!);
  };
  clusters.forEach(({ id }) => visit(id));
  return order;
}
