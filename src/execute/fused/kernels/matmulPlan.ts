import { assert } from "../../../base/assert.ts";
import { balance } from "../threads/team.ts";
import { lanesOf, type Precision } from "./lanes.ts";
import type { BatchAxis, Epilogue, MatmulSpec } from "./matmulSpec.ts";

/** How one product is computed, after the choices: C [m, n], A and B perhaps exchanged. */
export interface MatmulPlan {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly precision: Precision;
  /** An entry of A against vectors of columns, or vectors along k of both. */
  readonly way: "broadcast" | "dot";
  /** The size of a register tile of C, in entries. */
  readonly rows: number;
  readonly columns: number;
  /** B's columns are copied together, panel by panel. */
  readonly packs: boolean;
  /** A is copied, transposed, before the product; from rows of this length. */
  readonly copiesA: { readonly strideA: number } | null;
  /** A is read [k, m]. */
  readonly transposedA: boolean;
  /** Computed as op(B)^T op(A)^T: one column is one row. */
  readonly swapped: boolean;
  readonly strideA: number;
  readonly strideB: number;
  readonly strideC: number;
  readonly accumulate: boolean;
  readonly epilogue: Epilogue | null;
  /** What threads share out: matrices along the outermost leading axis, or tiles' columns or rows; with how many units. */
  readonly divided: Divided | null;
  /** Outermost first; axes that go with the rows of A and C are in `m` instead. */
  readonly batch: readonly BatchAxis[];
}

export interface Divided {
  readonly along: "batch" | "columns" | "rows";
  readonly units: number;
}

export function planMatmul(given: MatmulSpec): MatmulPlan {
  const spec = fold(given);
  const { m, n, k, precision, strideA, strideB, strideC, transposeA, transposeB, batch } = spec;
  assert(m >= 1 && n >= 1 && k >= 1, `a product of sizes ${m}, ${k}, ${n}`);
  const { accumulate = false, epilogue = null } = spec;
  const shared = { k, precision, accumulate, epilogue };
  const divided = (plan: Undivided): MatmulPlan => ({
    ...plan,
    divided: spec.team ? divide(plan, spec.team.threads) : null,
  });
  // One column, stored without gaps, is the row of the transposed product.
  const swapped = n === 1 && m > 1 && strideC === 1;
  return swapped
    ? divided(
        choose({
          ...{ ...shared, swapped, m: 1, n: m, strideC: m },
          ...{
            transposeA: !transposeB,
            strideA: strideB,
            transposeB: !transposeA,
            strideB: strideA,
          },
          batch: batch.map(({ size, a, b, c }) => ({ size, a: b, b: a, c })),
        }),
      )
    : divided(
        choose({
          ...{ ...shared, swapped, m, n, strideC },
          ...{ transposeA, strideA, transposeB, strideB, batch },
        }),
      );
}

type Undivided = Omit<MatmulPlan, "divided">;

/**
 * Whole tiles are shared out, so that every entry is the same sum as on one thread. Of columns rather than of rows where
 * both are fair, since each thread copies together the columns of B that it reads.
 */
function divide({ m, n, rows, columns, batch }: Undivided, threads: number): Divided | null {
  const candidates: readonly Divided[] = [
    { along: "batch", units: batch[0]?.size ?? 1 },
    { along: "columns", units: Math.ceil(n / columns) },
    { along: "rows", units: Math.ceil(m / rows) },
  ];
  const fair = ({ units }: Divided): number => balance(units, { threads });
  const best = Math.max(...candidates.filter(({ units }) => units > 1).map(fair));
  return candidates.find((one) => one.units > 1 && fair(one) >= 0.9 * best) ?? null;
}

type Folded = MatmulSpec &
  Required<Pick<MatmulSpec, "strideA" | "strideB" | "strideC" | "batch">> & {
    readonly transposeA: boolean;
    readonly transposeB: boolean;
  };

/** The defaults filled in; innermost axes along which B stays and A's rows go on are rows like any other. */
function fold(spec: MatmulSpec): Folded {
  const { transposeA = false, transposeB = false } = spec;
  const strideA = spec.strideA ?? (transposeA ? spec.m : spec.k);
  const strideB = spec.strideB ?? (transposeB ? spec.k : spec.n);
  const strideC = spec.strideC ?? spec.n;
  const batch = (spec.batch ?? []).filter(({ size }) => size !== 1);
  let { m } = spec;
  while (!transposeA) {
    const last = batch.at(-1);
    if (last?.b !== 0 || last.a !== m * strideA || last.c !== m * strideC) break;
    m *= last.size;
    batch.pop();
  }
  return { ...spec, m, transposeA, transposeB, strideA, strideB, strideC, batch };
}

/** Bytes of scratch that the product needs. */
export function matmulScratchBytes(spec: MatmulSpec): number {
  const { packs, copiesA, k, m, columns } = planMatmul(spec);
  const { bytes } = lanesOf(spec.precision);
  return (packs ? k * columns * bytes : 0) + (copiesA ? m * k * bytes : 0);
}

type Chosen = Pick<
  MatmulPlan,
  | ("m" | "n" | "k" | "precision" | "swapped" | "strideA" | "strideB" | "strideC")
  | ("accumulate" | "epilogue" | "batch")
> & { readonly transposeA: boolean; readonly transposeB: boolean };

function choose({ transposeA, transposeB, ...spec }: Chosen): Undivided {
  const { m, n, k, strideA, strideB } = spec;
  const { count, bytes } = lanesOf(spec.precision);
  if (transposeB) {
    // A single row of A transposed is a row as it is, if its entries are neighbours.
    const copies = transposeA && !(m === 1 && strideA === 1);
    return {
      ...spec,
      way: "dot",
      ...chooseTile(m, n, count, 1),
      packs: false,
      transposedA: false,
      copiesA: copies ? { strideA } : null,
      strideA: transposeA ? k : strideA,
    };
  }
  const tile = chooseTile(m, n, count, count);
  return {
    ...spec,
    way: "broadcast",
    ...tile,
    // Worth it where panels are read often, and their rows lie pages apart.
    packs: m >= 8 * tile.rows && strideB * bytes >= packedStride && k >= 64,
    transposedA: transposeA,
    copiesA: null,
  };
}

const packedStride = 2048;

/** Registers for vectors that a tile may take: of the 16 of x86-64, V8 keeps one, and a product needs one. */
const registers = 14;

/**
 * The register tile that covers C in the least time, by a model of the innermost loop: in half cycles, the
 * multiply-adds of the tile, or its loads, or the latency of an addition, whichever is longest.
 *
 * @param unit  how many of C's columns an accumulator stands for: a vector of them, or one
 */
function chooseTile(
  m: number,
  n: number,
  count: number,
  unit: number,
): { readonly rows: number; readonly columns: number } {
  let best = { rows: 1, columns: count, cost: Infinity };
  for (let columns = count; columns <= 8 * count; columns += count)
    for (let rows = 1; rows <= 8; rows++) {
      const across = columns / unit;
      // The loads of a step come first: accumulators, both operands, and all at once.
      if (rows * across + rows + across > registers) continue;
      const cost = cover(m, rows, (r) => cover(n, columns, (c) => time(r, Math.ceil(c / unit))));
      if (cost < best.cost) best = { rows, columns, cost };
    }
  return { rows: best.rows, columns: best.columns };
}

function cover(size: number, tile: number, time: (part: number) => number): number {
  const rest = size % tile;
  return Math.floor(size / tile) * time(tile) + (rest > 0 ? time(rest) : 0);
}

const time = (rows: number, across: number): number => Math.max(rows * across, rows + across, 6) + 1;
