import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { elementsOf, wordsOf } from "../report/plot/svg.ts";
import { normalMean, stratum, withFiles } from "./harness.ts";

const toy = readFileSync(new URL("../../models/abs_normal/model.ppl", import.meta.url), "utf8");
const classifier = `model classifier
data x: real[N, 2]
data y: int<0..3>[N]
net decode = mlp(2, 3)
plate n in N {
  sample z: real[2] ~ normal(0, 1)
  observe y[n] ~ categorical(logits = decode(z))
}
guide { z ~ mixture(K = 2, component = full_rank) given x[n] by mlp(8, activation = elu) }
`;
const points = Array.from({ length: 60 }, (_, i) => [Math.cos(2 * i), Math.sin(2 * i)]);
const labels = points.map(([x, y]) => (x! > 0.5 ? 0 : y! > 0 ? 1 : 2));
const files = {
  "toy.ppl": toy,
  "toy.json": JSON.stringify({ x: points.map(([x, y]) => [Math.abs(x!), Math.abs(y!)]) }),
  "one.json": JSON.stringify({ x: [[1, 1]] }),
  "classes.ppl": classifier,
  "classes.json": JSON.stringify({ x: points, y: labels }),
  "unlabelled.json": JSON.stringify({ x: points.slice(0, 3) }),
  "mean.ppl": normalMean,
  "mean.json": JSON.stringify({ y: [0.3, 0.5] }),
};
const short = ["--seed", "1", "--steps", "200", "--evidence-draws", "200", "--json"];

async function fitted(path: (name: string) => string, name: string, ...more: string[]): Promise<string> {
  const run = path(`run-${name}`);
  const { code } = await stratum([
    "infer",
    path(`${name}.ppl`),
    "--data",
    path(`${name}.json`),
    "--out",
    run,
    ...short,
    ...more,
  ]);
  expect([0, 2]).toContain(code);
  return run;
}

describe("stratum plot", () => {
  test("draws the toy's exact posterior, four modes at (1, 1), behind the draws", () =>
    withFiles(files, async (path) => {
      const run = await fitted(path, "toy", "--guide", "mixture", "--K", "4", "--amortize");
      const args = ["plot", run, "draws", "--data", path("one.json"), "--seed", "3"];
      const { code, out } = await stratum([...args, "--json"]);
      expect(code).toBe(0);
      const { spec, svg } = JSON.parse(out) as { spec: BlockSample; svg: string };
      const outlines = spec.hconcat[0]!.layer.map(({ data }) => data.values);
      // the regions that hold 99, 90 and 50 %, then the dots
      expect(outlines).toHaveLength(4);
      const middles = middlesOf(outlines[2]!);
      expect(middles).toHaveLength(4);
      for (const sign of [
        [1, 1],
        [1, -1],
        [-1, 1],
        [-1, -1],
      ])
        // the mode of N(z; 0, 1) N(1; |z|, 0.05) is at 1 / (1 + 0.05^2); the grid's step is about 0.03
        expect(middles.some(([x, y]) => Math.hypot(x - sign[0]! * 0.9975, y - sign[1]! * 0.9975) < 0.02)).toBe(true);
      expect(wordsOf(svg)).toContain("the implicit posterior");
      // the same command gives the same bytes, in a file as well
      const written = path("plot.svg");
      await stratum([...args, "--out", written]);
      expect(readFileSync(written, "utf8")).toBe(svg);

      const beyond = await stratum([...args, "--datum", "4"]);
      expect(beyond.err).toContain("there is 1 datum, counted from 0");
      const latent = await stratum(["plot", run, "latent", "--data", path("one.json")]);
      expect(latent.err).toContain("PPL765");
    }));

  test("draws the latent space of a classifier, also for data without labels", () =>
    withFiles(files, async (path) => {
      const run = await fitted(path, "classes", "--objective", "siwae");
      const { code, out } = await stratum(["plot", run, "latent", "--data", path("classes.json"), "--datum", "5,7"]);
      expect(code).toBe(0);
      const words = wordsOf(out);
      expect(words).toEqual(expect.arrayContaining([`datum 5: a ${labels[5]}`, `datum 7: a ${labels[7]}`, "z[0]"]));
      expect(elementsOf(out).some(({ attributes }) => attributes["fill-opacity"] === "0.13")).toBe(true);
      const unlabelled = await stratum(["plot", run, "latent", "--data", path("unlabelled.json")]);
      expect(wordsOf(unlabelled.out)).toContain("datum 2");
      const without = await stratum(["plot", run, "latent"]);
      expect(without.err).toContain("PPL761");
    }));

  test("draws traces and saved draws without data, and says what there is not", () =>
    withFiles({ ...files, "bins.json": bins, "none.json": "{}" }, async (path) => {
      const run = await fitted(path, "mean", "--guide", "full_rank");
      const trace = await stratum(["plot", run, "trace"]);
      expect(wordsOf(trace.out)).toContain("Training of normal_mean");
      const draws = await stratum(["plot", run, "draws"]);
      expect(wordsOf(draws.out)).toContain("mu");
      const exact = await stratum(["plot", run, "draws", "--data", path("mean.json")]);
      expect(wordsOf(exact.out).join(" ")).toContain("Shaded: the exact posterior.");

      expect((await stratum(["plot", run, "draws", "--site", "nu"])).err).toContain("PPL762");
      const { err } = await stratum(["plot", run, "latent"]);
      expect(err).toContain("PPL764");
      expect(err).toContain("stand outside plates");
      expect((await stratum(["plot", run, "reliability"])).err).toContain("PPL766");
      expect((await stratum(["plot", run, "traec"])).err).toContain("did you mean `trace`?");
      expect((await stratum(["plot", path("none.json"), "reliability"])).err).toContain("PPL766");
      const reliability = await stratum(["plot", path("bins.json"), "reliability"]);
      expect(wordsOf(reliability.out)).toContain("ECE 10 %");
    }));

  test("needs the data of the run where the guide has parameters for each datum", () =>
    withFiles(files, async (path) => {
      const run = await fitted(path, "toy", "--guide", "full_rank", "--no-amortize");
      const own = await stratum(["plot", run, "draws", "--data", path("toy.json"), "--datum", "9"]);
      expect(own.code).toBe(0);
      expect(wordsOf(own.out)).toContain("Posterior of datum 9, abs_normal");
      const other = await stratum(["plot", run, "draws", "--data", path("one.json")]);
      expect(other.err).toContain("PPL767");
      const saved = await stratum(["plot", run, "draws", "--datum", "60"]);
      expect(saved.err).toContain("PPL763");
    }));
});

const bins = JSON.stringify({
  test: { scores: [{ bins: [{ from: 0.5, to: 1, count: 4, confidence: 0.85, accuracy: 0.75 }] }] },
});

interface BlockSample {
  readonly hconcat: readonly {
    readonly layer: readonly { readonly data: { readonly values: readonly Place[] } }[];
  }[];
}
interface Place {
  readonly x: number;
  readonly y: number;
  readonly ring: number;
}

/** The middle of each outline, halfway between its ends. */
function middlesOf(places: readonly Place[]): [number, number][] {
  const rings = [...new Set(places.map(({ ring }) => ring))];
  return rings.map((ring) => {
    const own = places.filter((place) => place.ring === ring);
    const half = (of: (place: Place) => number): number => (Math.min(...own.map(of)) + Math.max(...own.map(of))) / 2;
    return [half(({ x }) => x), half(({ y }) => y)];
  });
}
