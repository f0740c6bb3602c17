import { expect, test } from "vitest";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { fit, type Fit, type FitHooks } from "../../src/inference/fit.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { compiled, manyMeans, oneMean } from "./models.ts";
import { defaultFitOptions, stepsOf, type FitOptions } from "../../src/inference/fit-options.ts";
import { startAt, type Checkpoint } from "../../src/inference/checkpoint.ts";

const options = (changes: Partial<FitOptions>): FitOptions => ({
  ...defaultFitOptions,
  ...changes,
});

async function trained(
  programs: Parameters<typeof fit>[0],
  changes: Partial<FitOptions>,
  hooks: FitHooks = {},
  from?: Checkpoint,
): Promise<Fit> {
  const result = await fit(programs, referenceExecutor, options(changes), hooks, from);
  if (!result.ok) throw new Error(result.errors[0].message);
  return result.value;
}

test("training recovers the posterior of a normal mean in closed form", async () => {
  const programs = compiled(oneMean.text, oneMean.data);
  const { parameters, trace, stopped } = await trained(programs, {
    seed: 1,
    length: { steps: 2000 },
    rate: { rate: 0.05, decay: { kind: "cosine", floor: 0 }, warmUp: 0 },
  });
  const [mean, raw] = parameters as unknown as [number, number];
  // Sticking the landing has no noise at the optimum: what is left is how far a cosine of 2,000 steps gets
  expect(mean).toBeCloseTo(oneMean.mean, 5);
  expect(1e-5 + Math.log1p(Math.exp(raw))).toBeCloseTo(oneMean.sd, 5);
  expect(trace.bound.at(-1)).toBeCloseTo(-5.94996278, 5);
  expect(oneMean.evidence).toBeCloseTo(-5.94996278, 8);
  expect(trace.bound.length).toBe(2000);
  expect(stopped).toBe("finished");
});

