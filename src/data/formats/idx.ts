import { idxLength, notIdx } from "../../diagnostics/catalogue/files.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Numbers, RawArray } from "../arrays.ts";
import type { Format } from "../format.ts";

interface Kind {
  readonly name: string;
  readonly size: number;
  /** `count` numbers from the start of the view, which are big-endian. */
  readonly read: (view: DataView, count: number) => Numbers;
}

const filled = <T extends Numbers>(out: T, entry: (i: number) => number): T => {
  for (let i = 0; i < out.length; i++) out[i] = entry(i);
  return out;
};

/** One row for each kind of number. Bytes are not copied. */
// prettier-ignore
const kinds: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [0x08, { name: "unsigned bytes", size: 1, read: (v, n) => new Uint8Array(v.buffer, v.byteOffset, n) }],
  [0x09, { name: "signed bytes", size: 1, read: (v, n) => new Int8Array(v.buffer, v.byteOffset, n) }],
  [0x0b, { name: "16-bit whole numbers", size: 2, read: (v, n) => filled(new Int16Array(n), (i) => v.getInt16(2 * i)) }],
  [0x0c, { name: "32-bit whole numbers", size: 4, read: (v, n) => filled(new Int32Array(n), (i) => v.getInt32(4 * i)) }],
  [0x0d, { name: "32-bit floats", size: 4, read: (v, n) => filled(new Float32Array(n), (i) => v.getFloat32(4 * i)) }],
  [0x0e, { name: "64-bit floats", size: 8, read: (v, n) => filled(new Float64Array(n), (i) => v.getFloat64(8 * i)) }],
]);

/** `train-images-idx3-ubyte`, as they are handed out, and `train-images.idx3-ubyte`, as they are often renamed. */
export const idx: Format = {
  ending: ".idx",
  endings: /([.-]idx\d-\w+|\.idx)$/i,
  read: (bytes, path) => {
    const array = parseIdx(bytes, path);
    return array.ok ? ok({ kind: "array", array: array.value }) : array;
  },
};

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, "0")}`;

/**
 * An array in the IDX format, that of the MNIST files: two zero bytes, the kind of number, the number of axes, their
 * lengths as big-endian 32-bit numbers, then the numbers, row-major and big-endian. They stay as wide as they are.
 *
 * Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section on file formats.
 */
export function parseIdx(bytes: Uint8Array, path: string): Outcome<RawArray> {
  const refuse = (why: string) => failed(notIdx({ where: path, why }));
  if (bytes.length < 4) return refuse(`it has ${bytes.length} bytes, and the header alone has 4`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, 4);
  const [zero, nought, code, rank] = [header.getUint8(0), header.getUint8(1), header.getUint8(2), header.getUint8(3)];
  if (zero !== 0 || nought !== 0) return refuse(`its first bytes are ${hex(zero)} ${hex(nought)}`);
  const kind = kinds.get(code);
  if (!kind) {
    const known = [...kinds].map(([number, { name }]) => `${hex(number)} (${name})`).join(", ");
    return refuse(`its third byte, the kind of number, is ${hex(code)} and not one of ${known}`);
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start)
    return refuse(`it ends within the lengths of its ${rank} axes, after ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = sizeOf(shape);
  const [expected, found] = [count * kind.size, bytes.length - start];
  if (found !== expected) return failed(idxLength({ where: path, shape, kind: kind.name, expected, found }));
  const body = new DataView(bytes.buffer, bytes.byteOffset + start, found);
  return ok({ shape, values: kind.read(body, count) });
}
