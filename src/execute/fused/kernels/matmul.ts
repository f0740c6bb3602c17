import { assert } from "../../../base/assert.ts";
import {
  w,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
  type ModuleBuilder,
} from "../wasm/assembler.ts";
import { lanesOf, type Lanes, type Leaf } from "./lanes.ts";
import { lesser, type Share } from "../threads/team.ts";
import { planMatmul, type Divided, type MatmulPlan } from "./matmulPlan.ts";
import type { BatchAxis, MatmulSpec, TilePosition } from "./matmulSpec.ts";

export type { BatchAxis, Epilogue, MatmulSpec, TilePosition } from "./matmulSpec.ts";

/** Pointers to A, B, C and scratch, then the `extras`. */
export type MatmulRef = FunctionRef<readonly "i32"[], readonly []>;

/**
 * Writes a function for one product: register tiles of C, each summed over all of k. Two ways: where B is stored by
 * rows, an entry of A at a time against vectors of neighbouring columns (TN needs no transposing either: an entry of A
 * is an entry of A); where B is stored by columns, vectors along k of both, summed across at the end. Only the product
 * of two transposes copies, A once. Loads (not stores) reach up to 12 bytes beyond the end of B, C and the epilogue's
 * vectors.
 *
 * Each entry is a sum in a fixed order of k, which differs between the two ways and from the reference's; the error is
 * within k units of rounding of sum |a| |b|.
 */
export function emitMatmul(module: ModuleBuilder, name: string, spec: MatmulSpec): MatmulRef {
  const plan = planMatmul(spec);
  const params = new Array<"i32">(4 + (spec.extras ?? 0)).fill("i32");
  return module.fn(
    name,
    params,
    [],
    (f, ...[a, b, c, scratch, ...extras]) => {
      const pointers = plan.swapped ? { a: b!, b: a! } : { a: a!, b: b! };
      const share = plan.divided && (spec.team?.share(f, plan.divided.units) ?? null);
      new Product(f, plan, { ...pointers, c: c!, scratch: scratch! }, extras, share).write();
    },
    title(spec, plan),
  );
}

function title({ m, n, k, transposeA, transposeB, batch = [] }: MatmulSpec, plan: MatmulPlan) {
  const sizes = [...batch.map(({ size }) => size), m, n].join(", ");
  const [a, b] = [transposeA ? "A^T" : "A", transposeB ? "B^T" : "B"];
  const packed = plan.packs ? ", packed" : "";
  return `C [${sizes}] = ${a} ${b} over ${k}: ${plan.way}, tiles of ${plan.rows} by ${plan.columns}${packed}`;
}

interface Pointers {
  readonly a: Local<"i32">;
  readonly b: Local<"i32">;
  readonly c: Local<"i32">;
  readonly scratch: Local<"i32">;
}

/** Rows by vectors. */
type Tile = readonly (readonly Local<"v128">[])[];

/** One product being written. Every pointer is in bytes. */
class Product {
  readonly #f: FunctionBuilder;
  readonly #plan: MatmulPlan;
  #p: Pointers;
  readonly #start: Local<"i32">;
  readonly #extras: readonly Local<"i32">[];
  readonly #lanes: Lanes;
  readonly #share: Share | null;

  constructor(
    f: FunctionBuilder,
    plan: MatmulPlan,
    pointers: Pointers,
    extras: readonly Local<"i32">[],
    share: Share | null,
  ) {
    this.#share = share;
    this.#f = f;
    this.#plan = plan;
    this.#p = pointers;
    this.#start = pointers.c;
    this.#extras = extras;
    this.#lanes = lanesOf(plan.precision);
  }

  write(): void {
    this.#batch(this.#plan.batch, this.#p);
  }

