import { assert } from "../../../base/assert.ts";
import type { SourceFile } from "../../../diagnostics/span.ts";
import type { Equation, EquationOf, Program, Value } from "../../../program/program.ts";
import { contiguousStrides } from "../../../tensor/shape.ts";
import type { Arena } from "../arena.ts";
import { isView, type Cluster, type ViewName } from "../clusters.ts";
import type { Layout } from "../layout.ts";
import type { Task } from "../threads/tasks.ts";
import { copySource } from "../views.ts";
import { emitCopy } from "./copies.ts";
import { alone, emitCluster, type Emitted } from "./loops.ts";
import { placeOf, type KernelContext } from "./numbers.ts";
import { isKernel, kernels } from "./operations.ts";
import { emitMatmulEquation } from "./products.ts";
import { emitScan } from "./scan.ts";

/** What code is written from, but for the function that it goes to. */
export type PartContext = Omit<KernelContext, "f">;

type View = EquationOf<ViewName>;

/** A part of a step with a function of its own: parts compile side by side, and a profile can time them one by one. */
interface Part {
  readonly name: string;
  readonly reads: readonly Value[];
  readonly writes: readonly Value[];
  readonly emit: (c: KernelContext) => Emitted;
  /** For the text of the module. */
  readonly comment: string;
}

/** Writes what a step computes, part by part; one thread's parts are exported, for a profile. */
export function emitParts(
  c: PartContext,
  clusters: readonly Cluster[],
  arena: Arena,
  source: SourceFile | null,
): readonly Task[] {
  return partsOf(c, clusters, source).flatMap((part) => emitPart(c, arena, part));
}

/** Loops and kernels in their order. The copies in between are parts that a team may share out, or ends of others. */
function partsOf(c: PartContext, clusters: readonly Cluster[], source: SourceFile | null): readonly Part[] {
  const copies = (at: number): readonly Part[] => copiesAt(c.program, c.memory.layout, at).map(copyPart);
  if (c.t.team)
    return [...copies(-1), ...clusters.flatMap((each, at) => [clusterPart(each, at, source), ...copies(at)])];
  const before: Part = {
    name: "copies_before",
    reads: [],
    writes: [],
    emit: (own) => emitCopies(own, -1),
    comment: "",
  };
  return [before, ...clusters.map((each, at) => withCopies(clusterPart(each, at, source), at))];
}

function clusterPart(cluster: Cluster, at: number, source: SourceFile | null): Part {
  return {
    name: `loop_${at}`,
    reads: cluster.equations.flatMap(({ args }): readonly Value[] => args),
    writes: cluster.equations.map(({ out }) => out),
    emit: (c) => emitOne(c, cluster),
    comment: describe(cluster, source),
  };
}

function withCopies(part: Part, at: number): Part {
  return {
    ...part,
    emit: (c) => {
      const emitted = part.emit(c);
      emitCopies(c, at);
      return emitted;
    },
  };
}

function copyPart(copy: View): Part {
  return {
    name: `copy_${copy.out}`,
    reads: copy.args,
    writes: [copy.out],
    emit: (c) => emitViewCopy(c, copy),
    comment: "",
  };
}

/** A part's function as a task, and one more for what its first thread does in the end. */
function emitPart(c: PartContext, arena: Arena, { name, reads, writes, emit, comment }: Part): readonly Task[] {
  const { module, t } = c;
  const extents = (values: readonly Value[]) =>
    values.flatMap((value) => arena.layout.places.get(value) ?? []).map(arena.extentOf);
  const touched = { reads: extents(reads), writes: extents(writes) };
  let emitted = alone;
  const part = module.fn(name, [], [], (f) => void (emitted = emit({ ...c, f })), comment);
  const { divided, finish } = emitted;
  const task: Task = { divided, ...touched, emit: (f) => f.emit(f.call(part)) };
  if (!t.team) module.export(part);
  if (!finish) return [task];
  const last = module.fn(`${name}_finish`, [], [], finish);
  return [task, { divided: false, ...touched, emit: (f) => f.emit(f.call(last)) }];
}

function emitOne(c: KernelContext, cluster: Cluster): Emitted {
  if (!cluster.kernel) return emitCluster(c.f, c.t, c.program, cluster, c.memory);
  const [equation] = cluster.equations;
  assert(equation, "a kernel's equation");
  if (equation.op === "matmul") return emitMatmulEquation(c, equation);
  // the loops inside a kernel are one thread's, as it is
  const single: KernelContext = { ...c, t: { ...c.t, team: null } };
  if (equation.op === "scan") {
    emitScan(single, equation, emitAll);
    return alone;
  }
  assert(isKernel(equation), `a kernel for ${equation.op}`);
  const kernel = kernels[equation.op] as (c: KernelContext, equation: Equation) => void;
  kernel(single, equation);
  return alone;
}

/** Loops and kernels one after another, with the copies in between. */
function emitAll(c: KernelContext, clusters: readonly Cluster[]): void {
  emitCopies(c, -1);
  clusters.forEach((cluster, at) => {
    emitOne(c, cluster);
    emitCopies(c, at);
  });
}

/** The copies that views need right after the cluster at a position, in their order. */
function copiesAt({ equations }: Program, { copies }: Layout, at: number): readonly View[] {
  return equations.filter((equation): equation is View => isView(equation) && copies.get(equation.out) === at);
}

function emitCopies(c: KernelContext, at: number): Emitted {
  for (const copy of copiesAt(c.program, c.memory.layout, at)) emitViewCopy(c, copy);
  return alone;
}

function emitViewCopy(c: KernelContext, copy: View): Emitted {
  const { f, t, program, memory } = c;
  const { shape, from } = copySource(program, copy, memory.layout.places);
  const to = { ...placeOf(c, copy.out), strides: contiguousStrides(shape) };
  return emitCopy(f, t, { shape, from, to }, memory);
}

/** Where in the model a loop comes from, and its equations. */
function describe(cluster: Cluster, source: SourceFile | null): string {
  const equations = cluster.equations.map(({ out, op }) => `%${out} = ${op}`).join(", ");
  const origins = new Set(
    cluster.equations.flatMap(({ origin }) => {
      if (!origin) return [];
      const line = source ? source.text.slice(0, origin.span.start).split("\n").length : null;
      return [line === null ? origin.term : `line ${line} (${origin.term})`];
    }),
  );
  return [...origins, equations].join("; ");
}
