import { describe, expect, test } from "vitest";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import type { Executor } from "../../src/execute/executor.ts";
import { densitiesAt } from "../../src/posterior/density.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { hostTensor } from "../../src/tensor/shape.ts";
import { compiled } from "../objective/support.ts";
import { disagreements } from "../program/finiteDifferences.ts";
import { asProgram } from "./lets.ts";

type Nested = number | readonly Nested[];

/** Two points: every array of values, and the same moved by a little. */
function tensor(value: Nested) {
  const shape: number[] = [];
  for (let at: Nested = value; typeof at !== "number"; at = at[0]!) shape.push(at.length);
  const flat = (v: Nested): number[] => (typeof v === "number" ? [v] : v.flatMap(flat));
  const values = flat(value);
  return hostTensor([2, ...shape], [...values, ...values.map((x) => x + 0.01)]);
}

async function logJoints(
  executor: Executor,
  text: string,
  data: Record<string, unknown>,
  values: Record<string, Nested>,
): Promise<readonly number[]> {
  const model = compiled(text, data, { guide: { family: "mean_field", amortize: false } });
  const points = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tensor(value)]));
  const parameters = initialise(model, 0);
  return [...(await densitiesAt(model, executor, parameters, points)).logJoint];
}

const engines = [referenceExecutor, fusedExecutor("float64")];

/** A few hundred operations of numbers of order 1 to 100. */
const rounding = 1e-10;

async function alike(
  [text, other]: readonly [string, string],
  data: Record<string, unknown>,
  values: Record<string, Nested>,
): Promise<void> {
  for (const engine of engines) {
    const found = await logJoints(engine, text, data, values);
    const expected = await logJoints(engine, other, data, values);
    found.forEach((x, i) => {
      expect(Number.isFinite(x)).toBe(true);
      expect(Math.abs(x - expected[i]!)).toBeLessThan(rounding * Math.max(1, Math.abs(x)));
    });
  }
}

const y = [0.5, -0.3, 1.2, 0.1, -0.8];
const garch = { mu: 0.1, a0: 0.4, a1: 0.3, b1: 0.5 };
const priors = `
  data y: real[T]
  sample mu ~ normal(0, 1)
  sample a0 ~ normal(0, 1)
  sample a1 ~ normal(0, 1)
  sample b1 ~ normal(0, 1)`;

