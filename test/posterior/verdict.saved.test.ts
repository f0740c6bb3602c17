import { expect, test } from "vitest";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { fit } from "../../src/inference/fit.ts";
import { defaultEvaluateOptions, evaluate } from "../../src/posterior/evaluate.ts";
import { decodeJson, encodeJson } from "../../src/posterior/json.ts";
import { fromFiles } from "../../src/posterior/load.ts";
import { makePosterior } from "../../src/posterior/posterior.ts";
import { toFiles } from "../../src/posterior/run.ts";
import { compiled, oneMean, rawGaussian } from "../inference/models.ts";
import { defaultFitOptions } from "../../src/inference/fit-options.ts";
import { type SummaryRecord } from "../../src/posterior/record.ts";

async function saved() {
  const programs = compiled(oneMean.text, oneMean.data);
  const fitOptions = { ...defaultFitOptions, seed: 1, length: { steps: 20 } };
  const evaluateOptions = { ...defaultEvaluateOptions, draws: 200, boundRepeats: 2 };
  const outcome = await fit(programs, referenceExecutor, fitOptions);
  if (!outcome.ok) throw new Error(outcome.errors[0].message);
  const posterior = await makePosterior(programs, referenceExecutor, outcome.value.parameters, evaluateOptions);
  const run = {
    plan: programs,
    executor: referenceExecutor,
    fit: outcome.value,
    fitOptions,
    evaluateOptions,
    posterior,
  };
  return { verdict: posterior.verdict, files: await toFiles({ ...run, versions: { stratum: "0.0.0" } }) };
}

test("a run keeps its findings, and a folder of before there were any keeps its sentence", async () => {
  const { verdict, files } = await saved();
  const loaded = fromFiles(files);
  expect(loaded.ok && loaded.value.posterior?.verdict).toEqual(verdict);

  const record = decodeJson(String(files["summary.json"])) as SummaryRecord;
  const { findings: _, ...before } = record.verdict;
  const old = fromFiles({ ...files, "summary.json": encodeJson({ ...record, verdict: before }) });
  expect(old.ok && old.value.posterior?.verdict).toEqual({ ...before, findings: [] });
});

test("a guide that lost one of two modes has equal weights, and does not claim to be the posterior", async () => {
  // mu or -mu: the posterior is half of each, and this guide is one of them, exactly but for what the other adds
  const text = "data y: real\nsample mu: real ~ normal(0, 1)\nobserve y ~ normal(abs(mu), 0.1)\n";
  const programs = compiled(text, { y: 2 });
  const variance = 1 / (1 + 1 / 0.01);
  const exact = Float64Array.from(rawGaussian((variance * 2) / 0.01, Math.sqrt(variance)));
  const found = await evaluate(programs, referenceExecutor, exact, { ...defaultEvaluateOptions, draws: 4000 });
  expect(found.verdict).toMatchObject({ trusted: true, findings: [{ code: "equal-weights" }] });
  expect(found.verdict.sentence).not.toContain("is the posterior");
  expect(found.verdict.sentence).toContain("of the posterior elsewhere they say nothing");
});
