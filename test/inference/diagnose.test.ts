import { expect, test } from "vitest";
import type { Executor } from "../../src/execute/executor.ts";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { diagnose, findCulprit } from "../../src/inference/diagnose.ts";
import { fit } from "../../src/inference/fit.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluateAll } from "../../src/program/evaluate.ts";
import { hostTensor, hostScalar } from "../../src/tensor/shape.ts";
import { compiled } from "./models.ts";
import { defaultFitOptions } from "../../src/inference/fit-options.ts";

const failure = { step: 7, output: "bound", value: NaN, executor: "reference" };

test("a fit that breaks names the term, its place in the model, the operation and its argument", async () => {
  const text = `data y: real
sample tau ~ normal(0, 3)
factor log(tau)
observe y ~ normal(tau, 1)
`;
  const programs = compiled(text, { y: 1 });
  const result = await fit(programs, referenceExecutor, { ...defaultFitOptions, seed: 4 });
  expect(result.ok).toBe(false);
  if (result.ok) return;
  const [{ code, message, labels, hint }] = result.errors;
  expect(code).toBe("PPL701");
  expect(message).toMatch(/^the bound is NaN at step \d+, through the /);
  const { start, end } = labels[0]!.span;
  expect(text.slice(start, end)).toContain("log(tau)");
  expect(labels[0]!.text).toMatch(/^log\(-[\d.]+\) = NaN/);
  expect(hint).toBe("keep the argument of `log` positive: declare a bound such as `real<0..>`");
});

test("the culprit is behind the value that was taken, not behind one that `where` threw away", () => {
  const b = new Builder();
  const x = b.input("x", [3], "data");
  const spans = [0, 1, 2].map((i) => ({ start: 10 * i, end: 10 * i + 5 }));
  const harmless = b.from(spans[0]!, "prior of `a`", () => b.where(b.less(x, b.constant(0)), b.constant(-1), b.log(x)));
  const guilty = b.from(spans[1]!, "likelihood", () => b.log(b.sub(b.shift(x, 1), b.constant(6))));
  b.output(
    "bound",
    b.from(spans[2]!, "sum", () => b.sum(b.add(harmless, guilty))),
  );
  const program = b.finish();
  const inputs = new Map([["x", hostTensor([3], [-1, 7, 5])]]);
  const values = evaluateAll(program, inputs);
  const culprit = findCulprit(program, values, program.outputs[0]!.value);
  // entries 0 and 2 of log(x - 5) are NaN and -Infinity: the sum is NaN because of the first
  expect([culprit.equation.op, culprit.entry, culprit.args]).toEqual(["log", 0, [-6]]);
  const { message, labels } = diagnose(program, inputs, failure);
  expect(message).toBe("the bound is NaN at step 7, through the likelihood");
  expect(labels).toEqual([{ span: spans[1], text: "log(-6) = NaN at entry [0]" }]);
});

test("what only 32-bit floats cannot hold is told apart, overflow and underflow alike", () => {
  const found = (write: (b: Builder) => void) => {
    const b = new Builder();
    b.from({ start: 3, end: 9 }, "likelihood", () => write(b));
    const { code, labels, hint } = diagnose(b.finish(), new Map([["x", hostScalar(100)]]), failure);
    return { code, text: labels[0]?.text, hint };
  };
  const x = (b: Builder) => b.input("x", [], "data");
  const overflow = found((b) => b.output("bound", b.log(b.exp(x(b)))));
  expect(overflow.code).toBe("PPL702");
  expect(overflow.text).toBe("32-bit floats do not reach: exp(100) = Infinity");
  expect(overflow.hint).toContain("64 bits");
  const underflow = found((b) => b.output("bound", b.log(b.exp(b.scale(-2, x(b))))));
  expect(underflow.text).toBe("32-bit floats do not reach: log(0) = -Infinity");
});

test("an infinite constant is not to blame, but the choice of it", () => {
  const b = new Builder();
  const x = b.input("x", [], "data");
  const outside = b.less(x, b.constant(0));
  b.output(
    "bound",
    b.from({ start: 0, end: 4 }, "prior of `z`", () => b.where(outside, b.constant(-Infinity), x)),
  );
  const { message, labels } = diagnose(b.finish(), new Map([["x", hostScalar(-3)]]), failure);
  expect(message).toBe("the bound is -Infinity at step 7, through the prior of `z`");
  expect(labels[0]!.text).toBe("a value outside the support: log density = -Infinity");
});

test("an executor that alone finds something not finite is said so", async () => {
  const text = "data y: real\nsample mu ~ normal(0, 1)\nobserve y ~ normal(mu, 1)\n";
  const broken: Executor = {
    name: "broken",
    precision: "float64",
    open: async (program, options) => ({
      ...(await referenceExecutor.open(program, options)),
      run: async () => ({ bound: Float64Array.of(NaN), gradient_norm: Float64Array.of(1) }),
    }),
  };
  const result = await fit(compiled(text, { y: 1 }), broken, defaultFitOptions);
  expect(result.ok ? null : result.errors[0].code).toBe("PPL703");
  expect(result.ok ? null : result.errors[0].message).toBe(
    "the bound is NaN at step 0 on broken, but not in the reference evaluator",
  );
});
