import { describe, expect, test } from "vitest";
import { randomStream, seedKey } from "../../../src/numeric/random.ts";
import { drawsPlot } from "../../../src/report/plot/draws.ts";
import { anywhere, spanOf } from "../../../src/report/plot/extent.ts";

import { latentPlot } from "../../../src/report/plot/latent.ts";
import { massThresholds, regionsAbove } from "../../../src/report/plot/regions.ts";
import { binsIn, calibrationError, reliabilityPlot } from "../../../src/report/plot/reliability.ts";
import { renderSvg } from "../../../src/api/render.ts";
import { tracePlot } from "../../../src/report/plot/trace.ts";
import { elementsOf, labelsOf, wordsOf } from "./svg.ts";

const along = Array.from({ length: 101 }, (_, i) => -4 + 0.08 * i);
const onPlane = (f: (x: number, y: number) => number) => ({
  xs: along,
  ys: along,
  values: Float64Array.from(along.flatMap((y) => along.map((x) => f(x, y)))),
});

/** Twice the signed area, halved: of a ring whose last point is its first, or not. */
function area(ring: readonly { readonly x: number; readonly y: number }[]): number {
  return Math.abs(
    ring.reduce((sum, { x, y }, i) => {
      const next = ring[(i + 1) % ring.length]!;
      return sum + (x * next.y - next.x * y) / 2;
    }, 0),
  );
}

describe("regions of a density on a grid", () => {
  test("hold the share of the mass that they are asked to", () => {
    const normal = onPlane((x, y) => Math.exp(-(x * x + y * y) / 2));
    const [most, half] = massThresholds(normal.values, [0.9, 0.5]) as [number, number];
    // of a standard normal in the plane the share r holds within the radius sqrt(-2 log(1 - r)); the tolerance is
    // what one more ring of cells, 0.08 wide, would change
    expect(most).toBeCloseTo(0.1, 1);
    expect(half).toBeCloseTo(0.5, 1);
    const [ring] = regionsAbove(normal, half);
    const radius = Math.sqrt(-2 * Math.log(0.5));
    expect(Math.abs(area(ring!) - Math.PI * radius ** 2)).toBeLessThan(2 * Math.PI * radius * 0.08);
  });

  test("are joined to their holes by a cut, and end at the edge of the grid", () => {
    const ring = onPlane((x, y) => (Math.abs(Math.hypot(x, y) - 2) < 1 ? 1 : 0));
    const outlines = regionsAbove(ring, 0.5);
    expect(outlines).toHaveLength(1);
    // the area between the circles, not that of the outer one: the tolerance is a cell's width along both edges
    expect(Math.abs(area(outlines[0]!) - Math.PI * (9 - 1))).toBeLessThan(2 * Math.PI * 4 * 0.08);
    const half = regionsAbove(
      onPlane((x) => x),
      0,
    );
    const xs = half.flat().map(({ x }) => x);
    expect(Math.max(...xs)).toBe(along.at(-1));
    expect(Math.min(...xs)).toBeCloseTo(0, 1);
  });
});

describe("a trace", () => {
  test("shows the bound, its moving average, and no more points than can be told apart", async () => {
    const random = randomStream(seedKey(0, "trace"));
    const trace = Float64Array.from({ length: 20_000 }, (_, i) => -2 - 3 * Math.exp(-i / 2000) + 0.3 * random.normal());
    const svg = await renderSvg(tracePlot(trace, { title: "Training of toy" }));
    expect(wordsOf(svg)).toEqual(expect.arrayContaining(["Training of toy", "step", "bound, nats"]));
    expect(wordsOf(svg).join(" ")).toContain("the mean of 400 steps");
    expect(svg.length).toBeLessThan(60_000);
  });

  test("cuts off a start that would flatten all the rest, and says so", async () => {
    const trace = Array.from({ length: 1000 }, (_, i) => (i < 10 ? -1e6 : -2 + 0.001 * i));
    const spec = tracePlot(trace, { title: "t" });
    expect(wordsOf(await renderSvg(spec)).join(" ")).toContain("is cut off");
    const whole = tracePlot(trace.slice(10), { title: "t" });
    expect(JSON.stringify(whole)).not.toContain("cut off");
  });

  test("leaves out steps whose bound is not finite", () => {
    const spec = tracePlot([1, NaN, 2, -Infinity, 3], { title: "t" });
    expect(JSON.stringify(spec)).not.toContain('"bound":null');
  });
});

