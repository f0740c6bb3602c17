import type { Pausable } from "../../base/turns.ts";
import { concatArrays } from "../../numeric/arrays.ts";
import { balanced, covarianceOf, factorOf, type Component, type Tails } from "../../numeric/gaussians.ts";
import { responsibilities, tempered, type Weighed } from "./weigh.ts";

/** Components that carry less than this are dropped. */
const smallest = 0.003;

/** Draws of several rounds as one set, each round with the say that its effective draws give it. */
export function* pooled(rounds: readonly Weighed[], mixture: readonly Component[], tails: Tails): Pausable<Weighed> {
  const [latest, ...past] = rounds;
  if (past.length === 0) return latest!;
  const total = rounds.reduce((sum, { fit }) => sum + fit.relativeEss, 0);
  const points = concatArrays(rounds.map((round) => round.points));
  const earlier = yield* responsibilities(mixture, points.subarray(latest!.points.length), tails);
  return {
    points,
    logWeights: concatArrays(rounds.map((round) => round.logWeights)),
    weights: concatArrays(rounds.map(({ weights, fit }) => weights.map((w) => (w * fit.relativeEss) / total))),
    responsible: concatArrays([latest!.responsible, earlier.responsible]),
    precision: concatArrays([latest!.precision, earlier.precision]),
    fit: latest!.fit,
  };
}

/** Draws that have less than this share of an even one's say in a covariance are passed over. */
const faint = 1e-3;

/** One weighted EM step; components keep some of what they were where few draws speak for a change. */
export function* refit(mixture: readonly Component[], drawn: Weighed, D: number): Pausable<Component[]> {
  const n = drawn.weights.length;
  const K = mixture.length;
  const even = tempered(drawn.weights, Math.min(n / 4, 10 * D * K));
  const fitted: Component[] = [];
  for (const [k, component] of mixture.entries()) {
    const mass = even.map((weight, i) => weight * drawn.responsible[i * K + k]!);
    const refitted = yield* refitOne(component, mass, drawn.points, (i) => drawn.precision[i * K + k]!);
    if (refitted) fitted.push(refitted);
  }
  return fitted.length > 0 ? balanced(fitted) : [...mixture];
}

/** A component refitted to points that it has so much of [n]; null where that is next to nothing. */
function* refitOne(
  component: Component,
  mass: Float64Array,
  points: Float64Array,
  precision: (i: number) => number,
): Pausable<Component | null> {
  const n = mass.length;
  const D = component.centre.length;
  const precise = mass.map((m, i) => m * precision(i));
  let total = 0;
  let squares = 0;
  let pull = 0;
  const centre = new Float64Array(D);
  for (let i = 0; i < n; i++) {
    const m = mass[i]!;
    if (m === 0) continue;
    pull += precise[i]!;
    total += m;
    squares += m * m;
    for (let d = 0; d < D; d++) centre[d]! += precise[i]! * points[i * D + d]!;
  }
  if (!(total > smallest)) return null;
  for (let d = 0; d < D; d++) centre[d]! /= pull;
  const effective = (total * total) / squares;
  const trust = effective / (effective + 1 + D + (D * D) / 8);
  const covariance = covarianceOf(component.factor, D).map((c) => (1 - trust) * c);
  const apart = new Float64Array(D);
  for (let i = 0; i < n; i++) {
    const share = (trust * precise[i]!) / total;
    if (share < faint / n) continue;
    yield;
    for (let d = 0; d < D; d++) apart[d] = points[i * D + d]! - centre[d]!;
    for (let a = 0; a < D; a++) {
      const scaled = share * apart[a]!;
      for (let b = 0; b <= a; b++) covariance[a * D + b]! += scaled * apart[b]!;
    }
  }
  for (let d = 0; d < D; d++) centre[d] = trust * centre[d]! + (1 - trust) * component.centre[d]!;
  const factor = factorOf(covariance, D);
  return factor ? { weight: total, centre, factor } : { ...component, weight: total };
}
