import { sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";

const magic = "\x93NUMPY\x01\x00";

/** A tensor as a NumPy file, format 1.0: little-endian, row-major, 64-bit floats or 32-bit ones. */
export function writeNpy({ shape, values }: HostTensor, precision: 32 | 64 = 64): Uint8Array {
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const header = `{'descr': '<f${precision / 8}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The data begin at a multiple of 64 bytes; the header ends in a newline
  const padding = (64 - ((magic.length + 2 + header.length + 1) % 64)) % 64;
  const text = `${header}${" ".repeat(padding)}\n`;
  const start = magic.length + 2 + text.length;
  const bytes = new Uint8Array(start + values.length * (precision / 8));
  const view = new DataView(bytes.buffer);
  [...magic].forEach((letter, i) => (bytes[i] = letter.charCodeAt(0)));
  view.setUint16(magic.length, text.length, true);
  [...text].forEach((letter, i) => (bytes[magic.length + 2 + i] = letter.charCodeAt(0)));
  for (let i = 0; i < values.length; i++)
    if (precision === 64) view.setFloat64(start + 8 * i, values[i]!, true);
    else view.setFloat32(start + 4 * i, values[i]!, true);
  return bytes;
}

/** Reads what `writeNpy` writes; null when the bytes are not that. */
export function readNpy(bytes: Uint8Array): HostTensor | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const letters = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes.length < 10 || letters(0, magic.length) !== magic) return null;
  const start = magic.length + 2 + view.getUint16(magic.length, true);
  if (bytes.length < start) return null;
  const header = letters(magic.length + 2, start);
  const found = /'descr': '<f([48])', 'fortran_order': False, 'shape': \(([\d, ]*)\)/.exec(header) ?? [];
  if (found[1] === undefined || found[2] === undefined) return null;
  const width = Number(found[1]);
  const shape: Shape = found[2]
    .split(",")
    .map((size) => size.trim())
    .filter((size) => size !== "")
    .map(Number);
  if (bytes.length !== start + sizeOf(shape) * width) return null;
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
    width === 8 ? view.getFloat64(start + 8 * i, true) : view.getFloat32(start + 4 * i, true),
  );
  return { shape, values };
}
