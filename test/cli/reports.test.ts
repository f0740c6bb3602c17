import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { labelsOf, wordsOf } from "../report/plot/svg.ts";
import { everything, everyDatum, supports } from "./everything.ts";
import { stratum, withFiles } from "./harness.ts";

/** Words that are no answer to anything, in a text, a table or a picture. */
const meaningless = /\bundefined\b|\bNaN\b|\[object|\bnull\b/;

/** Numbers that a program reads: what is not there is null, and no number is a word. */
function expectPlain(json: string): void {
  const visit = (value: unknown): void => {
    if (typeof value === "string") expect(value).not.toMatch(/^(NaN|-?Infinity|undefined)$|\[object/);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  visit(JSON.parse(json));
}

const files = {
  "m.ppl": everything,
  "d.json": everyDatum,
  "found.ppl":
    "model found\ndata y: real[N]?\nsample mu ~ normal(0, 5)\nplate i in N { observe y[i] ~ normal(mu, 1) }\n",
  "found.json": `{ "y": [1, null, 2, 3] }`,
  "summed.ppl": "model summed\ndata y: real\nsample k ~ categorical([0.3, 0.7])\nobserve y ~ normal(k, 1)\n",
  "summed.json": `{ "y": 1 }`,
};

/** Everything that a picture says. */
const textOf = (svg: string): string => [...wordsOf(svg), ...labelsOf(svg)].join("\n");

interface Axes {
  readonly encoding: Readonly<
    Record<"x" | "y", { readonly title: string; readonly scale?: { domain: [number, number] } }>
  >;
  readonly data: { readonly values: readonly { readonly x: number }[] };
}

/** Every axis of a picture that has ends, by its title. */
function axesIn(spec: unknown): readonly { readonly title: string; readonly domain: readonly [number, number] }[] {
  if (typeof spec !== "object" || spec === null) return [];
  const own =
    "encoding" in spec
      ? Object.values((spec as Axes).encoding).flatMap(({ title, scale }) =>
          Array.isArray(scale?.domain) && typeof scale.domain[0] === "number" ? [{ title, domain: scale.domain }] : [],
        )
      : [];
  return [...own, ...Object.values(spec).flatMap(axesIn)];
}

describe("reports of sites of all kinds", () => {
  let texts: Readonly<Record<string, string>> = {};
  let jsons: Readonly<Record<string, string>> = {};
  const pictures = new Map<string, { readonly svg: string; readonly spec: unknown }>();

  beforeAll(async () => {
    await withFiles(files, async (path) => {
      const run = path("run");
      const data = ["--data", path("d.json"), "--seed", "1"];
      const options = ["--guide", "mixture", "--K", "2", "--gradient", "score", "--steps", "40"];
      const few = ["--evidence-draws", "200"];
      const fit = ["infer", path("m.ppl"), ...data, ...options, ...few, "--test", path("d.json"), "--test-draws", "20"];
      const of = async (...argv: string[]): Promise<string> => {
        const { out, err, code } = await stratum(argv);
        expect([0, 2], `${argv.join(" ")}\n${err}`).toContain(code);
        expect(err).not.toMatch(meaningless);
        return out;
      };
      const predict = ["predict", run, ...data, "--draws", "20"];
      texts = {
        infer: await of(...fit, "--profile", "--out", run),
        posterior: await of("posterior", run),
        predict: await of(...predict, "--out", path("p.csv")),
        csv: readFileSync(path("p.csv"), "utf8"),
        check: await of("check", path("m.ppl"), "--data", path("d.json")),
      };
      jsons = {
        infer: await of(...fit, "--json"),
        posterior: await of("posterior", run, "--json"),
        predict: await of(...predict, "--json", "--out", path("p.json")),
        written: readFileSync(path("p.json"), "utf8"),
      };
      for (const site of Object.keys(supports)) {
        const json = await of("plot", run, "draws", "--site", site, "--draws", "50", "--json");
        pictures.set(site, JSON.parse(json) as { svg: string; spec: unknown });
      }
      pictures.set("trace", JSON.parse(await of("plot", run, "trace", "--json")) as { svg: string; spec: unknown });
    });
  }, 120_000);

  test.each(["infer", "posterior", "predict", "csv", "check"])("%s has no word that means nothing", (name) => {
    expect(texts[name]).not.toMatch(meaningless);
    expect(texts[name]?.length).toBeGreaterThan(40);
  });

  test.each(["infer", "posterior", "predict", "written"])("the JSON of %s has numbers or nulls", (name) => {
    expectPlain(jsons[name] ?? "");
  });

  test("predictions say which observations are missing, each form in its own way", () => {
    const rows = (texts["predict"] ?? "").split("\n").filter((line) => /^(y|counts|label)\[/.test(line));
    const missing = rows.filter((line) => / missing /.test(line)).map((line) => line.split(" ")[0]);
    expect(missing).toEqual(expect.arrayContaining(["counts[2]", "y[1]", "y[5]", "label[2]"]));
    expect(missing).toHaveLength(4);
    const cells = (texts["csv"] ?? "").split("\n").map((line) => line.split(","));
    const at = cells[0]?.indexOf("observed") ?? -1;
    const empty = cells
      .slice(1)
      .filter((row) => row[at] === "")
      .map(([site, index]) => `${site}[${index}]`);
    expect(empty.toSorted()).toEqual(missing.toSorted());
    const written = JSON.parse(jsons["written"] ?? "") as { sites: Record<string, { observed: (number | null)[] }> };
    expect(written.sites["y"]?.observed).toEqual([1, null, 2, 3, 2.5, null]);
  });

  test.each(Object.entries(supports))("draws of %s stay within its support", (site, [lower, upper]) => {
    const { svg, spec } = pictures.get(site) ?? { svg: "", spec: null };
    expect(textOf(svg)).not.toMatch(meaningless);
    expect(JSON.stringify(spec)).not.toMatch(/"[xy]":null|NaN|undefined/);
    const axes = axesIn(spec);
    expect(axes.length).toBeGreaterThan(0);
    for (const { domain } of axes) {
      expect(domain[0]).toBeGreaterThanOrEqual(lower);
      expect(domain[1]).toBeLessThanOrEqual(upper);
      expect(domain[0]).toBeLessThan(domain[1]);
    }
  });

  test("a trace is drawn", () => {
    expect(textOf(pictures.get("trace")?.svg ?? "")).toContain("Training of everything");
  });
});

describe("pictures that would be empty", () => {
  test("are refused, with the reason", () =>
    withFiles(files, async (path) => {
      const fit = async (name: string, ...more: string[]): Promise<string> => {
        const run = path(`run-${name}`);
        const { code, err } = await stratum([
          ...["infer", path(`${name}.ppl`), "--data", path(`${name}.json`), "--seed", "1", "--out", run, ...more],
        ]);
        expect([0, 2], err).toContain(code);
        return run;
      };
      const found = await fit("found");
      const trace = await stratum(["plot", found, "trace"]);
      expect([trace.code, trace.out]).toEqual([1, ""]);
      expect(trace.err).toContain("error[PPL769]: there is no training to draw: the guide was found by a search");
      const summed = await fit("summed");
      const draws = await stratum(["plot", summed, "draws"]);
      expect([draws.code, draws.out]).toEqual([1, ""]);
      expect(draws.err).toContain("error[PPL769]: there are no draws to show: `summed` has no latent that is drawn");
    }));
});
