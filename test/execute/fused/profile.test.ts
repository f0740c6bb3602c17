import { describe, expect, test } from "vitest";
import { fusedExecutor } from "../../../src/execute/fused/executor.ts";
import { kindOf } from "../../../src/execute/fused/clusters.ts";
import { referenceExecutor } from "../../../src/execute/reference.ts";
import { initialise } from "../../../src/inference/initialise.ts";
import { profileStep } from "../../../src/inference/profile.ts";
import { compiled } from "../../objective/support.ts";
import { defaultFitOptions } from "../../../src/inference/fit-options.ts";

const model = () => compiled("data x: real[N]  sample m ~ normal(0, 1)  observe x ~ normal(m, 1)", { x: [1, 2, 3] });

describe("timing the parts of a step", () => {
  test("covers every operation of the step once, and counts the steps", async () => {
    const step = model();
    const parameters = initialise(step, 1);
    const options = { ...defaultFitOptions, seed: 1 };
    const profile = await profileStep(step, fusedExecutor("float64"), options, parameters, 0.02);
    const equations = profile!.parts.flatMap((part) => part.equations);
    expect(new Set(equations).size).toBe(equations.length);
    expect(equations.every((e) => !["source", "view"].includes(kindOf(e)))).toBe(true);
    expect(equations.some(({ origin }) => origin?.term.startsWith("likelihood"))).toBe(true);
    expect(profile!.steps).toBeGreaterThan(0);
    for (const { seconds } of profile!.parts) expect(seconds).toBeGreaterThanOrEqual(0);
    expect(profile!.step).toBeGreaterThan(0);
  });

  test("is not offered by an engine that cannot tell", async () => {
    const step = model();
    const parameters = initialise(step, 1);
    expect(await profileStep(step, referenceExecutor, defaultFitOptions, parameters, 0.01)).toBeNull();
  });
});
