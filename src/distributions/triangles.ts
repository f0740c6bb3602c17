import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";

/** 1 + 2 + ... + n */
export function triangle(n: number): number {
  return (n * (n + 1)) / 2;
}

/** [size, size]: 1 where it holds of row and column, else 0. */
export function mask(b: Builder, size: number, holds: (i: number, j: number) => boolean): Value {
  const entries = Array.from({ length: size * size }, (_, at) => (holds(Math.floor(at / size), at % size) ? 1 : 0));
  return b.array([size, size], entries);
}

/**
 * [..., triangle] to [..., K, K]: entry (i, j), j <= i + offset, is the next of the triangle's rows written one after
 * another; the other entries are copies of its first, for the caller to mask.
 */
export function fromTriangle(b: Builder, u: Value, size: number, offset: -1 | 0): Value {
  const indices = Array.from({ length: size * size }, (_, at) => {
    const i = Math.floor(at / size);
    const j = at % size;
    return j <= i + offset ? triangle(i + offset) + j : 0;
  });
  return b.gather(u, b.array([size, size], indices), b.shapeOf(u).length - 1);
}
