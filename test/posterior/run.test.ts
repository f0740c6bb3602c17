import { expect, test } from "vitest";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { fit, soFar } from "../../src/inference/fit.ts";
import { defaultEvaluateOptions } from "../../src/posterior/evaluate.ts";
import { decodeJson } from "../../src/posterior/json.ts";
import { fromFiles, type LoadedRun } from "../../src/posterior/load.ts";
import { makePosterior } from "../../src/posterior/posterior.ts";
import { toFiles, type RunFiles } from "../../src/posterior/run.ts";
import { compiled, manyMeans } from "../inference/models.ts";
import { defaultFitOptions } from "../../src/inference/fit-options.ts";

const y = [0.5, -1, 2];
const fitOptions = { ...defaultFitOptions, seed: 3, length: { steps: 40 }, averageLast: 0.5 };
const evaluateOptions = { ...defaultEvaluateOptions, draws: 300, boundRepeats: 4 };
const programs = compiled(manyMeans.text, { y }, { guide: { amortize: true, hidden: [4], K: 2 } });

async function written(): Promise<{
  files: RunFiles;
  result: Awaited<ReturnType<typeof trained>>;
}> {
  const result = await trained();
  const files = await toFiles({
    plan: programs,
    executor: referenceExecutor,
    fitOptions,
    evaluateOptions,
    versions: { stratum: "0.0.0" },
    ...result,
  });
  return { files, result };
}
async function trained() {
  const outcome = await fit(programs, referenceExecutor, fitOptions);
  if (!outcome.ok) throw new Error(outcome.errors[0].message);
  const posterior = await makePosterior(programs, referenceExecutor, outcome.value.parameters, evaluateOptions);
  return { fit: outcome.value, posterior };
}
function read(files: RunFiles): LoadedRun {
  const loaded = fromFiles(files);
  if (!loaded.ok) throw new Error(loaded.errors.map(({ message }) => message).join("\n"));
  return loaded.value;
}

test("a run is read back whole: source, settings, parameters, state, draws and summary", async () => {
  const { files, result } = await written();
  const { source, record, parameters, checkpoint, posterior } = read(files);
  // The folder a model lies in is left behind
  expect(source).toEqual({ path: "test.ppl", text: manyMeans.text });
  expect(record.settings).toEqual({ compile: programs.options, fit: fitOptions, evaluate: evaluateOptions });
  expect(record.sizes).toEqual({ N: 3 });
  expect(parameters).toEqual(result.fit.parameters);
  expect(checkpoint).toEqual(result.fit.checkpoint);
  const { sample, resample, ...data } = posterior!;
  const { sample: sampled, resample: resampled, ...before } = result.posterior;
  expect(data).toEqual(before);
  expect(sample(20, 1)).toEqual(sampled(20, 1));
  expect(resample(20, 1)).toEqual(resampled(20, 1));
  // What a network standardises by has to travel with its weights: mean 0.5, sd of (0, -1.5, 1.5)
  const { centre, spread } = record.encoders["n"]!;
  expect(centre).toEqual([0.5]);
  expect(spread[0]).toBeGreaterThan(1);
});

test("the same inputs and seed give the same bytes", async () => {
  expect((await written()).files).toEqual((await written()).files);
});

test("fingerprints are SHA-256 of the model's text and of the data's bytes", async () => {
  const { record } = read((await written()).files);
  // sha256 of three little-endian 64-bit floats, 0.5, -1 and 2
  expect(record.data["y"]).toEqual({
    shape: [3],
    sha256: "671cd3628131bc8a25bc0e209b7b9d7df7f373f9e21163f4685f20b088057e30",
  });
  expect(record.model.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test("a run continues from its folder to the same answer as one that was not interrupted", async () => {
  const longer = { ...fitOptions, checkpointEvery: 30 };
  const folders: RunFiles[] = [];
  const whole = await fit(programs, referenceExecutor, longer, {
    onCheckpoint: async (checkpoint) => {
      const part = { fit: soFar(checkpoint, 40), posterior: null, versions: {} };
      folders.push(
        await toFiles({ plan: programs, executor: referenceExecutor, fitOptions, evaluateOptions, ...part }),
      );
    },
  });
  expect(folders.length).toBe(1);
  const { checkpoint, posterior, record } = read(folders[0]!);
  expect([checkpoint.step, posterior, record.training.stopped]).toEqual([30, null, "interrupted"]);
  const rest = await fit(programs, referenceExecutor, longer, {}, checkpoint);
  expect(rest.ok && rest.value.parameters).toEqual(whole.ok && whole.value.parameters);
});

test("the posterior is written as ArviZ reads it: one chain, draws first", async () => {
  const { files } = await written();
  const { posterior, sample_stats } = decodeJson(files["posterior.json"] as string) as {
    posterior: Record<string, number[][][]>;
    sample_stats: Record<string, number[][][]>;
  };
  const shapeOf = (nested: unknown): number[] => (Array.isArray(nested) ? [nested.length, ...shapeOf(nested[0])] : []);
  expect(Object.keys(posterior)).toEqual(["z", "twice"]);
  expect(shapeOf(posterior["z"])).toEqual([1, 300, 3]);
  expect(Object.keys(sample_stats)).toEqual(["lp", "log_q"]);
  expect(shapeOf(sample_stats["lp"])).toEqual([1, 300, 3]);
  expect(posterior["twice"]![0]![5]![1]).toBeCloseTo(2 * posterior["z"]![0]![5]![1]!, 12);
});

test("what is missing or broken is named, all of it at once", async () => {
  const { files } = await written();
  const problems = (changed: RunFiles): string[] => {
    const loaded = fromFiles(changed);
    return loaded.ok ? [] : loaded.errors.map(({ code, message }) => `${code} ${message}`);
  };
  const without = (...names: string[]): RunFiles =>
    Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
  expect(problems(without("run.json"))).toEqual(["PPL720 the run has no `run.json`"]);
  expect(problems(without("parameters.npy", "draws.z.npy"))).toEqual([
    "PPL720 the run has no `parameters.npy`",
    "PPL720 the run has no `draws.z.npy`",
  ]);
  expect(problems({ ...files, "run.json": "{" })).toEqual(["PPL721 `run.json` cannot be read: it is not JSON"]);
  expect(problems({ ...files, "run.json": '{"schemaVersion": 99}' })).toEqual([
    "PPL722 the run has schema version 99, and this program reads 2",
  ]);
  // of before learned arrays were listed under `paramSpecs`
  expect(problems({ ...files, "run.json": '{"schemaVersion": 1, "slots": []}' })).toEqual([
    "PPL722 the run has schema version 1, and this program reads 2",
  ]);
  expect(problems({ ...files, "parameters.npy": files["draws.z.npy"]! })[0]).toMatch(
    /^PPL721 `parameters.npy` cannot be read: it has shape \[300, 3\], not \[\d+\]$/,
  );
});
