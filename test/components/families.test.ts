import { describe, expect, test } from "vitest";
import type { Component } from "../../src/components/component.ts";
import { componentFamilies, componentNames, type ComponentName } from "../../src/components/index.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import type { Value } from "../../src/program/program.ts";
import { hostTensor } from "../../src/tensor/shape.ts";

const D = 2;
const options = { rank: 1 };
const none = hostTensor([1, D], [0, 0]);

/** What a component of a family says of points or of noise, by its raw numbers. */
function ask(
  name: ComponentName,
  raw: readonly number[],
  what: (component: Component, rows: Value) => Value,
  rows = none,
): Float64Array {
  const b = new Builder();
  const component = componentFamilies[name].unpack(b, b.input("raw", [raw.length], "state"), D, options);
  b.output("y", what(component, b.input("rows", rows.shape, "state")));
  const inputs = new Map([
    ["raw", hostTensor([raw.length], raw)],
    ["rows", rows],
  ]);
  const found = evaluate(b.finish(), inputs).get("y");
  if (!found) throw new Error("no output");
  return found.values;
}

const density = ({ logDensity }: Component, points: Value): Value => logDensity(points);

describe.each(componentNames)("components: %s", (name) => {
  const family = componentFamilies[name];
  const random = randomStream(seedKey(1, name));
  const raw = Array.from({ length: family.size(D, options) }, () => 0.6 * random.normal());

  test("integrates to one", () => {
    // the trapezium rule in asinh(u), which reaches 1e9 where tails are heavy: these raw numbers give scales near 1, and
    // locations near 0
    const [reach, step] = [21, 0.075];
    const at = Array.from({ length: 1 + (2 * reach) / step }, (_, i) => -reach + step * i);
    const grid = at.flatMap((s) => at.flatMap((t) => [Math.sinh(s), Math.sinh(t)]));
    const jacobian = at.flatMap((s) => at.map((t) => Math.cosh(s) * Math.cosh(t)));
    const logs = ask(name, raw, density, hostTensor([at.length ** 2, D], grid));
    const total = jacobian.reduce((sum, area, i) => sum + area * Math.exp(logs[i] ?? NaN), 0);
    expect(total * step ** 2).toBeCloseTo(1, 8);
  });

  test("has one density, by its draws and by the noise that they came of", () => {
    const b = new Builder();
    const { width, kind } = family.unpack(b, b.input("raw", [raw.length], "state"), D, options).noise;
    const draw = (): number => (kind === "normal" ? random.normal() : random.uniform());
    const noise = hostTensor(
      [20, width],
      Array.from({ length: 20 * width }, () => draw()),
    );
    const byPoint = ask(name, raw, ({ push, logDensity }, rows) => logDensity(push(rows)), noise);
    const byNoise = ask(name, raw, ({ logDensityAtNoise }, rows) => logDensityAtNoise(rows), noise);
    expect([...byPoint]).toEqual([...byNoise].map((value) => expect.closeTo(value, 9) as number));
  });

  test("starts where it is told to, about as broad", () => {
    const start = family.start([1.5, -2], 0.7, options);
    const location = ask(name, start, (component) => component.location);
    expect([...location]).toEqual([expect.closeTo(1.5, 12), expect.closeTo(-2, 12)]);
    // the peak of a Gaussian with standard deviation 0.7 in both directions: -log(2 pi 0.49) = -1.1245
    expect(ask(name, start, density, hostTensor([1, D], [1.5, -2]))[0]).toBeCloseTo(-1.1245, 1);
  });

  test("has raw numbers of coordinates that there are", () => {
    for (const i of raw.keys()) expect([null, 0, 1]).toContain(family.coordinateOf(i, D, options));
  });
});
