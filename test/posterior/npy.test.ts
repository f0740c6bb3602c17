import { expect, test } from "vitest";
import { decodeJson, encodeJson } from "../../src/posterior/json.ts";
import { readNpy, writeNpy } from "../../src/posterior/npy.ts";
import { hostTensor } from "../../src/tensor/shape.ts";

test("the bytes are those of NumPy's format 1.0", () => {
  const bytes = writeNpy(hostTensor([2], [1, -2]));
  // numpy.save of array([1., -2.]): a header of 118 bytes, then the two numbers
  expect(bytes.length).toBe(128 + 16);
  expect([...bytes.slice(0, 10)]).toEqual([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]);
  expect(String.fromCharCode(...bytes.slice(10, 68))).toBe(
    "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), } ",
  );
  expect([...bytes.slice(128)]).toEqual([0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0]);
});

test("tensors of any rank are read back, in both precisions", () => {
  for (const shape of [[], [0], [3], [2, 3], [1, 2, 3, 4]]) {
    const size = shape.reduce((a, b) => a * b, 1);
    const tensor = hostTensor(
      shape,
      Float64Array.from({ length: size }, (_, i) => i / 3),
    );
    expect(readNpy(writeNpy(tensor))).toEqual(tensor);
    const single = { shape, values: tensor.values.map(Math.fround) };
    expect(readNpy(writeNpy(tensor, 32))).toEqual(single);
  }
  const odd = hostTensor([3], [NaN, Infinity, -0]);
  expect(readNpy(writeNpy(odd))).toEqual(odd);
});

test("anything else is not read", () => {
  const bytes = writeNpy(hostTensor([2], [1, 2]));
  expect(readNpy(bytes.slice(0, 140))).toBe(null);
  expect(readNpy(new Uint8Array(200))).toBe(null);
  expect(readNpy(new TextEncoder().encode("step,bound"))).toBe(null);
});

test("JSON keeps numbers that are not finite, and arrays of numbers on one line", () => {
  const value = { a: [1, -2.5, 1e-7], b: [NaN, Infinity], c: -Infinity, d: "x", e: [[1, 2], [3]] };
  const text = encodeJson(value);
  expect(decodeJson(text)).toEqual(value);
  expect(text.split("\n").slice(0, 3)).toEqual(["{", ' "a": [1, -2.5, 1e-7],', ' "b": ["NaN", "Infinity"],']);
  expect(decodeJson("{")).toBe(null);
});
