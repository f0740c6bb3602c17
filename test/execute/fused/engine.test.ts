import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { clustersOf } from "../../../src/execute/fused/clusters.ts";
import { compileProgram } from "../../../src/execute/fused/compile.ts";
import { fusedExecutor, precisionFor } from "../../../src/execute/fused/executor.ts";
import { legalise } from "../../../src/execute/fused/legalise.ts";
import { layOut } from "../../../src/execute/fused/layout.ts";
import { place } from "../../../src/execute/fused/place.ts";
import { openExecutor } from "../../../src/execute/select.ts";
import { referenceExecutor } from "../../../src/execute/reference.ts";
import { fit } from "../../../src/inference/fit.ts";
import { Builder } from "../../../src/program/builder.ts";
import type { Program } from "../../../src/program/program.ts";
import { compiled } from "../../objective/support.ts";
import { programs } from "../../program/arbitrary.ts";
import { started } from "../helpers.ts";
import { examples } from "../programs.ts";
import { agreesInDouble } from "./agree.ts";
import { defaultFitOptions } from "../../../src/inference/fit-options.ts";

describe("in 64 bits the fused engine agrees with the reference on", () => {
  for (const [op, list] of Object.entries(examples))
    test.each(list.map((one) => [one.name, one] as const))(`${op}: %s`, (_, { program, inputs }) =>
      agreesInDouble(program, inputs),
    );

  test("random programs", async () => {
    await fc.assert(
      fc.asyncProperty(programs({ maxLines: 20 }), ({ program, inputs }) =>
        agreesInDouble(program, new Map([...inputs].map(([name, { values }]) => [name, values]))),
      ),
      { seed: 20260102, numRuns: 150 },
    );
  });
});

const schools = () => {
  const read = (name: string) =>
    readFileSync(new URL(`../../../models/eight_schools/${name}`, import.meta.url), "utf8");
  const data = JSON.parse(read("data.json")) as Record<string, unknown>;
  return compiled(read("model.ppl"), data, { guide: { family: "full_rank" }, objective: { bound: "elbo", T: 4 } });
};

describe("a run", () => {
  test("is the same bit for bit every time, and in parts, across the engine's own chunks of steps", async () => {
    const model = schools();
    const options = (steps: number) => ({ ...defaultFitOptions, seed: 3, length: { steps } });
    const whole = started(await fit(model, fusedExecutor("float64"), options(600)));
    const again = started(await fit(model, fusedExecutor("float64"), options(600)));
    expect(again.parameters).toEqual(whole.parameters);
    const controller = new AbortController();
    const part = started(
      await fit(model, fusedExecutor("float64"), options(600), {
        signal: controller.signal,
        onProgress: ({ step }) => void (step > 100 && controller.abort()),
      }),
    );
    const rest = started(await fit(model, fusedExecutor("float64"), options(600), {}, part.checkpoint));
    expect(rest.parameters).toEqual(whole.parameters);
  });

  test("of many steps ends where the reference's does", async () => {
    const model = schools();
    const options = { ...defaultFitOptions, seed: 3, length: { steps: 1000 } };
    const fused = started(await fit(model, fusedExecutor("float64"), options));
    const reference = started(await fit(model, referenceExecutor, options));
    // 1,000 steps of the same noise; rounding differences of 1e-16 grow little while a bound is raised
    reference.parameters.forEach((value, i) => expect(fused.parameters[i]).toBeCloseTo(value, 8));
    const single = started(await fit(model, fusedExecutor("float32"), options));
    reference.parameters.forEach((value, i) => expect(single.parameters[i]).toBeCloseTo(value, 2));
  });
});

describe("planning", () => {
  /** sum((x - mean(x))^2), and exp(x): two loops, since the mean must be finished first. */
  const variance = (): Program => {
    const b = new Builder();
    const x = b.input("x", [100], "data");
    b.output("variance", b.sum(b.square(b.sub(x, b.mean(x)))));
    b.output("exp", b.exp(x));
    return b.finish();
  };

  test("joins what goes over one space, and no more", () => {
    const clusters = clustersOf(legalise(variance(), "float64"));
    const ops = clusters.map(({ equations }) =>
      equations
        .map(({ op }) => op)
        .sort()
        .join(" "),
    );
    // the sum of x; the mean, a loop over nothing; then the squares and their sum, which exp(x) joins
    expect(ops).toEqual(["sum", "mul", "exp mul sub sum"]);
  });

  test("lets memory be shared by what is not alive at the same time", () => {
    const b = new Builder();
    const x = b.input("x", [32, 32], "data");
    const product = b.matmul(b.matmul(b.matmul(b.matmul(x, x), x), x), x);
    b.output("y", b.sum(product));
    const program = legalise(b.finish(), "float64");
    const { buffers } = layOut(program, clustersOf(program));
    const all = buffers.reduce((sum, { size }) => sum + size * 8, 0);
    const { total, address } = place(buffers, 8, 0);
    // the input and two products at a time, each with room for one more vector; the number finds room in a dead one
    expect(all).toBe(8 * (5 * 1024 + 1));
    expect(total).toBe(3 * (8192 + 16));
    const live = buffers.filter((a) =>
      buffers.some((other) => other.id < a.id && other.from <= a.to && a.from <= other.to),
    );
    for (const a of live)
      for (const other of buffers) {
        const together = other.id !== a.id && other.from <= a.to && a.from <= other.to;
        const apart =
          address[a.id]! + a.size * 8 <= address[other.id]! || address[other.id]! + other.size * 8 <= address[a.id]!;
        expect(!together || apart).toBe(true);
      }
  });

  test("refuses what does not fit before anything runs, and says what to do", async () => {
    const b = new Builder();
    const x = b.input("x", [30_000, 30_000], "data");
    b.output("y", b.sum(b.exp(x)));
    const refused = await openExecutor({ engine: "fused", program: b.finish() });
    expect(refused.ok ? "" : refused.errors[0].code).toBe("PPL754");
    expect(refused.ok ? "" : refused.errors[0].message).toBe(
      "a step needs 6.7 GB of memory at once, and the fused engine has 4 GB",
    );
    expect((await openExecutor({ engine: "fused", program: variance() })).ok).toBe(true);
  });

  test("takes 32 bits where there are networks, 64 elsewhere", () => {
    expect(precisionFor(schools().step())).toBe("float64");
    const linear =
      "data X: real[N, P]  data y: real[N]  sample b: real[P] ~ normal(0, 1)  observe y ~ normal(X @ b, 1)";
    const mixture = { guide: { family: "mixture", K: 3, component: "full_rank" } } as const;
    const regression = compiled(
      linear,
      {
        X: [
          [1, 2],
          [3, 4],
        ],
        y: [1, 2],
      },
      mixture,
    );
    expect(regression.step().equations.some(({ op }) => op === "matmul")).toBe(true);
    expect(precisionFor(regression.step())).toBe("float64");
    const local = "data x: real[N]  plate n in N { sample z ~ normal(0, 1)  observe x[n] ~ normal(z, 1) }";
    expect(precisionFor(compiled(local, { x: [1, 2] }).step())).toBe("float32");
  });

  test("names the lines each loop came from in the module's text", () => {
    const model = schools();
    const { text, loops } = compileProgram(model.step(), "float64", model.source);
    const terms = loops.flatMap((loop) => loop.map(({ origin }) => origin?.term));
    expect(terms).toContain("likelihood of y[j]");
    expect(text()).toMatch(/;; .*line \d+ \(likelihood of y\[j\]\)/);
    expect(text()).toMatch(/^\(module/);
  });
});