test("a run continued from a checkpoint is, bit for bit, the run that never stopped", async () => {
  const y = Array.from({ length: 20 }, (_, i) => Math.sin(i));
  const programs = compiled(
    manyMeans.text,
    { y },
    { batch: { n: 7 }, guide: { K: 2 }, objective: { bound: "siwae", estimator: "pathwise", T: 3 } },
  );
  const length = { steps: 90 };
  const changes = { seed: "abc", length, averageLast: 0.8, checkpointEvery: 25 };
  const saved: Checkpoint[] = [];
  const whole = await trained(programs, changes, { onCheckpoint: (c) => void saved.push(c) });
  expect(saved.map(({ step }) => step)).toEqual([25, 50, 75]);
  expect(whole.checkpoint.average?.count).toBe(72);
  for (const checkpoint of saved) {
    const continued = await trained(programs, changes, {}, checkpoint);
    expect({ ...continued, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
  }
  const other = await trained(programs, { ...changes, seed: "abd" });
  expect(other.parameters).not.toEqual(whole.parameters);
});

test("a run that settles after its plateau averages what comes then, and resumes to the same bits", async () => {
  const programs = compiled(oneMean.text, oneMean.data);
  const changes = {
    seed: 3,
    length: { steps: 5000 },
    rate: { rate: 0.05, decay: { kind: "constant" }, warmUp: 0 },
    plateau: { window: 50, patience: 2, settle: 130 },
    checkpointEvery: 60,
  } as const;
  const saved: Checkpoint[] = [];
  const whole = await trained(programs, changes, { onCheckpoint: (c) => void saved.push(c) });
  expect(whole.stopped).toBe("plateau");
  // a whole number of windows, then the steps that settle, of which every second is averaged
  expect((whole.steps - 130) % 50).toBe(0);
  expect(whole.checkpoint.average?.count).toBe(65);
  for (const checkpoint of saved.slice(-3)) {
    const continued = await trained(programs, changes, {}, checkpoint);
    expect({ ...continued, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
  }
});

test("an interrupted run keeps what it learned, and can be continued", async () => {
  const programs = compiled(oneMean.text, oneMean.data);
  const changes = { seed: 2, length: { steps: 3000 } };
  const controller = new AbortController();
  const first = await trained(programs, changes, {
    signal: controller.signal,
    onProgress: ({ step }) => step > 3 && controller.abort(),
  });
  expect(first.stopped).toBe("interrupted");
  expect(first.steps).toBeGreaterThan(3);
  expect(first.steps).toBeLessThan(3000);
  expect(first.trace.bound.length).toBe(first.steps);
  const rest = await trained(programs, changes, {}, first.checkpoint);
  const whole = await trained(programs, changes);
  expect(rest.parameters).toEqual(whole.parameters);
  expect(rest.trace).toEqual(whole.trace);
});

test("a plateau ends the run at a window's end", async () => {
  const programs = compiled(oneMean.text, oneMean.data, { objective: { estimator: "pathwise" } });
  const { steps, stopped, stepsAsked } = await trained(programs, {
    length: { steps: 50_000 },
    rate: { rate: 0.05, decay: { kind: "constant" }, warmUp: 0 },
    plateau: { window: 100, patience: 5 },
  });
  expect(stopped).toBe("plateau");
  expect(steps % 100).toBe(0);
  expect(steps).toBeLessThan(20_000);
  expect(stepsAsked).toBe(50_000);
});

test("the averaged answer is the mean of the last iterates", async () => {
  const programs = compiled(oneMean.text, oneMean.data);
  const last: Float64Array[] = [];
  const base = { seed: 3, length: { steps: 10 } };
  await trained(
    programs,
    { ...base, checkpointEvery: 1 },
    { onCheckpoint: ({ step, parameters }) => void (step > 5 && last.push(parameters)) },
  );
  const { parameters } = await trained(programs, { ...base, averageLast: 0.5 });
  const mean = last.reduce((sum, p) => sum + p[0]!, 0) / 5;
  expect(last.length).toBe(5);
  expect(parameters[0]).toBeCloseTo(mean, 14);
});

test("epochs count passes over the data", () => {
  const y = Array.from({ length: 20 }, () => 0);
  const programs = compiled(manyMeans.text, { y }, { batch: { n: 8 } });
  expect(stepsOf(options({ length: { epochs: 3 } }), programs)).toBe(8);
  expect(stepsOf(options({ length: { epochs: 3 } }), compiled(manyMeans.text, { y }))).toBe(3);
});

test("beta is fed along its schedule", async () => {
  const fed = compiled(oneMean.text, oneMean.data, { objective: { beta: "feed" } });
  const fixed = compiled(oneMean.text, oneMean.data, { objective: { beta: 0.25 } });
  const length = { steps: 20 };
  const constant = { from: 0.25, to: 0.25, steps: 0 };
  const [a, b] = [await trained(fed, { length, beta: constant }), await trained(fixed, { length })];
  for (const i of [0, 1]) expect(a.parameters[i]).toBeCloseTo(b.parameters[i]!, 12);
  const rising = await trained(fed, { length, beta: { from: 0.25, to: 1, steps: 10 } });
  expect(rising.parameters).not.toEqual(a.parameters);
});

test("progress counts up to the end", async () => {
  const programs = compiled(oneMean.text, oneMean.data);
  const seen: number[] = [];
  await trained(
    programs,
    { length: { steps: 300 } },
    {
      onProgress: ({ step, steps, bound }) => {
        expect(steps).toBe(300);
        expect(bound).toBeLessThan(0);
        seen.push(step);
      },
    },
  );
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBe(300);
});

test("options that make no sense are refused by name", async () => {
  const programs = compiled(oneMean.text, oneMean.data);
  const refusal = async (changes: Partial<FitOptions>, from?: Checkpoint) => {
    const result = await fit(programs, referenceExecutor, options(changes), {}, from);
    return result.ok ? null : `${result.errors[0].code} ${result.errors[0].message}`;
  };
  expect(await refusal({ length: { steps: 0 } })).toBe("PPL710 `steps` is 0");
  expect(await refusal({ rate: { ...defaultFitOptions.rate, rate: -1 } })).toBe("PPL710 `lr` is -1");
  expect(await refusal({ averageLast: 2 })).toBe("PPL710 `average-last` is 2");
  expect(await refusal({}, startAt(new Float64Array(3)))).toBe(
    "PPL711 the saved run has 3 parameters, and this model with these options has 2",
  );
  expect(initialise(programs, 0).length).toBe(2);
});
