import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";

// How raw numbers become parameters, and constants that families share.

/** Smallest scale: nothing divides by a number that can reach zero. Far below any posterior scale of unit order. */
const floor = 1e-5;

/** A scale from any real number. */
export function positive(b: Builder, raw: Value): Value {
  return b.shift(b.softplus(raw), floor);
}

/** The raw number whose scale is sd: the inverse of floor + softplus. */
export function rawScale(sd: number): number {
  return Math.log(Math.expm1(Math.max(sd - floor, floor)));
}

/** 1 on the diagonal [D, D]. */
export function identity(b: Builder, D: number): Value {
  return maskOf(b, D, (row, column) => row === column);
}

/** 1 below the diagonal [D, D]. */
export function belowDiagonal(b: Builder, D: number): Value {
  return maskOf(b, D, (row, column) => row > column);
}

function maskOf(b: Builder, D: number, keep: (row: number, column: number) => boolean): Value {
  const entries = Array.from({ length: D * D }, (_, i) => Number(keep(Math.floor(i / D), i % D)));
  return b.array([D, D], entries);
}
