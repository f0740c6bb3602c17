import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as stratum from "../../src/index.ts";
import type { Inference } from "../../src/index.ts";
import { optionNames } from "../../src/options/rows.ts";
import { hostileValues } from "./hostile-values.ts";

const model = "data y: real[N]\nsample mu ~ normal(0, 2)\nobserve y ~ normal(mu, 1)";
const quick = {
  data: { y: [0.3, 1.1] },
  guide: "full_rank",
  steps: 3,
  evidenceDraws: 20,
  seed: 1,
  engine: "reference",
};

let folder = "";
let answer: Inference;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stratum-"));
  answer = await stratum.infer(model, quick as never);
  await answer.save(join(folder, "run"));
  await writeFile(join(folder, "data.json"), '{ "y": [1, 2] }');
});
afterAll(() => rm(folder, { recursive: true }));

/** A call with one thing in it that may be anything. */
type Call = (anything: unknown) => unknown;

const option =
  (call: (options: never) => unknown, given: object) =>
  (name: string): Call =>
  (anything) =>
    call({ ...given, [name]: anything } as never);
const any = <T>(anything: unknown): T => anything as T;

const inferOption = option((options) => stratum.infer(model, options), quick);
const compileOption = option((options) => stratum.compile(model, options), { data: quick.data });
const predictOption = option((options) => answer.predict(options), { draws: 5 });
const loadOption = option((options) => stratum.load(join(folder, "run"), options), {});
const few = {
  simulations: 1,
  draws: 5,
  size: { N: 2 },
  seed: 1,
  fit: { steps: 2, guide: "mean_field", evidenceDraws: 20 },
};
const calibrateOption = option((options) => stratum.calibrate(model, options), few);
const simulateOption = option((options) => stratum.simulate(model, options), { size: { N: 2 } });
const checkOption = option((options) => stratum.check(model, options), {});

const bin = { from: 0, to: 1, count: 2, confidence: 0.5, accuracy: 0.5 };
const drawn = {
  label: "a",
  rows: [
    [1, 2],
    [3, 4],
  ],
};
const latent = { label: "a", observed: null, components: [], draws: [[1, 2]] };
const latentOptions = {
  title: "t",
  coordinates: ["a", "b"],
  xs: [0, 1],
  ys: [0, 1],
  probabilities: [1, 1, 1, 1],
  classes: 1,
};

