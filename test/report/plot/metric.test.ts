import { describe, expect, test } from "vitest";
import { metricPlot, type MetricPoint } from "../../../src/report/plot/metric.ts";
import { renderSvg } from "../../../src/api/render.ts";
import { elementsOf, labelsOf, wordsOf } from "./svg.ts";

/** Two methods at K = 1, 10 and 2, three seeds each. */
const points: readonly MetricPoint[] = ["siwae", "selbo"].flatMap((series, nth) =>
  [1, 10, 2].flatMap((x) => [0, 0.01, 0.05].map((more) => ({ series, x, y: 0.5 + 0.1 * nth + 0.02 * x + more }))),
);
const options = {
  title: "Accuracy",
  x: "components K",
  y: "accuracy",
  references: [{ y: 0.78, label: "the paper's 78 %" }],
};

describe("a plot of a measure against a setting", () => {
  test("shows means, spreads, every repeat, the reference and the names of all methods", async () => {
    const svg = await renderSvg(metricPlot(points, options));
    const labels = labelsOf(svg);
    // the mean of 0, 0.01 and 0.05 is 0.02
    expect(labels).toContain("components K: 1; accuracy: 0.54; series: siwae");
    expect(labels).toContain("components K: 10; accuracy: 0.82; series: selbo");
    const rings = elementsOf(svg).filter(({ attributes }) => attributes["aria-roledescription"] === "point");
    // 18 repeats, and the mean of each of the 6 groups
    expect(rings).toHaveLength(18 + 6);
    expect(wordsOf(svg)).toEqual(
      expect.arrayContaining(["Accuracy", "siwae", "selbo", "the paper&apos;s 78 %".replace("&apos;", "'")]),
    );
    expect(wordsOf(svg).join(" ")).toContain("means of 3 repeats");
  });

  test("puts few whole numbers equally far apart, in their own order", async () => {
    const words = wordsOf(await renderSvg(metricPlot(points, options)));
    const at = words.indexOf("1");
    expect(words.slice(at, at + 3)).toEqual(["1", "2", "10"]);
  });

  test("keeps words in the order in which they come, and numbers on a logarithmic axis apart", async () => {
    const word = points.map((point) => ({ ...point, x: point.x === 1 ? "none" : "some" }));
    const words = wordsOf(await renderSvg(metricPlot(word, options)));
    expect(words.indexOf("none")).toBeLessThan(words.indexOf("some"));
    const spec = metricPlot(points, { ...options, logX: true });
    expect(JSON.stringify(spec)).toContain('"type":"log"');
    expect(wordsOf(await renderSvg(spec))).toEqual(expect.arrayContaining(["1", "2", "10"]));
  });

  test("has bands of a standard deviation where they are asked for", () => {
    const spec = metricPlot(points, { ...options, spread: "sd" }) as unknown as {
      data: { values: readonly { series: string; x: number; low: number; high: number }[] };
    };
    const group = spec.data.values.find(({ series, x }) => series === "siwae" && x === 1)!;
    // of 0, 0.01, 0.05: variance (0.02^2 + 0.01^2 + 0.03^2) / 2
    expect((group.high - group.low) / 2).toBeCloseTo(Math.sqrt(0.0007), 12);
  });

  test("is the same bytes each time, whatever was drawn before or is drawn beside it", async () => {
    const spec = () => metricPlot(points, options);
    const other = metricPlot(points.slice(0, 9), { ...options, title: "Other" });
    const alone = await renderSvg(spec());
    const [first, , second] = await Promise.all([renderSvg(spec()), renderSvg(other), renderSvg(spec())]);
    expect(first).toBe(alone);
    expect(second).toBe(alone);
  });

  test("leaves out what is not finite, and draws an empty plot of nothing", async () => {
    const svg = await renderSvg(metricPlot([...points, { series: "siwae", x: 1, y: NaN }], options));
    expect(labelsOf(svg)).toContain("components K: 1; accuracy: 0.54; series: siwae");
    expect(wordsOf(await renderSvg(metricPlot([], options)))).toContain("Accuracy");
  });
});
