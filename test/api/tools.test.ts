import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { calibrate, check, format, infer, readData, simulate } from "../../src/index.ts";

const model = "data x: real[N]\ndata y: real[N]\nsample b ~ normal(0, 2)\nobserve y ~ normal(b * x, 1)\n";

test("check tells what a model is, and what its sizes are", () => {
  expect(check(model)).toMatchObject({ latents: ["b"], data: ["x", "y"], sizes: {}, warnings: [] });
  expect(check(model, { data: { x: [1, 2], y: [3, 4] } }).sizes).toEqual({ N: 2 });
  expect(() => check(model, { data: { x: [1, 2], y: [3] } })).toThrow(/PPL605/);
});

test("format is what the command writes", () => {
  expect(format("sample   b~normal(0,2)")).toBe("sample b ~ normal(0, 2)\n");
  expect(() => format("sample (")).toThrow(/PPL1/);
});

test("simulate draws what infer takes", async () => {
  const drawn = simulate(model, { data: { x: [1, 2, 3] }, seed: 4 });
  expect(drawn).toMatchObject({ seed: 4, sizes: { N: 3 }, data: { x: { shape: [3] }, y: { shape: [3] } } });
  expect(simulate(model, { data: { x: [1, 2, 3] }, seed: 4 })).toEqual(drawn);
  const found = await infer(model, { data: drawn.data, steps: 2, seed: 1, evidenceDraws: 20, guide: "mean_field" });
  expect(found.summary()["b"]).toBeDefined();
});

test("calibrate fits what it simulated", async () => {
  const fit = { guide: "laplace", evidenceDraws: 100 };
  const report = await calibrate(model, { data: { x: [1, 2, 3] }, simulations: 3, draws: 9, seed: 1, fit });
  expect(report).toMatchObject({ simulations: 3, fits: 3, draws: 9, sizes: { N: 3 } });
  await expect(calibrate(model, { fit: { K: "2" } })).rejects.toThrow(/`K` takes a whole number/);
});

test("readData reads files as the command line does", async () => {
  const folder = await mkdtemp(join(tmpdir(), "stratum-"));
  await writeFile(join(folder, "table.csv"), "x,y\n1,2\n3,4\n");
  await writeFile(join(folder, "data.json"), '{ "x": [1, 3], "y": { "file": "table.csv" } }');
  const column = { shape: [2], values: Float64Array.of(2, 4) };
  expect(await readData(join(folder, "table.csv"))).toMatchObject({ y: column });
  expect(await readData(join(folder, "data.json"))).toEqual({ x: [1, 3], y: column });
  await expect(readData("/dev/zero")).rejects.toThrow(/it is a device/);
  await rm(folder, { recursive: true });
});

test("what is told of an answer can be handed to another thread", async () => {
  const found = await infer(model, {
    data: { x: [1, 2], y: [1, 3] },
    steps: 2,
    seed: 1,
    evidenceDraws: 20,
    guide: "mean_field",
  });
  const predicted = await found.predict({ draws: 5 });
  for (const told of [
    found.report(),
    found.summary(),
    found.components(),
    found.verdict,
    found.sample(3),
    predicted,
    found.trace,
    check(model),
    simulate(model, { size: { N: 2 }, data: { x: [1, 2] } }),
  ])
    expect(structuredClone(told)).toEqual(told);
});
