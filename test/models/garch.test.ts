import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { differentiate } from "../../src/program/differentiate.ts";
import { compileEvaluator } from "../../src/program/evaluate.ts";
import { optimise } from "../../src/program/passes/index.ts";
import { asProgram } from "../joint/lets.ts";
import { disagreements } from "../program/finiteDifferences.ts";
import { stratum } from "../cli/harness.ts";
import { entries, inferred, referenceOf, root } from "./fits.ts";

const file = (name: string): string => readFileSync(join(root, "models", "garch", name), "utf8");
const data = JSON.parse(file("data.json")) as { y: number[]; sigma1: number };
const point = { mu: 0.4, a0: 0.6, a1: 0.35, share: 0.5 };
const { program, inputs } = asProgram(file("model.ppl"), data, point);

const logNormal = (x: number, mean: number, sd: number): number =>
  -0.5 * Math.log(2 * Math.PI) - Math.log(sd) - 0.5 * ((x - mean) / sd) ** 2;

test("the density of garch is that of a loop in JavaScript", () => {
  const { mu, a0, a1, share } = point;
  let exact = logNormal(mu, 0, 5) + Math.LN2 + logNormal(a0, 0, 5);
  let sigma = data.sigma1;
  for (const y of data.y) {
    exact += logNormal(y, mu, sigma);
    sigma = Math.sqrt(a0 + a1 * (y - mu) ** 2 + share * (1 - a1) * sigma ** 2);
  }
  // 200 terms of order 1 to 10, a few roundings each
  expect(compileEvaluator(program)(inputs).get("log p")!.values[0]).toBeCloseTo(exact, 10);
  expect(exact).toBeCloseTo(-349.638386551, 8);
});

test("its gradient is what finite differences see, and the same on the fused engine", async () => {
  const names = Object.keys(point);
  expect(disagreements(program, "log p", names, inputs)).toEqual([]);
  const both = differentiate(program, "log p", names);
  const expected = compileEvaluator(both)(inputs);
  const fused = optimise(both);
  const session = await fusedExecutor("float64").open(fused, { seed: 1 });
  for (const [name, { values }] of inputs) session.write(name, values);
  await session.run(0, 1);
  for (const name of names) {
    const [found] = await session.read(`grad:${name}`);
    const exact = expected.get(`grad:${name}`)!.values[0]!;
    // sums of 200 products of 200 factors below 1
    expect(Math.abs(found! - exact)).toBeLessThan(1e-10 * Math.max(1, Math.abs(exact)));
  }
});

test("a mixture guide recovers garch as integrated numerically", async () => {
  const { code, report } = await inferred("garch", ["--seed", "1"]);
  expect(code).toBe(0);
  expect(report.verdict.trusted).toBe(true);
  const { sites, logEvidence } = referenceOf("garch");
  for (const [site, { mean, sd }] of Object.entries(sites)) {
    const [exact] = entries(mean);
    const [width] = entries(sd);
    // six standard errors of 1,600 effective draws or more
    expect(Math.abs(entries(report.sites[site]!.mean)[0]! - exact!) / width!).toBeLessThan(0.15);
    expect(Math.abs(entries(report.sites[site]!.sd)[0]! / width! - 1)).toBeLessThan(0.15);
  }
  const { value, standardError, bias } = report.logEvidence;
  expect(logEvidence).toBeCloseTo(-352.6128, 4);
  expect(Math.abs(value - logEvidence)).toBeLessThan(6 * standardError + bias);
});

test("a series that looks back at its own data is not simulated as if it did not", async () => {
  const { code, err } = await stratum([
    "simulate",
    "models/garch",
    "--data",
    "models/garch/data.json",
    "--seed",
    "1",
    "--out",
    "-",
  ]);
  expect(code).toBe(1);
  expect(err).toContain("PPL799");
  expect(err).toContain("`y` is read here");
});
