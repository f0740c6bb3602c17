import { describe, expect, test } from "vitest";
import { activate, activationNames, activations, isActivation } from "../../src/library/activations.ts";
import { functionNamed } from "../../src/library/index.ts";
import { Builder } from "../../src/program/builder.ts";
import { pullback } from "../../src/program/differentiate.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { hostTensor } from "../../src/tensor/shape.ts";

test("the smooth functions of one number are activations, those with edges or jumps are not", () => {
  expect(activationNames).toEqual([
    ...["exp", "expm1", "square", "abs", "sin", "cos", "tanh", "sigmoid", "softplus"],
    ...["relu", "leaky_relu", "elu", "silu", "gelu", "softsign", "erf", "Phi"],
  ]);
  for (const name of ["log", "sqrt", "floor", "logit", "lgamma", "sum", "where", "add"])
    expect(isActivation(name), name).toBe(false);
});

/** Far out and at the kink: values whose squares and exponentials stay finite. */
const points = [-30, -1.5, 0, 1.5, 30];

describe.each(activationNames)("%s", (name) => {
  const b = new Builder();
  const x = b.input("x", [points.length], "data");
  const y = activate(b, name, x);
  b.output("y", y);
  b.output("function", functionNamed(name).lower(b, [{ value: x, rank: 1 }]));
  pullback(b, y, [x]).forEach((slope) => b.output("slope", slope));
  const found = evaluate(b.finish(), new Map([["x", hostTensor([points.length], points)]]));

  test("is the function of the library, entry by entry", () => {
    expect(found.get("y")).toEqual(found.get("function"));
    expect(found.get("y")?.shape).toEqual([points.length]);
    expect(activations.get(name)?.name).toBe(name);
  });

  test("has a finite derivative everywhere", () => {
    expect(found.get("slope")?.values.every(Number.isFinite)).toBe(true);
  });
});

test("derivatives at 0 are pinned", () => {
  const slopes = Object.fromEntries(
    (["relu", "elu", "silu", "gelu", "softsign", "tanh"] as const).map((name) => {
      const b = new Builder();
      const x = b.input("x", [], "data");
      pullback(b, activate(b, name, x), [x]).forEach((slope) => b.output("slope", slope));
      return [name, evaluate(b.finish(), new Map([["x", hostTensor([], [0])]])).get("slope")?.values[0]];
    }),
  );
  expect(slopes).toEqual({ relu: 1, elu: 1, silu: 0.5, gelu: 0.5, softsign: 1, tanh: 1 });
});
