import { expect, test } from "vitest";
import { bind } from "../../src/bind/bind.ts";
import { mean, variance } from "../../src/numeric/statistics.ts";
import { simulate, simulator } from "../../src/posterior/simulate.ts";
import { modelOf, valueOf } from "../model/views.ts";

const N = 3000;
const T = 4;

const text = `data y: real[${N}, ${T}]
  sample phi ~ normal(0.5, 0.001)
  plate n in ${N} {
    let x: real[${T}]
    let m: real[${T}]
    let v: real<0..>[${T}]
    m[0] = 1
    sample x[0] ~ normal(1, 2)
    for t in 0..${T} { sample v[t] ~ normal(0, 1) }
    for t in 1..${T} {
      m[t] = 0.5 * m[t - 1] + x[t - 1]
      sample x[t] ~ normal(phi * x[t - 1] + m[t], v[t - 1])
      observe y[n, t] ~ normal(x[t], 0.5)
    }
    observe y[n, 0] ~ normal(v[3], 0.5)
  }`;

test("entries are drawn turn by turn, each from its distribution given those before", () => {
  const model = modelOf(text);
  const zeros = Array.from({ length: N }, () => new Array<number>(T).fill(0));
  const numbers = valueOf(bind(model, { y: zeros }), text);
  const { latents, data } = valueOf(simulate(model, numbers, 1), text);
  const rows = (values: Float64Array, t: number): Float64Array =>
    Float64Array.from({ length: N }, (_, n) => values[n * T + t]!);
  const [x, v, y] = [latents.get("x")!, latents.get("v")!, data.get("y")!];
  const phi = latents.get("phi")!.values[0]!;
  expect(x.shape).toEqual([N, T]);
  expect(Math.min(...v.values)).toBeGreaterThan(0);
  // six standard errors of a mean and of a variance of N normals
  const [ofMean, ofVariance] = [6 / Math.sqrt(N), 6 * Math.sqrt(2 / N)];
  const standard = (values: Float64Array): void => {
    expect(Math.abs(mean(values))).toBeLessThan(ofMean);
    expect(Math.abs(variance(values) - 1)).toBeLessThan(ofVariance);
  };
  standard(rows(x.values, 0).map((value) => (value - 1) / 2));
  let m = new Float64Array(N).fill(1);
  for (let t = 1; t < T; t++) {
    const before = rows(x.values, t - 1);
    m = m.map((value, n) => 0.5 * value + before[n]!);
    const sd = rows(v.values, t - 1);
    const shock = rows(x.values, t).map((value, n) => (value - phi * before[n]! - m[n]!) / sd[n]!);
    standard(shock);
    // what is new in a turn has nothing to do with where it starts
    const scale = Math.sqrt(variance(before));
    const centre = mean(before);
    standard(shock.map((e, n) => (e + (before[n]! - centre) / scale) / Math.SQRT2));
    standard(rows(y.values, t).map((value, n) => (value - x.values[n * T + t]!) / 0.5));
  }
  // half normal: mean sqrt(2 / pi), and a standard deviation below 1
  expect(Math.abs(mean(rows(v.values, 2)) - Math.sqrt(2 / Math.PI))).toBeLessThan(ofMean);
  standard(rows(y.values, 0).map((value, n) => (value - v.values[n * T + 3]!) / 0.5));
});

test("a datum that the loops leave out in part is not simulated", () => {
  const some =
    "data y: real[3]\nlet x: real[3]\nsample x[0] ~ normal(0, 1)\nfor t in 1..3 { sample x[t] ~ normal(x[t-1], 1) observe y[t] ~ normal(x[t], 1) }";
  const model = modelOf(some);
  const found = simulate(model, valueOf(bind(model, { y: [0, 0, 0] }), some), 1);
  expect(found.ok ? null : found.errors.map(({ code }) => code)).toEqual(["PPL787"]);
});

test("states that follow their own measurements are not simulated", () => {
  const back =
    "data y: real[3]\nlet x: real[3]\nsample x[0] ~ normal(0, 1)\nfor t in 1..3 { observe y[t] ~ normal(x[t - 1], 1) sample x[t] ~ normal(y[t - 1], 1) }\nobserve y[0] ~ normal(0, 1)";
  const model = modelOf(back);
  const found = simulate(model, valueOf(bind(model, { y: [0, 0, 0] }), back), 1);
  expect(found.ok ? null : found.errors.map(({ code }) => code)).toEqual(["PPL799"]);
});

test("the same seed gives the same series", () => {
  const one =
    "let x: real[3]\nsample x[0] ~ normal(0, 1)\nfor t in 1..3 { sample x[t] ~ normal(x[t-1], 0.1) }\nobserve 1 ~ normal(x[2], 1)";
  const model = modelOf(`data y: real[2]\n${one.replace("observe 1", "observe y")}`);
  const numbers = valueOf(bind(model, { y: [0, 0] }), one);
  const draw = () => [...valueOf(simulate(model, numbers, 4), one).latents.get("x")!.values];
  expect(draw()).toEqual(draw());
  const [a, b, c] = draw();
  expect(Math.abs(b! - a!)).toBeLessThan(0.6);
  expect(Math.abs(c! - b!)).toBeLessThan(0.6);
});

test("data that are simulated from given states follow those states", () => {
  const walk =
    "data y: real[400]\nlet x: real[400]\nsample x[0] ~ normal(0, 1)\nfor t in 1..400 { sample x[t] ~ normal(x[t-1], 1) }\nobserve y ~ normal(x, 0.5)";
  const model = modelOf(walk);
  const numbers = valueOf(bind(model, { y: new Array<number>(400).fill(0) }), walk);
  const x = { shape: [400], values: Float64Array.from({ length: 400 }, (_, t) => t) };
  const { latents, data } = valueOf(simulator(model, numbers)(1, new Map([["x", x]])), walk);
  expect(latents.get("x")!.values).toEqual(x.values);
  const noise = data.get("y")!.values.map((value, t) => (value - t) / 0.5);
  // six standard errors of a mean and of a variance of 400 normals
  expect(Math.abs(mean(noise))).toBeLessThan(6 / Math.sqrt(400));
  expect(Math.abs(variance(noise) - 1)).toBeLessThan(6 * Math.sqrt(2 / 400));
});
