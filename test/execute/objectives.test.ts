import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../src/execute/executor.ts";
import { noiseSource } from "../../src/execute/noise.ts";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { openExecutor } from "../../src/execute/select.ts";
import { emitModule } from "../../src/execute/tfjs/module.ts";
import { adamFeeds } from "../../src/inference/adam.ts";
import { initialise } from "../../src/inference/initialise.ts";
import type { Compiled } from "../../src/pipeline.ts";
import { inputsOf, type Program } from "../../src/program/program.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { compiled, type Settings } from "../objective/support.ts";
import { float32Tolerance, started } from "./helpers.ts";

/** The five objectives of the papers: four bounds, and the elbo by the score function. */
const objectives = {
  elbo: { guide: { K: 1 }, objective: { bound: "elbo", T: 3 } },
  selbo: { guide: { K: 3 }, objective: { bound: "selbo", T: 3 } },
  iwae: { guide: { K: 1 }, objective: { bound: "iwae", T: 3 } },
  siwae: { guide: { K: 3 }, objective: { bound: "siwae", T: 3 } },
  score: { guide: { K: 3 }, objective: { bound: "elbo", estimator: "score", baseline: "loo", T: 3 } },
} as const satisfies Record<string, Settings>;
type Name = keyof typeof objectives;
const names = Object.keys(objectives) as Name[];

const models = {
  toy: {
    text: `data x: real[N, 2]
plate n in N {
  sample z: real[2] ~ normal(0, 1)
  observe x[n] ~ normal(abs(z), 0.3)
}`,
    data: {
      x: [
        [0.9, 0.4],
        [0.2, 1.1],
        [1.6, 0.7],
      ],
    },
  },
  schools: {
    text: `data y: real[J]
data se: real<0..>[J]
sample mu ~ normal(0, 5)
sample tau ~ half_cauchy(5)
plate j in J {
  sample eta ~ normal(0, 1)
  observe y[j] ~ normal(mu + tau * eta, se[j])
}`,
    data: { y: [28, 8, -3, 7], se: [15, 10, 16, 11] },
  },
};

function modelOf(model: keyof typeof models, objective: Name, component: "mean_field" | "full_rank"): Compiled {
  const { text, data } = models[model];
  const { guide, objective: options } = objectives[objective];
  return compiled(text, data, { guide: { ...guide, component, hidden: [8] }, objective: options });
}

/** Values for every input of one step: starting parameters, the data, the noise of step 0, the feeds of step 0. */
function valuesOf(model: Compiled, program: Program): Map<string, Float64Array> {
  const flat = initialise(model, 3);
  const values = new Map<string, Float64Array>();
  for (const { attributes } of inputsOf(program)) {
    const { name, shape, role, noise } = attributes;
    const spec = model.paramSpecs.find((candidate) => candidate.name === name);
    const out = new Float64Array(sizeOf(shape));
    if (role === "noise") noiseSource(1, name, noise!).fill(0, out);
    else if (role === "data") out.set(model.numbers.data.get(name)!.values);
    else if (role === "feed") out.set([adamFeeds(0.001, 0)[name as "adam.rate"]]);
    else if (name === "all.parameters") out.set(flat);
    else if (spec) out.set(flat.subarray(spec.offset, spec.offset + spec.size));
    values.set(name, out.map(Math.fround));
  }
  return values;
}

/** Inputs given as data rather than drawn, so that every executor sees the same 32-bit noise. */
function given(program: Program): Program {
  return {
    ...program,
    equations: program.equations.map((equation) =>
      equation.op === "input"
        ? {
            ...equation,
            attributes: { name: equation.attributes.name, shape: equation.shape, role: "data" },
          }
        : equation,
    ),
    outputs: program.outputs.map((output) => ({ ...output, carry: null })),
  };
}

const executors = new Map<string, Executor>();
beforeAll(async () => {
  executors.set("reference", started(await openExecutor({ engine: "reference" })));
  for (const name of ["cpu", "wasm"])
    executors.set(name, started(await openExecutor({ engine: "tfjs", backend: name })));
  executors.set("fused", fusedExecutor("float32"));
  executors.set("fused in 64 bits", fusedExecutor("float64"));
});

async function outputs(where: string, program: Program, values: ReadonlyMap<string, Float64Array>) {
  const session = await executors.get(where)!.open(given(program), { seed: 1 });
  for (const [name, entries] of values) session.write(name, entries);
  await session.run(0, 1);
  const results = new Map<string, Float64Array>();
  for (const { name } of program.outputs) results.set(name, await session.read(name));
  session.dispose();
  return results;
}

