import { describe, expect, test } from "vitest";
import { parseIdx } from "../../src/data/formats/idx.ts";
import { idx } from "./files.ts";

const codeOf = (bytes: Uint8Array): string => {
  const outcome = parseIdx(bytes, "x.idx");
  return outcome.ok ? "fine" : outcome.errors[0].code;
};

describe("an IDX file", () => {
  const numbers = [0, 1, -2, 100, -128, 127];

  test.each([
    [0x09, Int8Array],
    [0x0b, Int16Array],
    [0x0c, Int32Array],
    [0x0d, Float32Array],
    [0x0e, Float64Array],
  ] as const)("of kind %i keeps its shape, its numbers and their width", (code, Kept) => {
    const read = parseIdx(idx(code, [2, 3], numbers), "x.idx");
    expect(read).toEqual({
      ok: true,
      value: { shape: [2, 3], values: Kept.from(numbers) },
      warnings: [],
    });
  });

  test("of fractions and large whole numbers is big-endian", () => {
    const read = (code: number, value: number) => {
      const outcome = parseIdx(idx(code, [1], [value]), "x.idx");
      return outcome.ok ? outcome.value.values[0] : outcome.errors[0].message;
    };
    expect(read(0x0e, -1.1e300)).toBe(-1.1e300);
    expect(read(0x0d, 0.15625)).toBe(0.15625);
    expect(read(0x0c, -123456789)).toBe(-123456789);
    expect(read(0x0b, 258)).toBe(258);
  });

  test("of bytes is looked at where it lies, not copied", () => {
    const bytes = idx(0x08, [3], [0, 128, 255]);
    const read = parseIdx(bytes, "x.idx");
    expect(read).toMatchObject({ value: { shape: [3], values: Uint8Array.of(0, 128, 255) } });
    expect(read.ok && read.value.values.buffer).toBe(bytes.buffer);
  });

  test("may hold a single number, or none", () => {
    expect(parseIdx(idx(0x08, [], [7]), "x.idx")).toMatchObject({ value: { shape: [] } });
    expect(parseIdx(idx(0x0e, [0, 4], []), "x.idx")).toMatchObject({ value: { shape: [0, 4] } });
  });

  test("is refused where its header is not one", () => {
    expect(codeOf(new Uint8Array(0))).toBe("PPL640");
    expect(codeOf(Uint8Array.of(0, 1, 8, 0, 1))).toBe("PPL640");
    expect(codeOf(Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1))).toBe("PPL640");
    const strange = parseIdx(Uint8Array.of(0, 0, 10, 0, 1), "x.idx");
    expect(!strange.ok && strange.errors[0].message).toContain("0x0a");
    expect(!strange.ok && strange.errors[0].message).toContain("0x08 (unsigned bytes)");
  });

  test("is refused where its length is not what the header tells", () => {
    const whole = idx(0x0b, [2, 3], numbers);
    expect(codeOf(whole)).toBe("fine");
    expect(codeOf(whole.subarray(0, -1))).toBe("PPL641");
    const longer = parseIdx(Uint8Array.of(...whole, 0), "x.idx");
    expect(!longer.ok && longer.errors[0].message).toBe(
      "the header tells of an array [2, 3] of 16-bit whole numbers, 12 bytes, and 13 follow",
    );
  });
});