describe("a trace of little", () => {
  test("shows the only step that it has, wherever that is", async () => {
    const trace = Array.from({ length: 1001 }, (_, step) => (step === 501 ? -3 : NaN));
    const svg = await renderSvg(tracePlot(trace, { title: "t" }));
    expect(labelsOf(svg).join()).toContain("step: 501");
    expect(elementsOf(svg).some(({ attributes }) => attributes["aria-roledescription"] === "point")).toBe(true);
    expect(wordsOf(svg).join(" ")).toContain("not finite are left out");
  });
});

describe("the part of an axis that draws are shown on", () => {
  const few = [0.01, 0.5, 1];

  test("ends at the bounds, and before a bound that is not known", () => {
    expect(spanOf(few, [], { ...anywhere, lower: 0, upper: 1 }).ends).toEqual([0, 1]);
    expect(spanOf(few, [], { ...anywhere, lower: null }).ends[0]).toBe(0.01);
    expect(spanOf(few, [], anywhere).ends[0]).toBeCloseTo(0.01 - 0.06 * 0.99, 12);
    expect(spanOf(few, [-1, 0, 1, 2], { ...anywhere, lower: 0 }).ends).toEqual([0, 2]);
  });

  test("has a bin for each whole number, or for as many each where there are more than can be seen", () => {
    const whole = { ...anywhere, integer: true };
    expect(spanOf([2, 3, 5], [], whole)).toEqual({ ends: [1.5, 5.5], bin: 1 });
    const { ends, bin } = spanOf([0, 199], [], whole);
    expect([ends[0], bin]).toEqual([-0.5, 4]);
    expect((ends[1] - ends[0]) % bin).toBe(0);
  });

  test("has a length where all draws are the same, or none is finite", () => {
    for (const draws of [[0], [7, 7], [NaN, Infinity], []])
      for (const extent of [anywhere, { ...anywhere, lower: 0 }, { lower: null, upper: null, integer: false }]) {
        const [low, high] = spanOf(draws, [], extent).ends;
        expect(high - low).toBeGreaterThan(0);
      }
  });
});

describe("a reliability diagram", () => {
  const bins = [
    { from: 0, to: 0.5, count: 0, confidence: NaN, accuracy: NaN },
    { from: 0.5, to: 0.75, count: 30, confidence: 0.6, accuracy: 0.5 },
    { from: 0.75, to: 1, count: 10, confidence: 0.9, accuracy: 1 },
  ];

  test("has the error in its title, a bar and a tick for each bin that holds something, and the counts", async () => {
    // (30 * 0.1 + 10 * 0.1) / 40
    expect(calibrationError(bins)).toBeCloseTo(0.1, 12);
    const svg = await renderSvg(reliabilityPlot(bins, { title: "label" }));
    expect(wordsOf(svg)).toContain("label: ECE 10 %");
    const bars = elementsOf(svg).filter(({ attributes }) => attributes["aria-roledescription"] === "bar");
    expect(bars).toHaveLength(4);
    const labels = labelsOf(svg).join("\n");
    expect(labels).toContain("accuracy: 0.5");
    expect(labels).toContain("count: 30");
    expect(labels).toContain("mean confidence from 0.5 to 0.75: 0.6");
  });

  test("finds its bins anywhere in a report, with the name of what is predicted", () => {
    const report = { ok: true, test: { scores: [{ kind: "log" }, { site: "label", bins }] } };
    expect(binsIn(report)).toEqual({ name: "label", bins });
    expect(binsIn({ bins: [{ from: 0, to: 1 }] })).toBeNull();
    expect(binsIn(null)).toBeNull();
  });
});

