import { expect, test } from "vitest";
import { adamFeeds } from "../../src/inference/adam.ts";

test("the first step moves by the learning rate, whatever the size of the gradient", () => {
  for (const gradient of [1e-3, 1, 1e3]) {
    const { "adam.rate": rate, "adam.epsilon": epsilon } = adamFeeds(0.1, 0);
    const m = 0.1 * gradient;
    const v = 0.001 * gradient ** 2;
    // epsilon shifts the step by a share of 1e-8 / gradient
    expect((rate * m) / (Math.sqrt(v) + epsilon)).toBeCloseTo(0.1, 5);
  }
});

test("the feeds are those of algorithm 1 with its corrections folded in", () => {
  // t = 1: 0.01 sqrt(0.001) / 0.1, and t = 2: 0.01 sqrt(1 - 0.998001) / 0.19
  expect(adamFeeds(0.01, 0)["adam.rate"]).toBeCloseTo(0.0031622776601684, 15);
  expect(adamFeeds(0.01, 1)["adam.rate"]).toBeCloseTo(0.0023531672532746, 14);
  expect(adamFeeds(0.01, 0)["adam.epsilon"]).toBeCloseTo(1e-8 * Math.sqrt(0.001), 18);
  expect(adamFeeds(0.01, 1e6)["adam.rate"]).toBeCloseTo(0.01, 15);
});
