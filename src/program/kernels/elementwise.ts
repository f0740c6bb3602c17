import type { Shape } from "../../tensor/shape.ts";
import { broadcastPlan, type BroadcastPlan, type Kernel } from "./plan.ts";

/** The EvalRule of any operation that has no attributes. */
type ShapeRule = (site: { readonly shapes: readonly Shape[]; readonly shape: Shape }) => Kernel;

export function unary(f: (x: number) => number): ShapeRule {
  return () =>
    ([x], out) => {
      for (let i = 0; i < out.length; i++) out[i] = f(x![i]!);
    };
}

export function binary(f: (a: number, b: number) => number): ShapeRule {
  return withPlan(({ inner, steps: [stepA, stepB], starts: [startA, startB] }) => ([a, b], out) => {
    let i = 0;
    for (let run = 0; run < startA!.length; run++) {
      let p = startA![run]!;
      let q = startB![run]!;
      for (let j = 0; j < inner; j++, p += stepA!, q += stepB!) out[i++] = f(a![p]!, b![q]!);
    }
  });
}

// The four that programs are made of get loops of their own: a call through `f` would cost more than the arithmetic.

export const add: ShapeRule = withPlan(({ inner, steps, starts: [startA, startB] }) => {
  const [stepA, stepB] = steps as [number, number];
  return ([a, b], out) => {
    let i = 0;
    for (let run = 0; run < startA!.length; run++) {
      let p = startA![run]!;
      let q = startB![run]!;
      for (let j = 0; j < inner; j++, p += stepA, q += stepB) out[i++] = a![p]! + b![q]!;
    }
  };
});

export const sub: ShapeRule = withPlan(({ inner, steps, starts: [startA, startB] }) => {
  const [stepA, stepB] = steps as [number, number];
  return ([a, b], out) => {
    let i = 0;
    for (let run = 0; run < startA!.length; run++) {
      let p = startA![run]!;
      let q = startB![run]!;
      for (let j = 0; j < inner; j++, p += stepA, q += stepB) out[i++] = a![p]! - b![q]!;
    }
  };
});

export const mul: ShapeRule = withPlan(({ inner, steps, starts: [startA, startB] }) => {
  const [stepA, stepB] = steps as [number, number];
  return ([a, b], out) => {
    let i = 0;
    for (let run = 0; run < startA!.length; run++) {
      let p = startA![run]!;
      let q = startB![run]!;
      for (let j = 0; j < inner; j++, p += stepA, q += stepB) out[i++] = a![p]! * b![q]!;
    }
  };
});

export const div: ShapeRule = withPlan(({ inner, steps, starts: [startA, startB] }) => {
  const [stepA, stepB] = steps as [number, number];
  return ([a, b], out) => {
    let i = 0;
    for (let run = 0; run < startA!.length; run++) {
      let p = startA![run]!;
      let q = startB![run]!;
      for (let j = 0; j < inner; j++, p += stepA, q += stepB) out[i++] = a![p]! / b![q]!;
    }
  };
});

/** Reads only the branch taken. */
export const where: ShapeRule = withPlan(({ inner, steps, starts }) => {
  const [stepC, stepA, stepB] = steps as [number, number, number];
  const [startC, startA, startB] = starts;
  return ([condition, a, b], out) => {
    let i = 0;
    for (let run = 0; run < startC!.length; run++) {
      let c = startC![run]!;
      let p = startA![run]!;
      let q = startB![run]!;
      for (let j = 0; j < inner; j++, c += stepC, p += stepA, q += stepB)
        out[i++] = condition![c] !== 0 ? a![p]! : b![q]!;
    }
  };
});

export const copy: ShapeRule =
  () =>
  ([x], out) =>
    out.set(x!);

function withPlan(prepare: (plan: BroadcastPlan) => Kernel): ShapeRule {
  return ({ shapes, shape }) => prepare(broadcastPlan(shapes, shape));
}