describe("a plot of draws", () => {
  const random = randomStream(seedKey(0, "draws"));
  const rows = Array.from({ length: 50 }, () => [random.normal(), random.normal(), random.normal()]);
  const samples = [
    { label: "the guide", rows },
    { label: "the implicit posterior", rows: rows.slice(0, 30) },
  ];
  const dots = (svg: string): number =>
    elementsOf(svg).filter(({ attributes }) => attributes["opacity"] === "0.55").length;

  test("of two coordinates puts every draw over the regions of the exact density", async () => {
    const exact = onPlane((x, y) => Math.exp(-((x * x + y * y) / 2)));
    const flat = samples.map((sample) => ({ ...sample, rows: sample.rows.map((row) => row.slice(0, 2)) }));
    const svg = await renderSvg(drawsPlot(flat, { title: "Posterior", coordinates: ["a", "b"], exact }));
    expect(dots(svg)).toBe(80);
    expect(wordsOf(svg)).toEqual(expect.arrayContaining(["the guide", "the implicit posterior", "a", "b"]));
    const filled = elementsOf(svg).filter(({ attributes }) => attributes["fill-opacity"] === "0.22");
    // three regions in each of two panels
    expect(filled).toHaveLength(6);
  });

  test("of three coordinates draws every pair", async () => {
    const svg = await renderSvg(drawsPlot(samples, { title: "P", coordinates: ["a", "b", "c"] }));
    const words = wordsOf(svg).filter((word) => ["a", "b", "c"].includes(word));
    expect(words.filter((word) => word === "a")).toHaveLength(4);
    expect(words).toHaveLength(12);
  });

  test("of one coordinate draws densities that hold all the mass", () => {
    const single = samples.map((sample) => ({
      ...sample,
      rows: sample.rows.map((row) => [row[0]!]),
    }));
    const exact = { xs: along, ys: [0], values: along.map((x) => 7 * Math.exp((-x * x) / 2)) };
    const spec = drawsPlot(single, { title: "P", coordinates: ["a"], exact }) as unknown as {
      layer: readonly { data: { values: readonly { x: number; y: number; sample?: string }[] } }[];
    };
    const [area, steps] = spec.layer.map(({ data }) => data.values) as [
      { x: number; y: number }[],
      { x: number; y: number; sample?: string }[],
    ];
    const middle = area.find(({ x }) => Math.abs(x) < 1e-9)!;
    // within [-4, 4] lies all but 6e-5 of a standard normal
    expect(middle.y).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 4);
    const guide = steps.filter(({ sample }) => sample === "the guide");
    const width = guide[1]!.x - guide[0]!.x;
    expect(guide.reduce((sum, { y }) => sum + y * width, 0)).toBeCloseTo(1, 9);
  });
});

describe("a plot of a latent space", () => {
  const square = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [-1, -1],
  ] as const;
  const posterior = {
    label: "datum 3: a 1",
    observed: 1,
    components: [{ weight: 0.7, outlines: [square, square], curve: [] }],
    draws: [
      [0.5, 0.5],
      [0.6, 0.4],
    ],
  };
  const probability = (z: number): number => 1 / (1 + Math.exp(-3 * z));

  test("in the plane colours the region of each class and bears its number there", async () => {
    const probabilities = along.flatMap(() => along.flatMap((x) => [1 - probability(x), probability(x)]));
    const spec = latentPlot([posterior], {
      title: "Latent space",
      coordinates: ["z[0]", "z[1]"],
      xs: along,
      ys: along,
      probabilities,
      classes: 2,
    });
    const svg = await renderSvg(spec);
    const marks = elementsOf(svg);
    const regions = marks.filter(({ attributes }) => attributes["fill-opacity"] === "0.13");
    // two classes at four levels of certainty
    expect(regions).toHaveLength(8);
    expect(wordsOf(svg)).toEqual(expect.arrayContaining(["0", "1", "datum 3: a 1", "z[0]"]));
    const placed = (word: string) =>
      Number(
        /translate\(([-\d.]+)/.exec(
          marks.findLast(
            ({ name, text, attributes }) => name === "text" && text === word && attributes["font-size"] === "20px",
          )!.attributes["transform"]!,
        )![1],
      );
    // class 1 is the likeliest where z[0] is above 0, in the right half of 440 pixels
    expect(placed("0")).toBeLessThan(220);
    expect(placed("1")).toBeGreaterThan(220);
  });

  test("along a line stacks probabilities and draws the densities of components", async () => {
    const probabilities = along.flatMap((x) => [1 - probability(x), probability(x)]);
    const curve = along.map((z) => ({ z, density: Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) }));
    const line = { ...posterior, components: [{ weight: 0.7, outlines: [], curve }], draws: [] };
    const spec = latentPlot([line], {
      title: "Line",
      coordinates: ["z"],
      xs: along,
      ys: [0],
      probabilities,
      classes: 2,
    });
    expect(JSON.stringify(spec)).toContain(JSON.stringify(0.7 / Math.sqrt(2 * Math.PI)));
    const words = wordsOf(await renderSvg(spec));
    expect(words).toEqual(expect.arrayContaining(["probability", "density", "datum 3: a 1"]));
  });
});
