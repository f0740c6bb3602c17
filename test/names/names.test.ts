import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { axisName, blockName, declaredParam, inputName, isDrawAxis, isOfBlock } from "../../src/program/names.ts";
import { iterationName, outputName, outputOf, paramName, type OutputKind } from "../../src/program/names.ts";
import { decodeJson, encodeJson } from "../../src/posterior/json.ts";
import { fileStems } from "../../src/posterior/siteFiles.ts";
import { stratum, withFiles } from "../cli/harness.ts";
import { hostileNames } from "./models.ts";

const identifier = fc.oneof(fc.constantFrom(...hostileNames), fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/));
const identifiers = fc.uniqueArray(identifier, { minLength: 1, maxLength: 6 });
/** Blocks of one guide differ in their outermost plates. */
const blocks = fc
  .uniqueArray(fc.array(identifier, { maxLength: 3 }), { maxLength: 4, selector: ([outermost = ""]) => outermost })
  .map((all) => all.map(blockName));

const alike = (names: readonly string[]): readonly string[] => names.filter((name, at) => names.indexOf(name) !== at);
const law = (property: fc.IProperty<unknown>): void => fc.assert(property, { seed: 1, numRuns: 300 });
const law2 = (body: (sites: readonly string[], guide: readonly string[]) => void): void =>
  fc.assert(fc.property(identifiers, blocks, body), { seed: 1, numRuns: 300 });

const perBlock = ["points", "noise", "choice", "pick"] as const;
const perSite = ["datum", "batch", "draws", "values"] as const;
const fixedInputs = [inputName.parameters, inputName.beta, paramName.nothing, ...Object.values(inputName.adam)];

