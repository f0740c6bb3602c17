import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { baseTypes, statementKeywords } from "../../grammar/tokens.ts";
import { groups, pending, type Example } from "../../scripts/language/index.ts";
import { readConfig, written } from "../../src/options/config.ts";
import { families } from "../../src/distributions/index.ts";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { ownLayers } from "../../src/nn/layers/index.ts";
import { functions, operatorNames } from "../../src/library/index.ts";
import { compileSource, type Compiled } from "../../src/pipeline.ts";
import { densitiesAt } from "../../src/posterior/density.ts";
import { drawGuide } from "../../src/posterior/evaluate.ts";
import { named } from "../../src/posterior/posterior.ts";
import { format } from "../../src/syntax/format.ts";
import { parse } from "../../src/syntax/parse.ts";
import type { Outcome } from "../../src/diagnostics/diagnostic.ts";

const source = ({ model }: Example) => ({ path: "model.ppl", text: model });

function compiled(row: Example): Outcome<Compiled> {
  const config = readConfig([{ door: written, given: row.options ?? {}, where: row.of }]);
  if (!config.ok) return config;
  return compileSource(source(row), row.data, { ...config.value.compile, set: {}, sizes: {} });
}

const ofGroup = (title: string): ReadonlySet<string> =>
  new Set(groups.find((group) => group.title === title)!.rows.map(({ of }) => of));

describe("the language reference", () => {
  test("has an example of every statement, type, function, family and layer", () => {
    expect([...ofGroup("Statements")].toSorted()).toEqual(
      statementKeywords.map(({ name }) => name.toLowerCase()).toSorted(),
    );
    expect(baseTypes.filter((type) => !ofGroup("Types").has(type))).toEqual([]);
    const library = Object.keys(functions).filter((name) => !operatorNames.has(name));
    expect(library.filter((name) => !ofGroup("Functions").has(name))).toEqual([]);
    expect(Object.keys(families).filter((name) => !ofGroup("Distributions").has(name))).toEqual([]);
    expect(ofGroup("Distributions").has("mixture")).toBe(true);
    expect([...ofGroup("Layers")]).toEqual([...ownLayers.map(({ name }) => name), "activations"]);
  });

  test("knows what is pending by names that it has", () => {
    const all = new Set(groups.flatMap(({ title, rows }) => rows.map(({ of }) => `${title}: ${of}`)));
    expect([...pending.keys()].filter((name) => !all.has(name))).toEqual([]);
  });

  test("shows models in the language's own layout, but for comments in columns", () => {
    for (const { rows } of groups)
      for (const row of rows) {
        const ast = parse(source(row));
        if (!ast.ok) throw new Error(`${row.of}: ${ast.errors[0].message}`);
        if (ast.value.comments.length === 0) expect(row.model).toBe(format(ast.value));
      }
  });
});

describe.each(groups.map(({ title, rows }) => ({ title, rows })))("$title:", ({ title, rows }) => {
  for (const row of rows)
    if (pending.has(`${title}: ${row.of}`))
      test(`${row.of} is refused still (it leaves the list of pending ones when it is not)`, () => {
        expect(compiled(row).ok).toBe(false);
      });
    else
      test(`${row.of} compiles, with no other warning than it says, and its density at drawn points is finite`, async () => {
        const outcome = compiled(row);
        if (!outcome.ok) throw new Error(outcome.errors.map(({ code, message }) => `${code} ${message}`).join("\n"));
        expect(outcome.warnings.map(({ code }) => code)).toEqual(row.warns ?? []);
        const parameters = initialise(outcome.value, 1);
        const draws = await drawGuide(outcome.value, referenceExecutor, parameters, { seed: 1, count: 8 });
        const { logJoint, logQ } = await densitiesAt(outcome.value, referenceExecutor, parameters, named(draws));
        expect(logJoint).toHaveLength(8);
        for (const value of [...logJoint, ...logQ]) expect(Number.isFinite(value)).toBe(true);
        expect(new Set(logJoint).size).toBe(8);
      });
});

test("the tour of the reference is that of the examples' models", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/reference/language/tour.md"), "utf8");
  for (const { model } of groups.at(-1)!.rows) expect(page).toContain(model);
});
