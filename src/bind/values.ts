import { present } from "../base/assert.ts";
import { breaksRule, notFinite, notWhole, outsideBound } from "../diagnostics/catalogue/data.ts";
import { entryMissing } from "../diagnostics/catalogue/missing.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { choleskyInPlace } from "../numeric/linalg.ts";
import { sizeOf, type HostTensor, unravel } from "../tensor/shape.ts";
import type { Numbers } from "./numbers.ts";
import { dataNumber } from "./evaluate.ts";
import type { DataDecl, Model } from "../model/model.ts";
import { firstEntry, type Entry } from "./places.ts";
import { entryName } from "./raw.ts";
import { exprText } from "../model/print.ts";
import { baseRank, showType } from "../model/types.ts";
import { everyExpr } from "../model/walk.ts";

/** How far decimal data may be from the equalities of their type: six digits, as files often hold. */
const TOLERANCE = 1e-5;

/** Data against their declared types: the first bad entry of each. */
export function checkValues(model: Model, numbers: Numbers): Diagnostic[] {
  return model.data.flatMap((decl) => {
    const tensor = present(numbers.data.get(decl.name), `data ${decl.name}`);
    return (
      absent(model, decl, tensor) ??
      finite(decl, tensor) ??
      integerValued(decl, tensor) ??
      within(model, numbers, decl, tensor) ??
      based(decl, tensor) ??
      []
    );
  });
}

function entryAt({ name, span }: DataDecl, { shape }: HostTensor, { at, value }: Entry) {
  return { name, span, entry: entryName(name, unravel(shape, at)), value };
}

/** The first missing entry of data of a type without `?`. */
export function absent(model: Pick<Model, "nodes">, decl: DataDecl, tensor: HostTensor): Diagnostic | null {
  const gap = decl.optional ? null : firstEntry(tensor, Number.isNaN);
  if (!gap) return null;
  const observed = model.nodes.some(
    (node) =>
      node.kind === "observed" &&
      [...everyExpr(node.value)].some((expr) => expr.kind === "data" && expr.name === decl.name),
  );
  const count = tensor.values.reduce((sum, x) => sum + Number(Number.isNaN(x)), 0);
  return entryMissing({
    ...entryAt(decl, tensor, gap),
    type: showType(decl.type, exprText),
    count,
    observed,
  });
}

function finite(decl: DataDecl, tensor: HostTensor): Diagnostic | null {
  const wrong = firstEntry(tensor, (value) => !Number.isFinite(value) && !Number.isNaN(value));
  return wrong && notFinite(entryAt(decl, tensor, wrong));
}

function integerValued(decl: DataDecl, tensor: HostTensor): Diagnostic | null {
  if (!decl.type.integer) return null;
  const wrong = firstEntry(tensor, (value) => !Number.isInteger(value) && !Number.isNaN(value));
  return wrong && notWhole(entryAt(decl, tensor, wrong));
}

/** Bounds of data are single numbers made of constants and data. */
function within(model: Model, numbers: Numbers, decl: DataDecl, tensor: HostTensor): Diagnostic | null {
  const { lower, upper, integer } = decl.type;
  const low = lower ? dataNumber(model, numbers, lower) : -Infinity;
  const high = upper ? dataNumber(model, numbers, upper) : Infinity;
  const wrong = firstEntry(tensor, (value) => value < low || value > high);
  if (!wrong) return null;
  const entry = entryAt(decl, tensor, wrong);
  const side = entry.value < low ? "below" : "above";
  return outsideBound({ ...entry, side, bound: side === "below" ? low : high, integer });
}

/** Vectors and matrices with a rule of their own. */
function based(decl: DataDecl, { shape, values }: HostTensor): Diagnostic | null {
  const { support } = decl.type;
  if (support === "interval") return null;
  const rank = baseRank(support);
  const leading = shape.slice(0, shape.length - rank);
  const length = sizeOf(shape.slice(shape.length - rank));
  for (let i = 0; i < sizeOf(leading); i++) {
    const entries = values.subarray(i * length, (i + 1) * length);
    const broken = entries.some(Number.isNaN) ? null : rules[support](entries, shape.at(-1) ?? 1);
    if (broken === null) continue;
    const entry = entryName(decl.name, unravel(leading, i));
    return breaksRule({ name: decl.name, span: decl.span, entry, base: support, ...broken });
  }
  return null;
}

/** What keeps the first matrix that is not a covariance from being one, or null. */
export function matrixProblem({ shape, values }: HostTensor): string | null {
  const n = shape.at(-1) ?? 1;
  for (let at = 0; at < values.length; at += n * n) {
    const broken = rules.cov_matrix(values.subarray(at, at + n * n), n);
    if (broken) return broken.found === "is not" ? `${broken.rule.replace("is", "is not")}` : broken.found;
  }
  return null;
}

interface Broken {
  readonly rule: string;
  readonly found: string;
}

const short = (x: number): string => String(Number(x.toPrecision(6)));

/** The first entry of a row that is not above the one before it, and that one. */
export function firstFall(rows: Float64Array, width: number): { readonly from: number; readonly to: number } | null {
  let from = NaN;
  for (const [at, to] of rows.entries()) {
    if (at % width > 0 && to <= from) return { from, to };
    from = to;
  }
  return null;
}

function increasing(row: Float64Array): Broken | null {
  const fall = firstFall(row, row.length);
  return fall && { rule: "increases", found: `goes from ${fall.from} to ${fall.to}` };
}

const rules = {
  simplex(row: Float64Array): Broken | null {
    const sum = row.reduce((total, x) => total + x, 0);
    const negative = row.find((x) => x < 0);
    if (negative !== undefined) return { rule: "has no negative entries", found: `holds ${negative}` };
    return Math.abs(sum - 1) <= TOLERANCE ? null : { rule: "sums to 1", found: `sums to ${short(sum)}` };
  },
  ordered: increasing,
  positive_ordered(row: Float64Array): Broken | null {
    return row.some((x) => x < 0)
      ? { rule: "has no negative entries", found: `holds ${row.find((x) => x < 0)}` }
      : increasing(row);
  },
  cov_matrix(matrix: Float64Array, n: number): Broken | null {
    const scale = matrix.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++)
        if (Math.abs(matrix[i * n + j]! - matrix[j * n + i]!) > TOLERANCE * scale)
          return {
            rule: "is symmetric",
            found: `has ${matrix[i * n + j]} at [${i}, ${j}] and ${matrix[j * n + i]} at [${j}, ${i}]`,
          };
    return choleskyInPlace(matrix.slice(), n) ? null : { rule: "is positive definite", found: "is not" };
  },
  cholesky_corr(matrix: Float64Array, n: number): Broken | null {
    for (let i = 0; i < n; i++) {
      const row = matrix.subarray(i * n, (i + 1) * n);
      if (row.some((x, j) => j > i && x !== 0))
        return { rule: "is lower triangular", found: `has numbers above the diagonal in row ${i}` };
      if (!(row[i]! > 0)) return { rule: "has a positive diagonal", found: `has ${row[i]} in row ${i}` };
      const norm = Math.hypot(...row);
      if (Math.abs(norm - 1) > TOLERANCE)
        return { rule: "has rows of length 1", found: `has one of length ${short(norm)}, row ${i}` };
    }
    return null;
  },
};