  /** One loop for each axis, with pointers of its own. */
  #batch([axis, ...inner]: readonly BatchAxis[], outer: Pointers): void {
    if (!axis) {
      this.#p = outer;
      return this.#product();
    }
    const f = this.#f;
    const { bytes } = this.#lanes;
    f.scope(() => {
      const step = (pointer: Local<"i32">, by: number) =>
        by === 0 ? { own: pointer, by } : { own: f.let(pointer, "matrix"), by: by * bytes };
      const moving = [step(outer.a, axis.a), step(outer.b, axis.b), step(outer.c, axis.c)] as const;
      const [a, b, c] = moving;
      const share = axis === this.#plan.batch[0] ? this.#shareOf("batch") : null;
      if (share) for (const { own, by } of moving) if (by !== 0) f.set(own, w.i32.add(own, w.i32.mul(share.from, by)));
      f.forLoop(f.local("i32", "turn"), share?.from ?? 0, share?.to ?? axis.size, 1, () => {
        this.#batch(inner, { ...outer, a: a.own, b: b.own, c: c.own });
        for (const { own, by } of moving) if (by !== 0) f.set(own, w.i32.add(own, by));
      });
    });
  }

  #product(): void {
    const { n, columns } = this.#plan;
    const f = this.#f;
    f.scope(() => {
      if (this.#plan.copiesA) this.#copyTransposed();
      this.#tiles(n, columns, this.#shareOf("columns"), (j, size) => this.#columns(j, size));
    });
  }

  #shareOf(along: Divided["along"]): Share | null {
    return this.#plan.divided?.along === along ? this.#share : null;
  }

  /** From 0 to `size`, a tile at a time; the last may be smaller. Or a share of the tiles. */
  #tiles(size: number, tile: number, share: Share | null, body: (at: Local<"i32">, size: number) => void): void {
    const f = this.#f;
    const whole = size - (size % tile);
    f.scope(() => {
      const at = f.local("i32", "at");
      const end = share ? f.let(w.i32.mul(share.to, tile), "end") : null;
      const from = share ? w.i32.mul(share.from, tile) : 0;
      f.forLoop(at, from, end ? lesser(end, whole) : whole, tile, () => body(at, tile));
      if (size === whole) return;
      const last = (): void => f.scope(() => body(f.let(w.i32.const(whole), "last"), size - whole));
      if (end) f.if(w.i32.gt_s(end, whole), last);
      else last();
    });
  }

  /** C's columns j to j + `columns`. */
  #columns(j: Local<"i32">, columns: number): void {
    const f = this.#f;
    f.scope(() => {
      const { m, rows, way, strideB } = this.#plan;
      const { bytes } = this.#lanes;
      const stride = way === "dot" ? strideB * bytes : bytes;
      const start = f.let(w.i32.add(this.#p.b, w.i32.mul(j, stride)), "panel");
      if (this.#plan.packs) {
        this.#pack(start, columns);
        f.set(start, this.#p.scratch);
      }
      this.#tiles(m, rows, this.#shareOf("rows"), (i, size) => this.#block(i, size, j, columns, start));
    });
  }

  /** One register tile: rows i to i + `rows`. */
  #block(i: Local<"i32">, rows: number, j: Local<"i32">, columns: number, panel: Local<"i32">): void {
    const f = this.#f;
    f.scope(() => {
      const tile =
        this.#plan.way === "dot"
          ? this.#dotTile(i, rows, columns, panel)
          : this.#broadcastTile(i, rows, columns, panel);
      this.#finish(tile, i, j, columns);
    });
  }

  /** Vectors of columns; an entry of A at a time. */
  #broadcastTile(i: Local<"i32">, rows: number, columns: number, panel: Local<"i32">): Tile {
    const f = this.#f;
    const { count, bytes, zero, splat } = this.#lanes;
    const { k, strideA, strideB, transposedA, packs } = this.#plan;
    const vectors = Math.ceil(columns / count);
    const alongRows = (transposedA ? 1 : strideA) * bytes;
    const alongK = (transposedA ? strideA : 1) * bytes;
    const rowOfB = packs ? vectors * 16 : strideB * bytes;
    const x = f.let(w.i32.add(this.#p.a, w.i32.mul(i, alongRows)), "x");
    const y = f.let(panel, "y");
    const sums = grid(rows, vectors, () => f.let<"v128">(zero, "sum"));
    this.#alongK(
      k,
      [
        [x, alongK],
        [y, rowOfB],
      ],
      () => {
        const entries = range(vectors, (v) => f.let(w.v128.load(y, 16 * v), "b"));
        for (let r = 0; r < rows; r++) {
          const entry = f.let(splat(x, r * alongRows), "a");
          for (let v = 0; v < vectors; v++) this.#multiplyAdd(sums[r]![v]!, entry, entries[v]!);
          f.release(entry);
        }
        f.release(...entries);
      },
    );
    return sums;
  }

  /** Vectors along k of both operands, whose sums are then summed across. */
  #dotTile(i: Local<"i32">, rows: number, columns: number, panel: Local<"i32">): Tile {
    const f = this.#f;
    const { k, strideA, strideB, copiesA } = this.#plan;
    const { count, bytes, zero } = this.#lanes;
    const [rowOfA, rowOfB] = [strideA * bytes, strideB * bytes];
    const source = copiesA ? this.#p.scratch : this.#p.a;
    const x = f.let(w.i32.add(source, w.i32.mul(i, rowOfA)), "x");
    const y = f.let(panel, "y");
    const sums = grid(rows, columns, () => f.let<"v128">(zero, "sum"));
    const step = (lanes: number) => {
      const entries = range(rows, (r) => f.let(this.#lanes.loadSome(lanes, x, r * rowOfA), "a"));
      for (let v = 0; v < columns; v++) {
        const entry = f.let(this.#lanes.loadSome(lanes, y, v * rowOfB), "b");
        for (let r = 0; r < rows; r++) this.#multiplyAdd(sums[r]![v]!, entries[r]!, entry);
        f.release(entry);
      }
      f.release(...entries);
    };
    this.#alongK(
      Math.floor(k / count),
      [
        [x, 16],
        [y, 16],
      ],
      () => step(count),
    );
    if (k % count > 0) step(k % count);
    return range(rows, (r) =>
      range(Math.ceil(columns / count), (v) => {
        const own = range(count, (lane): Leaf => sums[r]![v * count + lane] ?? zero);
        return f.let(this.#lanes.sumEach(f, own), "sum");
      }),
    );
  }

  /**
   * Writes a loop of `steps` steps; each pointer advances by so many bytes a step. A step to a round: V8 moves the loads
   * of a round to its head, so that unrolling spills registers (measured: 48 GFLOP/s, and 37 with two steps).
   */
  #alongK(steps: number, pointers: readonly (readonly [Local<"i32">, number])[], step: () => void): void {
    const f = this.#f;
    f.scope(() => {
      f.forLoop(f.local("i32", "p"), 0, steps, 1, () => {
        step();
        for (const [pointer, bytes] of pointers) f.set(pointer, w.i32.add(pointer, bytes));
      });
    });
  }

  #multiplyAdd(sum: Local<"v128">, a: Expr<"v128">, b: Expr<"v128">): void {
    const { add, mul } = this.#lanes;
    this.#f.set(sum, add(sum, mul(a, b)));
  }

  /** Adds what C held, applies the epilogue, stores. */
  #finish(tile: Tile, i: Local<"i32">, j: Local<"i32">, columns: number): void {
    const f = this.#f;
    const { strideC, accumulate, epilogue, swapped } = this.#plan;
    const { count, bytes, add, storeSome, splat } = this.#lanes;
    const start = w.i32.add(w.i32.mul(i, strideC * bytes), w.i32.mul(j, bytes));
    const c = f.let(w.i32.add(this.#p.c, start), "c");
    // Leading axes count: the product's own C is not where all of C starts.
    const offset = epilogue ? f.let(w.i32.sub(c, this.#start), "offset") : c;
    tile.forEach((row, r) =>
      row.forEach((sum, v) => {
        const lanes = Math.min(count, columns - v * count);
        const here = r * strideC * bytes + 16 * v;
        if (accumulate) f.set(sum, add(w.v128.load(c, here), sum));
        if (epilogue) {
          const position: TilePosition = {
            lanes,
            extras: this.#extras,
            load: (array) => w.v128.load(w.i32.add(array, offset), here),
            store: (array, value) =>
              storeSome(lanes, f.let(w.i32.add(array, offset)), value, here).forEach((each) => f.emit(each)),
            loadForColumns: (vector) =>
              swapped ? splat(vector) : w.v128.load(w.i32.add(vector, w.i32.mul(j, bytes)), 16 * v),
            loadForRows: (vector) =>
              swapped
                ? w.v128.load(w.i32.add(vector, offset), here)
                : splat(w.i32.add(vector, this.#bytesOfRows(i, j, offset)), r * bytes),
          };
          f.scope(() => f.set(sum, epilogue(f, sum, position)));
        }
        storeSome(lanes, c, sum, here).forEach((each) => f.emit(each));
      }),
    );
  }

  /** Bytes of a number for each row of C before a tile's first row, those of earlier matrices included. */
  #bytesOfRows(i: Local<"i32">, j: Local<"i32">, offset: Local<"i32">): Expr<"i32"> {
    const { batch, strideC } = this.#plan;
    const { bytes } = this.#lanes;
    if (batch.length === 0) return w.i32.mul(i, bytes);
    assert(
      batch.every(({ c }) => c % strideC === 0),
      "the matrices of C are whole rows apart",
    );
    return w.i32.div_u(w.i32.sub(offset, w.i32.mul(j, bytes)), strideC);
  }

  /** Copies columns of B to scratch, row by row, so that a panel lies together. */
  #pack(start: Local<"i32">, columns: number): void {
    const f = this.#f;
    const { k, strideB } = this.#plan;
    const { count, bytes } = this.#lanes;
    const vectors = Math.ceil(columns / count);
    f.scope(() => {
      const [from, to, p] = [f.let(start, "from"), f.let(this.#p.scratch, "to"), f.local("i32", "p")];
      f.forLoop(p, 0, k, 1, () => {
        for (let v = 0; v < vectors; v++) f.emit(w.v128.store(to, w.v128.load(from, 16 * v), 16 * v));
        f.set(from, w.i32.add(from, strideB * bytes));
        f.set(to, w.i32.add(to, 16 * vectors));
      });
    });
  }

  /** Copies A, stored [k, m], to scratch as [m, k]. */
  #copyTransposed(): void {
    const f = this.#f;
    const { m, k, strideA, copiesA } = this.#plan;
    assert(copiesA, "A is transposed");
    const { bytes, copyEntry } = this.#lanes;
    f.scope(() => {
      const [i, p] = [f.local("i32", "i"), f.local("i32", "p")];
      const [from, to] = [f.local("i32", "from"), f.let(this.#p.scratch, "to")];
      f.forLoop(i, 0, m, 1, () => {
        f.set(from, w.i32.add(this.#p.a, w.i32.mul(i, bytes)));
        f.forLoop(p, 0, k, 1, () => {
          f.emit(copyEntry(to, from, 0, 0));
          f.set(from, w.i32.add(from, copiesA.strideA * bytes));
          f.set(to, w.i32.add(to, bytes));
        });
        if (strideA > k) f.set(to, w.i32.add(to, (strideA - k) * bytes));
      });
    });
  }
}

const range = <T>(count: number, item: (i: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => item(i));

const grid = <T>(rows: number, columns: number, item: () => T): readonly (readonly T[])[] =>
  range(rows, () => range(columns, item));