describe("names of programs", () => {
  test("no two inputs are alike, whatever the user's names are", () => {
    law2((names, guide) => {
      const all = [
        ...fixedInputs,
        ...guide.flatMap((block) => perBlock.map((kind) => inputName[kind](block))),
        ...guide.flatMap((block) => [
          paramName.block(block),
          paramName.block(block, "w0"),
          paramName.block(block, "b0"),
        ]),
        ...names.flatMap((name) => perSite.map((kind) => inputName[kind](name))),
        ...names.flatMap((name) => [paramName.param(name), paramName.net(name, "w0")]),
      ];
      expect(alike(all)).toEqual([]);
    });
  });

  test("no two axes are alike, plates among them", () => {
    law2((names, guide) => {
      const { exactDraws, givenDraws, points, classes } = axisName;
      const ofBlocks = guide.flatMap((id) => [
        axisName.draw(id),
        axisName.left(id),
        axisName.component(id),
        axisName.member(id),
      ]);
      const ofSites = names.flatMap((site) => [axisName.values(site), axisName.steps(site), axisName.next(site)]);
      const all = [...names, ...ofBlocks, ...ofSites, exactDraws, givenDraws, points, classes, axisName.choice(0)];
      expect(alike(all)).toEqual([]);
      expect(all.filter(isDrawAxis)).toEqual([...guide.map(axisName.draw), exactDraws, givenDraws]);
    });
  });

  test("learned arrays are told apart by whose they are", () => {
    law2((names, guide) => {
      for (const block of guide)
        for (const part of [undefined, "w0"]) {
          const param = paramName.block(block, part);
          expect(guide.filter((other) => isOfBlock(param, other))).toEqual([block]);
          expect(declaredParam(param)).toBeNull();
        }
      for (const name of names)
        expect([paramName.param(name), paramName.net(name, "w0")].map(declaredParam)).toEqual([name, name]);
    });
  });

  test("an output is read back as what it is of", () => {
    const kinds: readonly OutputKind[] = [
      "value",
      "probability",
      "location",
      "point",
      "log_weight",
      "weight",
      "gradient",
    ];
    law(
      fc.property(identifier, fc.constantFrom(...kinds), fc.constantFrom(...kinds), (name, kind, other) => {
        expect(outputOf(other, outputName(kind, name))).toBe(kind === other ? name : null);
      }),
    );
  });

  test("an array that is called like our word for what comes from outside does not meet it", () => {
    expect(iterationName.before("outside", 1)).not.toBe(iterationName.outside(1));
  });

  test("blocks have the names that they always had, but for plates called like our words", () => {
    expect([[], ["n"], ["n", "m"], ["global"], ["n", "choice"]].map(blockName)).toEqual([
      ...["global", "n", "n.m", "plate global", "n.plate choice"],
    ]);
  });

  test("they are made and taken apart in one file", () => {
    const made =
      /`(value|probability|location|point|log_weight|log_joint|log_q|distinct|weight|gradient|noise|batch|draws?|u|param|net|guide|left|component|member|choice|values|steps|next)\.\$\{/;
    const parsed = /(startsWith|slice|===)\W*"(value|probability|log_weight|draw|noise|batch|guide|param|net|u)\./;
    const source = join(import.meta.dirname, "../../src");
    const faults = readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter(
        (path) => path.endsWith(".ts") && !/^(program\/names|posterior\/(run|load)|inference\/batches)\.ts$/.test(path),
      )
      .filter((path) => [made, parsed].some((fault) => fault.test(readFileSync(join(source, path), "utf8"))));
    expect(faults).toEqual([]);
    expect(made.test("b.input(`noise.${id}`)")).toBe(true);
    expect(parsed.test('axis.startsWith("draw.")')).toBe(true);
  });
});

describe("run folders", () => {
  test("sites that differ in case, or whose names are too long, have files of their own", () => {
    const long = "a".repeat(300);
    const sites = ["z", "Z", "theta", long, `${long}b`, "probability.z"];
    const stems = [...fileStems(sites).values()];
    expect(stems).toEqual(["z", "Z~1", "theta", `${"a".repeat(100)}~3`, `${"a".repeat(100)}~4`, "probability.z"]);
    fc.assert(
      fc.property(identifiers, (names) => {
        const all = [...fileStems(names).values()];
        expect(alike(all.map((stem) => stem.toLowerCase()))).toEqual([]);
        expect(Math.max(...all.map((stem) => stem.length))).toBeLessThan(110);
      }),
      { seed: 1 },
    );
  });

  test("a text that looks like a number comes back as a text", () => {
    const value = { NaN: ["NaN", NaN, "'Infinity", -Infinity, "-Infinity", "x"] };
    expect(decodeJson(encodeJson(value))).toEqual(value);
    expect(encodeJson([NaN])).toBe('["NaN"]\n');
  });

  test("are read back whatever sites are called", () =>
    withFiles({ "data.json": '{ "y": [1, 2] }' }, async (path) => {
      const sites = ["NaN", "draw", "mu", "Mu", "__proto__", "constructor", "b".repeat(300)];
      const text = [
        "data y: real[N]",
        ...sites.map((site) => `sample ${site} ~ normal(0, 1)`),
        `observe y ~ normal(${sites.join(" + ")}, 1)`,
      ];
      const options = ["--guide", "mean_field", "--steps", "20", "--seed", "1", "--evidence-draws", "50"];
      const ran = await stratum(
        ["infer", "-", "--data", path("data.json"), "--out", path("run"), "--json", ...options],
        {
          stdin: `${text.join("\n")}\n`,
        },
      );
      const { sites: told } = JSON.parse(ran.out) as { readonly sites: object };
      expect(Object.keys(told)).toEqual(sites);
      expect(readdirSync(path("run")).filter((name) => /^draws\.(mu|Mu)/.test(name))).toEqual([
        "draws.Mu~3.npy",
        "draws.mu.npy",
      ]);
      const { posterior } = JSON.parse(readFileSync(path("run/posterior.json"), "utf8")) as {
        readonly posterior: object;
      };
      expect(Object.keys(posterior)).toEqual(sites.map((site) => (site === "draw" ? "site.draw" : site)));
      const predicted = await stratum(["predict", path("run"), "--data", path("data.json"), "--json", "--seed", "1"]);
      expect(predicted.code, predicted.out).toBe(ran.code);
      expect((JSON.parse(predicted.out) as { sources: object[] }).sources).toEqual(
        sites.map((site) => ({ site, from: "posterior" })),
      );
    }));
});

describe("the smallest cases", () => {
  const infer = async (datum: string, ...more: string[]) =>
    withFiles(
      {
        "m.ppl": `data ${datum}: real\nsample mu ~ normal(0, 1)\nobserve ${datum} ~ normal(mu, 1)\n`,
        "d.json": `{ "${datum}": 2 }`,
      },
      async (path) => {
        const options = ["--steps", "50", "--seed", "1", "--evidence-draws", "100", "--json", ...more];
        const { code, out, err } = await stratum(["infer", path("m.ppl"), "--data", path("d.json"), ...options]);
        expect([0, 2], err).toContain(code);
        return (JSON.parse(out) as { readonly sites: object; readonly bound: object }).bound;
      },
    );

  test("data called `u` are found by the search, as data called otherwise are", async () => {
    expect(await infer("u")).toEqual(await infer("y"));
  });

  test.each(["parameters", "beta", "rate"])("data called `%s` are not aliased in training", async (name) => {
    const options = ["--guide", "mean_field", "--beta-warm-up", "30"];
    expect(await infer(name, ...options)).toEqual(await infer("y", ...options));
  });
});