/** Every position of every function that is exported, and of every method of what they return. */
const calls: Readonly<Record<string, Call>> = {
  "infer(it)": (it) => stratum.infer(any(it)),
  "infer(model, it)": (it) => stratum.infer(model, any(it)),
  "infer({ path, text: it })": (it) => stratum.infer(any({ path: "a", text: it })),
  ...Object.fromEntries(["signal", "onStep", "onProgress", "test"].map((name) => [`infer.${name}`, inferOption(name)])),
  "infer.data.y": (it) => stratum.infer(model, any({ ...quick, data: { y: it } })),
  "infer.test.y": (it) => stratum.infer(model, any({ ...quick, test: { y: it } })),
  "infer.data.y of values": (it) => stratum.infer(model, any({ ...quick, data: { y: { shape: [2], values: it } } })),
  "infer.data.y of a shape": (it) =>
    stratum.infer(model, any({ ...quick, data: { y: { shape: it, values: [1, 2] } } })),
  "compile(it)": (it) => stratum.compile(any(it)),
  "compile(model, it)": (it) => stratum.compile(model, any(it)),
  "compile.data": compileOption("data"),
  ...Object.fromEntries(optionNames.map((name) => [`compile.${name}`, compileOption(name)])),
  "load(it)": (it) => stratum.load(any(it)),
  "load(folder, it)": (it) => stratum.load(join(folder, "run"), any(it)),
  ...Object.fromEntries(["data", "evidenceDraws", "seed", "backend"].map((name) => [`load.${name}`, loadOption(name)])),
  "sample(it)": (it) => answer.sample(any(it)),
  "sample(2, it)": (it) => answer.sample(2, any(it)),
  "posterior.sample(it)": (it) => answer.posterior.sample(any(it)),
  "resample(it)": (it) => answer.resample(any(it)),
  "resample(2, it)": (it) => answer.resample(2, any(it)),
  "logProb(it)": (it) => answer.logProb(any(it)),
  "logProb({ mu: it })": (it) => answer.logProb(any({ mu: it })),
  "logJoint({ mu })": (it) => answer.logJoint(any({ mu: { shape: [2], values: it } })),
  "predict(it)": (it) => answer.predict(any(it)),
  ...Object.fromEntries(
    ["data", "draws", "seed", "scoresOnly", "statistics", "size", "signal"].map((name) => [
      `predict.${name}`,
      predictOption(name),
    ]),
  ),
  "save(it)": (it) => (typeof it === "string" && !it.includes("\0") ? null : answer.save(any(it))),
  "check(it)": (it) => stratum.check(any(it)),
  "check(model, it)": (it) => stratum.check(model, any(it)),
  ...Object.fromEntries(["data", "set", "size"].map((name) => [`check.${name}`, checkOption(name)])),
  "format(it)": (it) => stratum.format(any(it)),
  "simulate(it)": (it) => stratum.simulate(any(it)),
  "simulate(model, it)": (it) => stratum.simulate(model, any(it)),
  ...Object.fromEntries(["data", "set", "size", "seed"].map((name) => [`simulate.${name}`, simulateOption(name)])),
  "calibrate(it)": (it) => stratum.calibrate(any(it)),
  ...Object.fromEntries(
    ["data", "size", "seed", "fit", "signal"].map((name) => [`calibrate.${name}`, calibrateOption(name)]),
  ),
  "readData(it)": (it) => stratum.readData(any(it)),
  "drawsPlot(it)": (it) => stratum.drawsPlot(any(it), { title: "t", coordinates: ["a"] }),
  "drawsPlot([it])": (it) => stratum.drawsPlot([any(it)], { title: "t", coordinates: ["a"] }),
  "drawsPlot(rows: it)": (it) =>
    stratum.drawsPlot([{ label: "a", rows: any(it) }], { title: "t", coordinates: ["a", "b"] }),
  "drawsPlot(samples, it)": (it) => stratum.drawsPlot([drawn], any(it)),
  "drawsPlot(coordinates: it)": (it) => stratum.drawsPlot([drawn], { title: "t", coordinates: any(it) }),
  "drawsPlot(exact: it)": (it) => stratum.drawsPlot([drawn], { title: "t", coordinates: ["a", "b"], exact: any(it) }),
  "latentPlot(it)": (it) => stratum.latentPlot(any(it), latentOptions),
  "latentPlot(data, it)": (it) => stratum.latentPlot([latent], any(it)),
  "latentPlot(probabilities: it)": (it) => stratum.latentPlot([latent], { ...latentOptions, probabilities: any(it) }),
  "metricPlot(it)": (it) => stratum.metricPlot(any(it), { title: "t", x: "x", y: "y" }),
  "metricPlot(points, it)": (it) => stratum.metricPlot([{ series: "a", x: 1, y: 2 }], any(it)),
  "metricPlot(x: it)": (it) => stratum.metricPlot([{ series: "a", x: any(it), y: 2 }], { title: "t", x: "x", y: "y" }),
  "calibrationError(it)": (it) => stratum.calibrationError(any(it)),
  "calibrationError([it])": (it) => stratum.calibrationError([any(it)]),
  "reliabilityPlot(it)": (it) => stratum.reliabilityPlot(any(it)),
  "reliabilityPlot(bins, it)": (it) => stratum.reliabilityPlot([bin], any(it)),
  "tracePlot(it)": (it) => stratum.tracePlot(any(it), { title: "t" }),
  "tracePlot(trace, it)": (it) => stratum.tracePlot([1, 2], any(it)),
  "renderSvg(it)": (it) => stratum.renderSvg(any(it)),
};

