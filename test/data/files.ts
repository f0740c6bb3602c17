/** Writes IDX files, byte by byte as their description has it: the other direction of what is tested. */

const sizes: Readonly<Record<number, number>> = { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 };

export function idx(code: number, shape: readonly number[], values: readonly number[]): Uint8Array<ArrayBuffer> {
  const [start, size] = [4 + 4 * shape.length, sizes[code]!];
  const bytes = new Uint8Array(start + size * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, code, shape.length]);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  for (const [i, value] of values.entries()) {
    const at = start + i * size;
    if (code === 0x0d) view.setFloat32(at, value);
    else if (code === 0x0e) view.setFloat64(at, value);
    else if (size === 1) view.setInt8(at, value);
    else if (size === 2) view.setInt16(at, value);
    else view.setInt32(at, value);
  }
  return bytes;
}

/** A list of numbers, and rows of numbers, as tables give them. */
export const column = (...values: readonly number[]) => ({ shape: [values.length], values: Float64Array.from(values) });

export const rows = (...lists: readonly (readonly number[])[]) => ({
  shape: [lists.length, lists[0]?.length ?? 0],
  values: Float64Array.from(lists.flat()),
});
