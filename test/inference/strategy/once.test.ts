import { expect, test, vi } from "vitest";
import { infer } from "../../../src/api/infer.ts";
import type { Plan } from "../../../src/plan/plan.ts";

/** Every program that was written: which, of which plan, how large. */
const written = vi.hoisted(() => [] as string[]);
const plans = vi.hoisted(() => [] as unknown[]);

/** The functions of a module that write programs, each noting what it was asked for. */
async function noting(original: () => Promise<object>): Promise<object> {
  const module = await original();
  const noted = Object.entries(module).map(([name, value]: [string, unknown]) => {
    if (typeof value !== "function" || !name.endsWith("Program")) return [name, value];
    const write = value as (plan: Plan, ...rest: readonly unknown[]) => unknown;
    const note = (plan: Plan, ...rest: readonly unknown[]): unknown => {
      if (!plans.includes(plan)) plans.push(plan);
      written.push(`${name} of plan ${plans.indexOf(plan)} ${JSON.stringify(rest)}`);
      return write(plan, ...rest);
    };
    return [name, note];
  });
  return Object.fromEntries(noted) as object;
}

vi.mock("../../../src/lower/step.ts", noting);
vi.mock("../../../src/lower/bound.ts", noting);
vi.mock("../../../src/lower/target.ts", noting);
vi.mock("../../../src/lower/evaluation.ts", noting);
vi.mock("../../../src/lower/structure.ts", noting);
vi.mock("../../../src/lower/density.ts", noting);
vi.mock("../../../src/lower/gradient.ts", noting);

const data = { y: [0.3, -1.2, 2.1, 0.4], x: [0, 1, 2, 3] };
const model = `data x: real[N]  data y: real[N]
sample a ~ normal(0, 2)  sample b ~ normal(0, 2)
plate n in N { observe y[n] ~ student_t(3, a + b * x[n], 1) }`;

const ofKind = (name: string): string[] => written.filter((one) => one.startsWith(name));

test("a fit with `auto` writes each program at most once, and none that is not run", async () => {
  written.length = 0;
  await infer(model, { data, seed: 1, evidenceDraws: 500 });
  expect(ofKind("targetProgram").length).toBeGreaterThan(0);
  expect(new Set(written).size).toBe(written.length);
  // the guide that was planned before the search has no training step, nor is one of it evaluated
  expect([...ofKind("stepProgram"), ...ofKind("evaluationProgram")].filter((one) => one.includes("plan 0"))).toEqual(
    [],
  );
});

test("a fit of a chosen guide writes one training step, and no target", async () => {
  written.length = 0;
  plans.length = 0;
  await infer(model, { data, seed: 1, guide: "mixture", K: 2, steps: 20, evidenceDraws: 500 });
  expect(ofKind("stepProgram")).toEqual(["stepProgram of plan 0 []"]);
  expect(ofKind("targetProgram")).toEqual([]);
  expect(new Set(written).size).toBe(written.length);
});