/** What a call ended with that is not what a user may be shown. */
async function fault(call: Call, value: unknown): Promise<string | null> {
  try {
    await call(value);
    return null;
  } catch (error) {
    if (error instanceof stratum.StratumError) return null;
    return error instanceof Error ? (error.stack ?? error.message).slice(0, 400) : String(error);
  }
}

describe("whatever it is given", () => {
  test("every function that is exported is in the table", () => {
    const functions = Object.entries(stratum).filter(([, one]) => typeof one === "function");
    const missing = functions.filter(([name]) => !Object.keys(calls).some((call) => call.startsWith(`${name}(`)));
    expect(missing.map(([name]) => name)).toEqual(["StratumError"]);
  });

  test.each(Object.keys(calls))("%s answers, or throws a StratumError", { timeout: 60_000 }, async (name) => {
    const faults: string[] = [];
    for (const [what, make] of Object.entries(hostileValues)) {
      const found = await fault(calls[name] ?? (() => null), make());
      if (found !== null) faults.push(`${what}: ${found}`);
    }
    expect(faults).toEqual([]);
  });
});

describe("a callback", () => {
  const watched = (callback: unknown, name = "onStep") =>
    stratum.infer(model, any({ ...quick, steps: 1000, [name]: callback }));

  test.each([
    [
      "throws",
      () => {
        throw new TypeError("mine");
      },
    ],
    ["gives a promise that is rejected", () => Promise.reject(new TypeError("mine"))],
  ])("that %s ends the fit, and is the cause of its error", async (_, onStep) => {
    const error: unknown = await watched(onStep).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(stratum.StratumError);
    const { cause, message } = error as Error;
    expect(cause).toEqual(new TypeError("mine"));
    expect(message).toContain("PPL746");
    expect(message).toContain("`onStep` threw TypeError: mine");
    await expect(watched(onStep, "onProgress")).rejects.toThrow("`onProgress` threw TypeError: mine");
  });

  test("that gives a promise is not waited for", async () => {
    const found = await watched(async () => {});
    expect(found.report().stopped).toBe("finished");
  });
});

test("a signal that is aborted already ends the fit before its first step", async () => {
  const found = await stratum.infer(model, any({ ...quick, signal: AbortSignal.abort() }));
  expect(found.report()).toMatchObject({ stopped: "interrupted", steps: 0 });
});

test("options are named as the call names them", async () => {
  const message = (call: () => unknown): string => {
    try {
      call();
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(message(() => stratum.compile(any(undefined)))).toContain(
    "`model` takes the text of a model, or `{ path, text }`, and is given `undefined`",
  );
  expect(message(() => stratum.compile(model, any({ evidenceDraws: "5" })))).toContain(
    '`evidenceDraws` takes a whole number of at least 1, and is given `"5"`',
  );
  expect(message(() => stratum.compile(model, any({ evidencedraws: 5 })))).toContain("did you mean `evidenceDraws`?");
  expect(message(() => stratum.compile(model, any({ sinal: 5 })))).toContain("did you mean `signal`?");
  expect(message(() => stratum.check(model, any({ dta: 5 })))).toContain("did you mean `data`?");
  expect(message(() => stratum.compile(model, any({ data: new Map() })))).toContain(
    "`data` takes data by name, such as `{ y: [1, 2, 3] }`",
  );
  expect(message(() => stratum.drawsPlot(any([{ label: "a", rows: 3 }]), any({})))).toContain(
    "`samples.0.rows` takes lists of numbers, and is given `3`",
  );
});

test("data that change while a fit runs change nothing", async () => {
  const y = [0.3, 1.1];
  const held = [0.5];
  const fitting = stratum.infer(model, any({ ...quick, data: { y }, test: { y: held } }));
  y.fill(NaN);
  held.length = 0;
  const [found, alone] = [await fitting, await stratum.infer(model, any({ ...quick, test: { y: [0.5] } }))];
  expect(found.summary()).toEqual(alone.summary());
  expect(found.report().test?.scores).toEqual(alone.report().test?.scores);
});
