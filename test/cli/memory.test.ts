import { describe, expect, test } from "vitest";
import { memoryProblem } from "../../src/cli/cli.ts";
import { outOfMemory } from "../../src/diagnostics/catalogue/memory.ts";
import { compileSource } from "../../src/pipeline.ts";
import { unkept } from "../../src/plan/memory.ts";
import { defaultOptions } from "../../src/plan/options.ts";

const y = [0.1, 0.5, -0.3];

/** What a model is refused with, and the first sentence of it. */
function refusal(text: string, guide: Partial<typeof defaultOptions.guide> = {}, T = 10): string[] {
  const options = {
    ...defaultOptions,
    guide: { ...defaultOptions.guide, ...guide },
    objective: { ...defaultOptions.objective, T },
  };
  const compiled = compileSource({ path: "m.ppl", text: `data y: real[N]\n${text}` }, { y }, options);
  return compiled.ok ? [] : compiled.errors.map(({ code, message }) => `${code} ${message}`);
}

describe("what needs more memory than there can be is refused before any of it is asked for", () => {
  const small = "sample x ~ normal(0, 1)\nobserve y ~ normal(x, 1)";
  const large = "sample x: real[200000000] ~ normal(0, 1)\nobserve y ~ normal(x[0], 1)";
  test.each([
    ["latents", large, {}, 10],
    ["their covariance", large, { family: "full_rank" }, 10],
    ["components", small, { K: 1e9 }, 10],
    ["draws", small, {}, 1e9],
    ["plates", `${small}\nplate k in 1000000000000000 { sample z ~ normal(x, 1) }`, {}, 10],
    ["params", `param p: real[1000000000000] = 0\n${small}`, {}, 10],
    [
      "networks",
      "net d = mlp(1, 1000000000, 1)\nplate n in N { sample z: real[1] ~ normal(0, 1)\n let m = d(z)\n observe y[n] ~ normal(m[0], 1) }",
      {},
      10,
    ],
  ] as const)("%s", (_, text, guide, T) => {
    expect(refusal(text, guide, T)).toEqual([
      expect.stringMatching(/^PPL745 this needs at least .* [GTPE]B of memory/),
    ]);
  });

  test("an array of a model", () => {
    const text = "sample x ~ normal(0, 1)\nlet a = ones(1000000000000)\nobserve y ~ normal(x + sum(a), 1)";
    expect(refusal(text)[0]).toMatch(/^PPL743 `ones\(1000000000000\)` takes 8 TB/);
    expect(refusal("sample x: real[1000000000000000] ~ normal(0, 1)\nobserve y ~ normal(x[0], 1)")).toEqual([
      expect.stringMatching(/^PPL743 `x` takes 8 PB/),
    ]);
  });

  test("draws and steps that cannot be kept", () => {
    expect(unkept({ draws: 1e12, steps: 5000 }).map(({ code }) => code)).toEqual(["PPL745"]);
    expect(unkept({ draws: 10_000, steps: 1e15 }).map(({ code }) => code)).toEqual(["PPL745"]);
    expect(unkept({ draws: 10_000, steps: 5000 })).toEqual([]);
  });

  test("what is small is not", () => expect(refusal(small)).toEqual([]));
});

test("memory that runs out is told as such, and no other fault is", () => {
  const thrown = (() => {
    try {
      return new Float64Array(1e15);
    } catch (error) {
      return error;
    }
  })();
  const problem = memoryProblem(thrown);
  expect(problem).toContain("Invalid typed array length");
  expect(outOfMemory({ problem: problem ?? "" }).code).toBe("PPL744");
  expect(memoryProblem(new RangeError("Maximum call stack size exceeded"))).toBeNull();
});
