import { describe, expect, test } from "vitest";
import { checkSource, compileSource } from "../../src/pipeline.ts";
import { printModel } from "../../src/model/print.ts";
import { toDot } from "../../src/graph/dot.ts";
import { deep, long, shared, type Shape } from "../fuzz/shapes.ts";

const y = [0.1, 0.5, -0.3, 1.2];
/** Equations of a step that a line of a model comes to, at most; a step of a model of a few lines has some hundreds. */
const equationsPerLine = 60;
const equationsOfAStep = 2000;

function sizeOf({ text, data = {}, code }: Shape): void {
  const source = { path: "shape.ppl", text };
  const checked = checkSource(source);
  const codes = checked.ok ? [] : checked.errors.map((error) => error.code);
  expect([...new Set(codes)]).toEqual(code === null ? [] : [code]);
  if (!checked.ok) return;
  const { model, graph } = checked.value;
  expect(printModel(model).length).toBeLessThan(20 * text.length + 1000);
  expect(toDot(graph).length).toBeLessThan(20 * text.length + 1000);
  const compiled = compileSource(source, { y, ...data });
  expect(compiled.ok || compiled.errors).toBe(true);
  if (!compiled.ok) return;
  const lines = text.split("\n").length;
  expect(compiled.value.step().equations.length).toBeLessThan(equationsOfAStep + equationsPerLine * lines);
}

describe("a text costs what it is long, not what it means written out", () => {
  test.each(shared.map((shape) => [shape.name, shape] as const))("%s", (_, shape) => sizeOf(shape), 20_000);
});

describe("a chain may be of any length", () => {
  test.each(deep.map((shape) => [shape.name, shape] as const))("%s", (_, shape) => sizeOf(shape), 60_000);
});

describe("what is long is looked at once", () => {
  test.each(long.map((shape) => [shape.name, shape] as const))("%s", (_, shape) => sizeOf(shape), 20_000);
});