/** As in differential.test.ts: compositions of a dozen roundings. */
const slack = 32;

function expectClose(
  actual: ReadonlyMap<string, ArrayLike<number>>,
  expected: ReadonlyMap<string, Float64Array>,
  tolerance: ReadonlyMap<string, Float64Array>,
): void {
  for (const [name, entries] of expected)
    entries.forEach((value, i) => {
      const got = actual.get(name)![i]!;
      if (!(Math.abs(got - value) <= tolerance.get(name)![i]!))
        expect.fail(`${name}[${i}] is ${got}, ${value} +- ${tolerance.get(name)![i]} on reference`);
    });
}

const steps = (Object.keys(models) as (keyof typeof models)[]).flatMap((model) =>
  names.flatMap((objective) =>
    (["mean_field", "full_rank"] as const).map((component) => ({ model, objective, component })),
  ),
);

describe("a training step agrees on reference, cpu, wasm and fused, values and gradients:", () => {
  test.each(steps)("$model, $objective, $component", async ({ model, objective, component }) => {
    const programs = modelOf(model, objective, component);
    // the gradient program: bound and gradients before Adam, which divides by their size
    for (const program of [programs.gradient(), programs.boundOnly()]) {
      const values = valuesOf(programs, program);
      const expected = await outputs("reference", program, values);
      const tolerance = float32Tolerance(given(program), values, expected, slack);
      for (const backend of ["cpu", "wasm", "fused"])
        expectClose(await outputs(backend, program, values), expected, tolerance);
      // the same sums in another order, in the same 53 bits
      const rounding = new Map([...tolerance].map(([name, all]) => [name, all.map((x) => x * 2 ** -29)]));
      expectClose(await outputs("fused in 64 bits", program, values), expected, rounding);
    }
  });
});

describe("the module of stratum compile", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(import.meta.dirname, "module-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("gives the executor's bound and gradients in a bare Node process, for all five objectives", async () => {
    const cases = names.map((name) => {
      const model = modelOf("toy", name, "full_rank");
      const program = model.gradient();
      return { name, model, program, values: valuesOf(model, program) };
    });
    for (const { name, model, program } of cases) {
      const { js } = emitModule(program, { title: name, source: model.source });
      expect(js).toContain("// line 4: observe x[n] ~ normal(abs(z), 0.3)");
      writeFileSync(join(folder, `${name}.mjs`), js);
    }
    const data = Object.fromEntries(
      cases.map(({ name, values }) => [name, Object.fromEntries([...values].map(([key, v]) => [key, [...v]]))]),
    );
    writeFileSync(join(folder, "data.json"), JSON.stringify(data));
    writeFileSync(
      join(folder, "main.mjs"),
      `import * as tf from "@tensorflow/tfjs-core";
       import "@tensorflow/tfjs-backend-wasm";
       import { readFileSync } from "node:fs";
       await tf.setBackend("wasm");
       const data = JSON.parse(readFileSync(new URL("data.json", import.meta.url)));
       const results = {};
       for (const [name, values] of Object.entries(data)) {
         const { inputs, run } = await import("./" + name + ".mjs");
         const given = Object.fromEntries(Object.entries(inputs).map(([key, { shape }]) => [key, tf.tensor(values[key], shape)]));
         results[name] = Object.fromEntries(Object.entries(run(given)).map(([key, tensor]) => [key, [...tensor.dataSync()]]));
       }
       console.log(JSON.stringify(results));`,
    );
    const text = execFileSync(process.execPath, [join(folder, "main.mjs")], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const said = JSON.parse(text) as Record<Name, Record<string, number[]>>;
    for (const { name, program, values } of cases) {
      const here = await outputs("wasm", program, values);
      const there = new Map(Object.entries(said[name]));
      expect([...there.keys()].sort()).toEqual(program.outputs.map((output) => output.name).sort());
      // the same text on the same back end: the same bits
      for (const [key, entries] of here) expect(there.get(key)).toEqual([...entries]);
      const expected = await outputs("reference", program, values);
      expectClose(there, expected, float32Tolerance(given(program), values, expected, slack));
    }
    // and the five are five: no two objectives have the same bound on the same data
    const bounds = names.map((name) => said[name]["bound"]![0]!.toFixed(3));
    expect(new Set(bounds).size).toBeGreaterThanOrEqual(4);
  });
});
