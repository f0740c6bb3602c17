import type { Buffer } from "./layout.ts";

/**
 * Byte addresses of buffers, best fit: buffers that are not in use at the same time may share memory. Aligned to 16
 * bytes; `total` is the arena's size in bytes.
 */
export function place(
  buffers: readonly Buffer[],
  bytes: number,
  base: number,
): { readonly address: readonly number[]; readonly total: number } {
  const address = new Array<number>(buffers.length).fill(0);
  const placed: { readonly buffer: Buffer; readonly start: number; readonly end: number }[] = [];
  const aligned = (x: number): number => Math.ceil(x / 16) * 16;
  let total = base;
  const largestFirst = [...buffers].sort((a, b) => Number(b.lasting) - Number(a.lasting) || b.size - a.size);
  for (const buffer of largestFirst) {
    // vector loads may reach past the end of a row: room for one more vector
    const size = aligned(buffer.size * bytes + 16);
    const rivals = placed
      .filter(
        ({ buffer: other }) => other.lasting || buffer.lasting || (other.from <= buffer.to && buffer.from <= other.to),
      )
      .sort((a, b) => a.start - b.start);
    let start = base;
    for (const rival of rivals) {
      if (start + size <= rival.start) break;
      start = Math.max(start, rival.end);
    }
    placed.push({ buffer, start, end: start + size });
    address[buffer.id] = start;
    total = Math.max(total, start + size);
  }
  return { address, total };
}
