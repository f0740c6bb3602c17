import { present } from "../../../base/assert.ts";
import { inputsOf, type EquationOf, type Program, type Value } from "../../../program/program.ts";
import { scanParts, type ScanPart } from "../../../program/scan.ts";
import { contiguousStrides, sizeOf, type Shape } from "../../../tensor/shape.ts";
import { clustersOf, kindOf, type Cluster } from "../clusters.ts";
import { fillOf, layOut, place, type Layout, type Place } from "../layout.ts";
import type { Precision } from "../target.ts";
import { w, type Local } from "../wasm/assembler.ts";
import { emitCopy, emitFill } from "./copies.ts";
import type { Memory } from "./loops.ts";
import { addressOf, type KernelContext } from "./numbers.ts";
import { scratchFor } from "./products.ts";

/** A body with its memory planned: an arena of its own, from address 0, beside what it sees of the arguments'. */
interface PlannedBody {
  readonly clusters: readonly Cluster[];
  readonly layout: Layout;
  readonly address: readonly number[];
  readonly bytes: number;
  /** Buffers that lie inside arguments and results instead: rows of a stack, and arguments that all turns share. */
  readonly rows: ReadonlyMap<number, Row>;
  readonly shared: ReadonlyMap<number, Value>;
}

/** A row of an argument, or of a part of the result. */
type Row = { readonly argument: number } | { readonly part: ScanPart };

/** Scratch that the kernels of a program need: for a scan, the arena of its body and what that needs in turn. */
export function scratchBytes(program: Program, layout: Layout, precision: Precision): number {
  const each = program.equations.map((equation) => {
    if (equation.op !== "scan") return scratchFor(program, layout, equation, precision);
    const plan = planned(equation, precision);
    return plan.bytes + scratchBytes(equation.attributes.body, plan.layout, precision);
  });
  return Math.max(0, ...each);
}

/**
 * A recurrence as a loop over turns around the body's own loops. Rows of stacks are read and written where they lie;
 * what is carried has memory that all turns use.
 */
export function emitScan(
  c: KernelContext,
  equation: EquationOf<"scan">,
  emitBody: (c: KernelContext, clusters: readonly Cluster[]) => void,
): void {
  const { f, t, scratch } = c;
  const { body, count, reverse } = equation.attributes;
  const plan = planned(equation, t.precision);
  const inside = plan.bytes;
  const base = scratch(inside + scratchBytes(body, plan.layout, t.precision));
  const result = addressOf(c, equation.out);
  const inputs = inputsOf(body);
  const parts = scanParts(body, count);

  const address = plan.address.map((at) => base + at);
  for (const [buffer, argument] of plan.shared) address[buffer] = addressOf(c, argument);
  for (const [buffer, row] of plan.rows)
    address[buffer] = "part" in row ? result + row.part.offset * t.bytes : addressOf(c, equation.args[row.argument]!);
  const memory: Memory = { layout: plan.layout, address };
  const inner: KernelContext = { ...c, program: body, memory, scratch: () => base + inside };
  const placeOf = (value: Value): Place => present(plan.layout.places.get(value), `%${value}`);
  /** A place outside, as one more buffer of the body's memory. */
  const outside = (at: number, shape: Shape, row?: Local<"i32">): [Place, Memory] => {
    const buffer = address.length;
    const moving = new Map([...(moved ?? []), ...(row ? [[buffer, row] as const] : [])]);
    const all = { ...memory, address: [...address, at], moving };
    return [{ buffer, offset: 0, strides: contiguousStrides(shape) }, all];
  };
  let moved: ReadonlyMap<number, Local<"i32">> | undefined;

  for (const { out, attributes, shape } of inputs) {
    if (attributes.role !== "state") continue;
    const given = equation.args[inputs.findIndex((input) => input.out === out)]!;
    const [from, all] = outside(addressOf(c, given), shape);
    emitCopy(f, t, shape, from, placeOf(out), all);
  }
  for (const each of body.equations) {
    const number = fillOf(each);
    const at = plan.layout.places.get(each.out);
    if (number !== null && at) emitFill(f, t, each.shape, number, at, memory);
  }
  f.scope(() => {
    const turn = f.local("i32", "turn");
    f.forLoop(turn, 0, count, 1, () =>
      f.scope(() => {
        const row = reverse ? f.let(w.i32.sub(count - 1, turn), "row") : turn;
        const pointers = new Map<number, Local<"i32">>();
        const pointer = (numbers: number): Local<"i32"> => {
          const known = pointers.get(numbers) ?? f.let(w.i32.mul(row, numbers * t.bytes), "row");
          pointers.set(numbers, known);
          return known;
        };
        const sizeOfRow = (of: Row): number =>
          sizeOf("part" in of ? of.part.shape.slice(1) : inputs[of.argument]!.shape);
        moved = new Map([...plan.rows].map(([buffer, of]) => [buffer, pointer(sizeOfRow(of))]));
        const there = { ...memory, moving: moved };

        inputs.forEach(({ out, attributes, shape }, i) => {
          const at = plan.layout.places.get(out);
          if (attributes.role !== "feed" || !at || plan.rows.has(at.buffer)) return;
          const [from, all] = outside(addressOf(c, equation.args[i]!), shape, pointer(sizeOf(shape)));
          emitCopy(f, t, shape, from, at, all);
        });
        emitBody({ ...inner, memory: there }, plan.clusters);
        for (const { output, offset, shape } of parts) {
          const from = placeOf(output.value);
          const direct = plan.rows.get(from.buffer);
          if (output.carry !== null || (direct && "part" in direct && direct.part.offset === offset)) continue;
          const own = shape.slice(1);
          const [to, all] = outside(result + offset * t.bytes, own, pointer(sizeOf(own)));
          emitCopy(f, t, own, from, to, all);
        }
        // outputs are values of their own (see expand.ts), so that no copy changes what another one reads
        for (const { output, shape } of parts)
          if (output.carry !== null)
            emitCopy(f, t, shape, placeOf(output.value), placeOf(inputNamed(body, output.carry)), there);
      }),
    );
  });
  moved = undefined;
  for (const { output, offset, shape } of parts) {
    if (output.carry === null) continue;
    const [to, all] = outside(result + offset * t.bytes, shape);
    emitCopy(f, t, shape, placeOf(inputNamed(body, output.carry)), to, all);
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
  const plan = known.get(precision) ?? planBody(equation, precision === "float32" ? 4 : 8);
  known.set(precision, plan);
  return plan;
}

function planBody({ attributes, args }: EquationOf<"scan">, bytes: number): PlannedBody {
  const { body, count } = attributes;
  const clusters = clustersOf(body);
  const layout = layOut(body, clusters);
  const fixed = kernelBuffers(body, layout);
  const rows = new Map<number, Row>();
  const shared = new Map<number, Value>();
  inputsOf(body).forEach(({ attributes: { role }, out }, argument) => {
    const at = layout.places.get(out);
    if (!at) return;
    if (role === "data") shared.set(at.buffer, args[argument]!);
    if (role === "feed" && !fixed.has(at.buffer)) rows.set(at.buffer, { argument });
  });
  for (const part of scanParts(body, count)) {
    const { carry, value } = part.output;
    const at = present(layout.places.get(value), `%${value}`);
    const size = sizeOf(part.shape.slice(1));
    const own = kindOf(body.equations[value]!) !== "view" && layout.buffers[at.buffer]!.size === size;
    if (carry === null && own && !fixed.has(at.buffer) && !rows.has(at.buffer) && !shared.has(at.buffer))
      // prettier-ignore
      rows.set(at.buffer, { part });
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
