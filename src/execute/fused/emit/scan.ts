import { present } from "../../../base/assert.ts";
import { definition, inputsOf, type EquationOf, type Program, type Value } from "../../../program/program.ts";
import { scanParts, type ScanPart } from "../../../program/scan.ts";
import { contiguousStrides, sizeOf, type Shape } from "../../../tensor/shape.ts";
import { fillOf } from "../../fill.ts";
import { clustersOf, isView, kindOf, type Cluster } from "../clusters.ts";
import { layOut, type Layout } from "../layout.ts";
import { place } from "../place.ts";
import { bytesOf, type Precision } from "../target.ts";
import type { Place } from "../views.ts";
import { w, type Local } from "../wasm/assembler.ts";
import { emitCopy, emitFill } from "./copies.ts";
import type { Memory } from "./loops.ts";
import { addressOf, placeOf, type KernelContext } from "./numbers.ts";
import { scratchFor } from "./products.ts";

/** A body with its memory planned: an arena of its own, from address 0, beside what it sees of the arguments'. */
interface PlannedBody {
  readonly clusters: readonly Cluster[];
  readonly layout: Layout;
  readonly address: readonly number[];
  readonly bytes: number;
  /**
   * Buffers that lie inside arguments and results instead: rows of a stack, and arguments that all iterations share.
   */
  readonly rows: ReadonlyMap<number, Row>;
  readonly shared: ReadonlyMap<number, Value>;
}

/** A row of an argument, or of a part of the result, and its shape. */
type Row = { readonly shape: Shape } & ({ readonly argument: Value } | { readonly part: ScanPart });

/** Scratch that the kernels of a program need: for a scan, the arena of its body and what that needs in turn. */
export function scratchBytes(program: Program, layout: Layout, precision: Precision): number {
  const each = program.equations.map((equation) => {
    if (equation.op !== "scan") return scratchFor(program, layout, equation, precision);
    const plan = planned(equation, precision);
    return plan.bytes + scratchBytes(equation.attributes.body, plan.layout, precision);
  });
  return Math.max(0, ...each);
}

/** A recurrence that is being written: its body in memory, and what goes in and out of it. */
interface Recurrence {
  /** The context outside, and that of the body. */
  readonly c: KernelContext;
  readonly inner: KernelContext;
  readonly plan: PlannedBody;
  readonly body: Program;
  /** Inputs of the body, each with the argument that it stands for. */
  readonly inputs: readonly Given[];
  readonly parts: readonly ScanPart[];
  /** Where the result begins. */
  readonly result: number;
}

interface Given {
  readonly input: EquationOf<"input">;
  readonly argument: Value;
}

type Pointer = Local<"i32">;

/**
 * A recurrence as a loop over iterations around the body's own loops. Rows of stacks are read and written where they
 * lie; what is carried has memory that all iterations use.
 */
export function emitScan(
  c: KernelContext,
  equation: EquationOf<"scan">,
  emitBody: (c: KernelContext, clusters: readonly Cluster[]) => void,
): void {
  const { f } = c;
  const { count, reverse } = equation.attributes;
  const recurrence = openRecurrence(c, equation);
  emitStart(recurrence);
  f.scope(() => {
    const turn = f.local("i32", "turn");
    f.forLoop(turn, 0, count, 1, () =>
      f.scope(() => {
        const row = reverse ? f.let(w.i32.sub(count - 1, turn), "row") : turn;
        emitIteration(recurrence, row, emitBody);
      }),
    );
  });
  emitEnd(recurrence);
}

function openRecurrence(c: KernelContext, equation: EquationOf<"scan">): Recurrence {
  const { t, scratch } = c;
  const { body, count } = equation.attributes;
  const plan = planned(equation, t.precision);
  const base = scratch(plan.bytes + scratchBytes(body, plan.layout, t.precision));
  const result = addressOf(c, equation.out);
  const addressOfRow = (row: Row): number =>
    "part" in row ? result + row.part.offset * t.bytes : addressOf(c, row.argument);
  const address = plan.address.map((at, buffer) => {
    const shared = plan.shared.get(buffer);
    const row = plan.rows.get(buffer);
    return row ? addressOfRow(row) : shared === undefined ? base + at : addressOf(c, shared);
  });
  const memory: Memory = { layout: plan.layout, address };
  const inner: KernelContext = { ...c, program: body, memory, scratch: () => base + plan.bytes };
  return { c, inner, plan, body, inputs: givenTo(equation), parts: scanParts(body, count), result };
}

function givenTo({ attributes: { body }, args }: EquationOf<"scan">): readonly Given[] {
  return inputsOf(body).map((input, i) => ({ input, argument: present(args[i], input.attributes.name) }));
}

/** A place outside, as one more buffer of the body's memory; it may move with the rows. */
function outside({ address, layout, moving }: Memory, at: number, shape: Shape, row?: Pointer): [Place, Memory] {
  const buffer = address.length;
  const moved = new Map([...(moving ?? []), ...(row ? [[buffer, row] as const] : [])]);
  return [
    { buffer, offset: 0, strides: contiguousStrides(shape) },
    { layout, address: [...address, at], moving: moved },
  ];
}

