import { idxLength, notIdx, tooLarge } from "../../diagnostics/catalogue/files.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../../diagnostics/diagnostic.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Numbers, RawArray } from "../arrays.ts";
import { bounds } from "../../base/bounds.ts";
import type { Format } from "../format.ts";
import type { Input } from "../open.ts";
import { joined } from "../stream.ts";

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
  read: async (input, path) => {
    const array = await readIdx(input, path);
    return array.ok ? ok({ kind: "array", array: array.value }) : array;
  },
};

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, "0")}`;

/** What the first bytes of a file promise of those that follow. */
interface Header {
  readonly kind: Kind;
  readonly shape: readonly number[];
  /** Where the numbers start, and how many bytes they have. */
  readonly start: number;
  readonly expected: number;
}

/**
 * An array in the IDX format, that of the MNIST files: two zero bytes, the kind of number, the number of axes, their
 * lengths as big-endian 32-bit numbers, then the numbers, row-major and big-endian. They stay as wide as they are.
 *
 * Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section on file formats.
 */
export function parseIdx(bytes: Uint8Array, path: string): Outcome<RawArray> {
  const header = headerOf(bytes, bytes.length, path);
  if (!header.ok) return header;
  const { kind, shape, start } = header.value;
  const problem = misfit(header.value, bytes.length, path);
  if (problem) return failed(problem);
  return ok({ shape, values: kind.read(new DataView(bytes.buffer, bytes.byteOffset + start), sizeOf(shape)) });
}

/** The same, the lengths of its header held against those of the file and of what is read before anything is kept. */
async function readIdx({ bytes, length }: Input, path: string): Promise<Outcome<RawArray>> {
  let header: Header | null = null;
  const pieces: Uint8Array[] = [];
  let found = 0;
  for await (const piece of bytes) {
    pieces.push(piece);
    found += piece.length;
    if (header === null && found >= longestHeader) {
      const read = headerOf(joined(pieces), length, path);
      if (!read.ok) return read;
      header = read.value;
    }
    // beyond its end by so much, it does not matter by how much more
    if (header !== null && found > header.start + header.expected) break;
  }
  return parseIdx(joined(pieces), path);
}

/** Of 255 axes. */
const longestHeader = 4 + 4 * 255;

function headerOf(bytes: Uint8Array, length: number | null, path: string): Outcome<Header> {
  const refuse = (why: string) => failed(notIdx({ where: path, why }));
  if (bytes.length < 4) return refuse(`it has ${bytes.length} bytes, and the header alone has 4`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [zero, nought, code, rank] = [view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3)];
  if (zero !== 0 || nought !== 0) return refuse(`its first bytes are ${hex(zero)} ${hex(nought)}`);
  const kind = kinds.get(code);
  if (!kind) {
    const known = [...kinds].map(([number, { name }]) => `${hex(number)} (${name})`).join(", ");
    return refuse(`its third byte, the kind of number, is ${hex(code)} and not one of ${known}`);
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start)
    return refuse(`it ends within the lengths of its ${rank} axes, after ${bytes.length} bytes`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const header = { kind, shape, start, expected: sizeOf(shape) * kind.size };
  const problem = length === null ? null : misfit(header, length, path);
  if (problem) return failed(problem);
  if (sizeOf(shape) <= bounds.numbers) return ok(header);
  return failed(tooLarge({ where: path, why: `it has more than ${bounds.numbers} numbers` }));
}

/** That the file has another length than its header tells, or null. */
function misfit({ kind, shape, start, expected }: Header, length: number, path: string): Diagnostic | null {
  const found = length - start;
  return found === expected ? null : idxLength({ where: path, shape, kind: kind.name, expected, found });
}
