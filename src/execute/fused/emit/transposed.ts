import { assert } from "../../../base/assert.ts";
import { lanesOf } from "../kernels/lanes.ts";
import { vectorOps, type Target } from "../target.ts";
import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";

type Vector = Expr<"v128">;
type Register = Local<"v128">;

/** Some entries of each of several matrices that go through the same steps, a matrix to a lane. */
export interface LaneAccess {
  /** Address of the first entry of the first matrix. */
  readonly at: Local<"i32">;
  /** How many matrices there are: as many as lanes, or fewer. */
  readonly valid: number;
  /** Numbers from one matrix to the next. */
  readonly laneStride: number;
  /** How many entries, and numbers from one to the next. */
  readonly count: number;
  readonly entryStride: number;
  /** Bytes from `at` to where the entries are. */
  readonly offset?: number;
}

/**
 * A vector for each entry; lane l is of matrix l, and lanes without a matrix hold something harmless. May read up to 12
 * bytes beyond the last entry.
 */
export function loadEntries(f: FunctionBuilder, t: Target, access: LaneAccess): Register[] {
  const { at, valid, laneStride, count, entryStride, offset = 0 } = access;
  const { lanes, bytes } = t;
  const ops = vectorOps(t);
  const entries = (value: (i: number) => Vector): Register[] =>
    Array.from({ length: count }, (_, i) => f.let(value(i), "x"));
  const stride = entryStride * bytes;
  if (laneStride === 0) return entries((i) => ops.loadSplat(at, offset + i * stride));
  if (laneStride === 1) return entries((i) => w.v128.load(at, offset + i * stride));
  if (isPairs(t, access)) {
    const [a, b] = [0, 16].map((by) => f.let(w.v128.load(at, offset + by), "pair"));
    return [f.let(w.i32x4.shuffle([0, 2, 4, 6], a!, b!), "x"), f.let(w.i32x4.shuffle([1, 3, 5, 7], a!, b!), "x")];
  }
  // a matrix that is not there stands in for by the last
  const of = (lane: number): number => Math.min(lane, valid - 1) * laneStride * bytes;
  if (entryStride === 1 && count > 1) {
    const out: Register[] = [];
    for (let first = 0; first < count; first += lanes) {
      const kept = Math.min(lanes, count - first);
      const rows = Array.from({ length: lanes }, (_, lane) =>
        f.let(w.v128.load(at, offset + of(lane) + first * bytes), "row"),
      );
      out.push(...transpose(f, t, rows, kept));
      f.release(...rows);
    }
    return out;
  }
  return entries((i) => {
    let vector: Vector = ops.loadSplat(at, offset + i * stride);
    for (let lane = 1; lane < lanes; lane++) vector = ops.loadLane(lane, at, vector, offset + of(lane) + i * stride);
    return vector;
  });
}

/** Writes the entries of the matrices that are there, and nothing else. */
export function storeEntries(f: FunctionBuilder, t: Target, access: LaneAccess, entries: readonly Register[]): void {
  const { at, valid, laneStride, count, entryStride, offset = 0 } = access;
  const { lanes, bytes } = t;
  assert(entries.length === count && laneStride !== 0, "as many vectors as entries");
  const stride = entryStride * bytes;
  const some = (many: number, value: Register, by: number): void =>
    lanesOf(t.precision)
      .storeSome(many, at, value, offset + by)
      .forEach((each) => f.emit(each));
  if (laneStride === 1) return entries.forEach((entry, i) => some(valid, entry, i * stride));
  if (isPairs(t, access)) {
    const [x, y] = entries as [Register, Register];
    some(4, f.let(w.i32x4.shuffle([0, 4, 1, 5], x, y)), 0);
    return some(4, f.let(w.i32x4.shuffle([2, 6, 3, 7], x, y)), 16);
  }
  if (entryStride === 1 && count > 1) {
    for (let first = 0; first < count; first += lanes) {
      const own = entries.slice(first, first + lanes);
      const full = Array.from({ length: lanes }, (_, i) => own[i] ?? own[0]!);
      const rows = transpose(f, t, full, valid);
      rows.forEach((row, lane) => some(own.length, row, lane * laneStride * bytes + first * bytes));
      f.release(...rows);
    }
    return;
  }
  const ops = vectorOps(t);
  entries.forEach((entry, i) => {
    for (let lane = 0; lane < valid; lane++)
      f.emit(ops.storeLane(lane, at, entry, offset + lane * laneStride * bytes + i * stride));
  });
}

/** Pairs of numbers, one after another: two vectors hold four of them. */
function isPairs({ lanes }: Target, { laneStride, entryStride, count, valid }: LaneAccess): boolean {
  return lanes === 4 && laneStride === 2 && entryStride === 1 && count === 2 && valid === 4;
}

/** The first columns of the matrix whose rows are these vectors. */
function transpose(f: FunctionBuilder, { lanes }: Target, rows: readonly Register[], columns: number): Register[] {
  const half = (from: 0 | 1, x: Register, y: Register): Register =>
    f.let(w.i64x2.shuffle(from === 0 ? [0, 2] : [1, 3], x, y), "x");
  if (lanes === 2) return ([0, 1] as const).slice(0, columns).map((c) => half(c, rows[0]!, rows[1]!));
  const [a, b, c, d] = rows as [Register, Register, Register, Register];
  const out: Register[] = [];
  for (const [first, lanesOfTwo] of [
    [0, [0, 4, 1, 5]],
    [2, [2, 6, 3, 7]],
  ] as const) {
    if (columns <= first) break;
    const [ab, cd] = [f.let(w.i32x4.shuffle(lanesOfTwo, a, b)), f.let(w.i32x4.shuffle(lanesOfTwo, c, d))];
    out.push(half(0, ab, cd));
    if (columns > first + 1) out.push(half(1, ab, cd));
    f.release(ab, cd);
  }
  return out;
}