describe("a recurrence is what it is written out by hand:", () => {
  test("garch", () =>
    alike(
      [
        `${priors}
        let sigma: real[T]
        sigma[0] = 1.5
        for t in 1..T { sigma[t] = sqrt(a0 + a1 * square(y[t-1] - mu) + b1 * square(sigma[t-1])) }
        observe y ~ normal(mu, sigma)`,
        `${priors}
        let s0 = 1.5
        let s1 = sqrt(a0 + a1 * square(y[0] - mu) + b1 * square(s0))
        let s2 = sqrt(a0 + a1 * square(y[1] - mu) + b1 * square(s1))
        let s3 = sqrt(a0 + a1 * square(y[2] - mu) + b1 * square(s2))
        let s4 = sqrt(a0 + a1 * square(y[3] - mu) + b1 * square(s3))
        observe y[0..5] ~ normal(mu, [s0, s1, s2, s3, s4])`,
      ],
      { y },
      garch,
    ));

  test("two arrays that feed each other, a let of the turn, and observations in the loop", () =>
    alike(
      [
        `${priors}
        let level: real[T]
        let slope: real[T]
        level[0] = mu
        slope[0] = 0.1 * level[0]
        for t in 1..T {
          let error = y[t] - level[t-1] - slope[t-1]
          level[t] = level[t-1] + slope[t-1] + a1 * error
          slope[t] = slope[t-1] + b1 * (level[t] - level[t-1])
          observe y[t] ~ normal(level[t-1] + slope[t-1], exp(a0) + square(error))
          factor -0.5 * square(level[t]) * t
        }`,
        `${priors}
        let l0 = mu
        let b0 = 0.1 * mu
        let e1 = y[1] - l0 - b0
        let l1 = l0 + b0 + a1 * e1
        let c1 = b0 + b1 * (l1 - l0)
        let e2 = y[2] - l1 - c1
        let l2 = l1 + c1 + a1 * e2
        let c2 = c1 + b1 * (l2 - l1)
        let e3 = y[3] - l2 - c2
        let l3 = l2 + c2 + a1 * e3
        let c3 = c2 + b1 * (l3 - l2)
        let e4 = y[4] - l3 - c3
        let l4 = l3 + c3 + a1 * e4
        observe y[1..5] ~ normal([l0 + b0, l1 + c1, l2 + c2, l3 + c3], [exp(a0) + square(e1), exp(a0) + square(e2), exp(a0) + square(e3), exp(a0) + square(e4)])
        factor -0.5 * (square(l1) + 2 * square(l2) + 3 * square(l3) + 4 * square(l4))`,
      ],
      { y },
      garch,
    ));

  test("lags, entries at known places and index arithmetic", () =>
    alike(
      [
        `${priors}
        data z: real[9]
        let x: real[T]
        x[0] = mu
        x[1] = a0 * x[0]
        for t in 2..T { x[t] = a1 * x[t-1] + b1 * x[t-2] + x[0] * z[(t - 1) * 2] + t }
        observe y ~ normal(x, 1)`,
        `${priors}
        data z: real[9]
        let x0 = mu
        let x1 = a0 * x0
        let x2 = a1 * x1 + b1 * x0 + x0 * z[2] + 2
        let x3 = a1 * x2 + b1 * x1 + x0 * z[4] + 3
        let x4 = a1 * x3 + b1 * x2 + x0 * z[6] + 4
        observe y[0..5] ~ normal([x0, x1, x2, x3, x4], 1)`,
      ],
      { y, z: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
      garch,
    ));

  test("vectors and products of matrices", () =>
    alike(
      [
        `${priors}
        let A = [[a0, a1], [b1, 0.2]]
        let x: real[T, 2]
        x[0] = [mu, 1]
        for t in 1..T { x[t] = tanh(A @ x[t-1] + [y[t], x[t-1, 0]]) }
        observe y ~ normal(x[:, 1], 1)`,
        `${priors}
        let p1 = tanh(a0 * mu + a1 * 1 + y[1])
        let q1 = tanh(b1 * mu + 0.2 + mu)
        let p2 = tanh(a0 * p1 + a1 * q1 + y[2])
        let q2 = tanh(b1 * p1 + 0.2 * q1 + p1)
        let p3 = tanh(a0 * p2 + a1 * q2 + y[3])
        let q3 = tanh(b1 * p2 + 0.2 * q2 + p2)
        let q4 = tanh(b1 * p3 + 0.2 * q3 + p3)
        observe y[0..5] ~ normal([1, q1, q2, q3, q4], 1)`,
      ],
      { y },
      garch,
    ));

  test("a loop in a plate, with the plate's latents and data inside", () =>
    alike(
      [
        `data w: real[G, T]
        data start: real[G]
        sample rate ~ normal(0, 1)
        plate g in G {
          sample gain ~ normal(0, 1)
          let x: real[T]
          x[0] = start[g]
          for t in 1..T { x[t] = rate * x[t-1] + gain * w[g, t-1] }
          for t in 0..T { observe w[g, t] ~ normal(x[t], 1) }
        }`,
        `data w: real[G, T]
        data start: real[G]
        sample rate ~ normal(0, 1)
        plate g in G {
          sample gain ~ normal(0, 1)
          let x1 = rate * start[g] + gain * w[g, 0]
          let x2 = rate * x1 + gain * w[g, 1]
          observe w[g, 0..3] ~ normal([start[g], x1, x2], 1)
        }`,
      ],
      {
        w: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        start: [0.5, -0.5],
      },
      { rate: 0.7, gain: [0.2, 0.3] },
    ));

  test("entries filled by two loops, the second one from where the first one ends", () =>
    alike(
      [
        `${priors}
        let x: real[5]
        x[0] = mu
        for t in 1..3 { x[t] = a0 * x[t-1] }
        for t in 3..5 { x[t] = a1 * x[t-1] + x[t-2] }
        observe y[0..5] ~ normal(x, 1)`,
        `${priors}
        let x1 = a0 * mu
        let x2 = a0 * x1
        let x3 = a1 * x2 + x1
        observe y[0..5] ~ normal([mu, x1, x2, x3, a1 * x3 + x2], 1)`,
      ],
      { y },
      garch,
    ));

  test("turns that need nothing of one another", () =>
    alike(
      [
        `${priors}
        let x: real[T]
        for t in 0..T { x[t] = mu * square(y[t]) }
        observe y ~ normal(x, 1)`,
        `${priors}
        observe y ~ normal(mu * square(y), 1)`,
      ],
      { y },
      garch,
    ));

  test("functions of one's own, in a loop and of one another", () =>
    alike(
      [
        `${priors}
        const scale = 2
        fun pull(x, by_) = x - by_ * x * scale
        fun step(x, u) {
          let moved = pull(x, 0.1)
          let twice = moved + moved
          return tanh(twice + u)
        }
        let x: real[T]
        x[0] = step(mu, a0)
        for t in 1..T { x[t] = step(x[t-1], y[t] * a1) + b1 }
        observe y ~ normal(x, 1)`,
        `${priors}
        let x: real[T]
        x[0] = tanh(2 * (mu - 0.2 * mu) + a0)
        for t in 1..T { x[t] = tanh(2 * (x[t-1] - 0.2 * x[t-1]) + y[t] * a1) + b1 }
        observe y ~ normal(x, 1)`,
      ],
      { y },
      garch,
    ));
});

test("the gradients of a recurrence are what finite differences see", () => {
  const text = `${priors}
    data group: int<0..2>[T]
    sample gain: real[2] ~ normal(0, 1)
    let A = [[a0, a1], [b1, 0.2]]
    let x: real[T, 2]
    let s: real[T]
    x[0] = [mu, 1]
    s[0] = 1
    s[1] = mu
    for t in 1..2 { x[t] = A @ x[t-1] }
    for t in 2..T {
      s[t] = sqrt(square(a0) + square(a1 * (y[t-1] - mu)) + square(b1 * s[t-2]))
      x[t] = tanh(A @ x[t-1] + gain * s[t]) + gain[group[t]] * x[t-2]
    }
    observe y ~ normal(x[:, 1] + mu, 0.1 + s ^ 2)
    for t in 1..T { factor -square(x[t, 0] - x[t-1, 1]) }`;
  const latents = { ...garch, gain: [0.3, -0.6] };
  const { program, inputs } = asProgram(text, { y, group: [0, 1, 1, 0, 1] }, latents);
  expect(program.equations.some(({ op }) => op === "scan")).toBe(true);
  expect(disagreements(program, "log p", Object.keys(latents), inputs)).toEqual([]);
});

test("a recurrence of ten thousand turns has as many equations as one of ten", () => {
  const text = `${priors}
    let s: real[T]
    s[0] = 1.5
    for t in 1..T { s[t] = sqrt(a0 + a1 * square(y[t-1] - mu) + b1 * square(s[t-1])) }
    observe y ~ normal(mu, s)`;
  const [short, long] = [10, 10_000].map((T) => {
    const data = { y: Array.from({ length: T }, (_, t) => Math.sin(t)) };
    return asProgram(text, data, garch).program.equations.length;
  });
  expect(long).toBe(short);
});