/** Before the first iteration: what is carried as it is given, and fills that need memory. */
function emitStart({ c, inner, plan, body, inputs }: Recurrence): void {
  const { f, t } = c;
  for (const { input, argument } of inputs) {
    if (input.attributes.role !== "state") continue;
    const { shape, out } = input;
    const [from, all] = outside(inner.memory, addressOf(c, argument), shape);
    emitCopy(f, t, { shape, from, to: placeOf(inner, out) }, all);
  }
  for (const each of body.equations) {
    const value = fillOf(each);
    const to = plan.layout.places.get(each.out);
    if (value !== null && to) emitFill(f, t, { shape: each.shape, value, to }, inner.memory);
  }
}

/** One iteration: its rows come in, the body runs, its own rows go out, and what is carried is handed on. */
function emitIteration(
  { c, inner, plan, body, inputs, parts, result }: Recurrence,
  row: Pointer,
  emitBody: (c: KernelContext, clusters: readonly Cluster[]) => void,
): void {
  const { f, t } = c;
  const pointers = new Map<number, Pointer>();
  /** By how many bytes the row lies further on, where each is so many numbers. */
  const pointer = (numbers: number): Pointer => {
    const known = pointers.get(numbers) ?? f.let(w.i32.mul(row, numbers * t.bytes), "row");
    pointers.set(numbers, known);
    return known;
  };
  const moving = new Map([...plan.rows].map(([buffer, { shape }]) => [buffer, pointer(sizeOf(shape))]));
  const memory: Memory = { ...inner.memory, moving };

  for (const { input, argument } of inputs) {
    const { shape, out } = input;
    const to = plan.layout.places.get(out);
    if (input.attributes.role !== "feed" || !to || plan.rows.has(to.buffer)) continue;
    const [from, all] = outside(memory, addressOf(c, argument), shape, pointer(sizeOf(shape)));
    emitCopy(f, t, { shape, from, to }, all);
  }
  emitBody({ ...inner, memory }, plan.clusters);
  for (const { output, offset, shape: stack } of parts) {
    const from = placeOf(inner, output.value);
    const direct = plan.rows.get(from.buffer);
    if (output.carry !== null || (direct && "part" in direct && direct.part.offset === offset)) continue;
    const shape = stack.slice(1);
    const [to, all] = outside(memory, result + offset * t.bytes, shape, pointer(sizeOf(shape)));
    emitCopy(f, t, { shape, from, to }, all);
  }
  // outputs are values of their own (see legalise.ts), so that no copy changes what another one reads
  for (const { output, shape } of parts) {
    if (output.carry === null) continue;
    const to = placeOf(inner, inputNamed(body, output.carry));
    emitCopy(f, t, { shape, from: placeOf(inner, output.value), to }, memory);
  }
}

/** After the last iteration: what is carried is a part of the result. */
function emitEnd({ c, inner, body, parts, result }: Recurrence): void {
  for (const { output, offset, shape } of parts) {
    if (output.carry === null) continue;
    const [to, all] = outside(inner.memory, result + offset * c.t.bytes, shape);
    emitCopy(c.f, c.t, { shape, from: placeOf(inner, inputNamed(body, output.carry)), to }, all);
  }
}

function inputNamed(body: Program, name: string): Value {
  return present(
    inputsOf(body).find(({ attributes }) => attributes.name === name),
    name,
  ).out;
}

const plans = new WeakMap<EquationOf<"scan">, Map<Precision, PlannedBody>>();

function planned(equation: EquationOf<"scan">, precision: Precision): PlannedBody {
  const known = plans.get(equation) ?? new Map<Precision, PlannedBody>();
  plans.set(equation, known);
  const plan = known.get(precision) ?? planBody(equation, bytesOf(precision));
  known.set(precision, plan);
  return plan;
}

function planBody(equation: EquationOf<"scan">, bytes: number): PlannedBody {
  const { body, count } = equation.attributes;
  const clusters = clustersOf(body);
  const layout = layOut(body, clusters);
  const fixed = kernelBuffers(body, layout);
  const rows = new Map<number, Row>();
  const shared = new Map<number, Value>();
  for (const { input, argument } of givenTo(equation)) {
    const { attributes, out, shape } = input;
    const at = layout.places.get(out);
    if (!at) continue;
    if (attributes.role === "data") shared.set(at.buffer, argument);
    if (attributes.role === "feed" && !fixed.has(at.buffer)) rows.set(at.buffer, { shape, argument });
  }
  for (const part of scanParts(body, count)) {
    const { carry, value } = part.output;
    const at = present(layout.places.get(value), `%${value}`);
    const shape = part.shape.slice(1);
    const own = !isView(definition(body, value)) && layout.buffers[at.buffer]?.size === sizeOf(shape);
    const free = !fixed.has(at.buffer) && !rows.has(at.buffer) && !shared.has(at.buffer);
    if (carry === null && own && free) rows.set(at.buffer, { shape, part });
  }
  const buffers = layout.buffers.map((buffer) =>
    rows.has(buffer.id) || shared.has(buffer.id) ? { ...buffer, size: 0 } : buffer,
  );
  const { address, total } = place(buffers, bytes, 0);
  return { clusters, layout, address, bytes: Math.ceil(total / 16) * 16, rows, shared };
}

/** Buffers that kernels read or write: those want addresses that stay. */
function kernelBuffers({ equations }: Program, { places }: Layout): ReadonlySet<number> {
  const found = new Set<number>();
  for (const equation of equations) {
    if (kindOf(equation) !== "kernel") continue;
    for (const value of [...equation.args, equation.out]) {
      const at = places.get(value);
      if (at) found.add(at.buffer);
    }
  }
  return found;
}
