import type { BinaryOp, UnaryOp } from "../arity.ts";
import { broadcastPlan, type EvalRule } from "./plan.ts";

export function unary(f: (x: number) => number): EvalRule<UnaryOp> {
  return () =>
    ([x], out) => {
      for (let i = 0; i < out.length; i++) out[i] = f(x[i]!);
    };
}

export function binary(f: (a: number, b: number) => number): EvalRule<BinaryOp> {
  return ({ shapes, shape }) => {
    const { inner, operands } = broadcastPlan(shapes, shape);
    const [{ step: stepA, starts: startA }, { step: stepB, starts: startB }] = operands;
    return ([a, b], out) => {
      let i = 0;
      for (let run = 0; run < startA.length; run++) {
        let p = startA[run]!;
        let q = startB[run]!;
        for (let j = 0; j < inner; j++, p += stepA, q += stepB) out[i++] = f(a[p]!, b[q]!);
      }
    };
  };
}

// The four that programs are made of get loops of their own: a call through `f` would cost more than the arithmetic.

export const add: EvalRule<BinaryOp> = ({ shapes, shape }) => {
  const { inner, operands } = broadcastPlan(shapes, shape);
  const [{ step: stepA, starts: startA }, { step: stepB, starts: startB }] = operands;
  return ([a, b], out) => {
    let i = 0;
    for (let run = 0; run < startA.length; run++) {
      let p = startA[run]!;
      let q = startB[run]!;
      for (let j = 0; j < inner; j++, p += stepA, q += stepB) out[i++] = a[p]! + b[q]!;
    }
  };
};

export const sub: EvalRule<BinaryOp> = ({ shapes, shape }) => {
  const { inner, operands } = broadcastPlan(shapes, shape);
  const [{ step: stepA, starts: startA }, { step: stepB, starts: startB }] = operands;
  return ([a, b], out) => {
    let i = 0;
    for (let run = 0; run < startA.length; run++) {
      let p = startA[run]!;
      let q = startB[run]!;
      for (let j = 0; j < inner; j++, p += stepA, q += stepB) out[i++] = a[p]! - b[q]!;
    }
  };
};

export const mul: EvalRule<BinaryOp> = ({ shapes, shape }) => {
  const { inner, operands } = broadcastPlan(shapes, shape);
  const [{ step: stepA, starts: startA }, { step: stepB, starts: startB }] = operands;
  return ([a, b], out) => {
    let i = 0;
    for (let run = 0; run < startA.length; run++) {
      let p = startA[run]!;
      let q = startB[run]!;
      for (let j = 0; j < inner; j++, p += stepA, q += stepB) out[i++] = a[p]! * b[q]!;
    }
  };
};

export const div: EvalRule<BinaryOp> = ({ shapes, shape }) => {
  const { inner, operands } = broadcastPlan(shapes, shape);
  const [{ step: stepA, starts: startA }, { step: stepB, starts: startB }] = operands;
  return ([a, b], out) => {
    let i = 0;
    for (let run = 0; run < startA.length; run++) {
      let p = startA[run]!;
      let q = startB[run]!;
      for (let j = 0; j < inner; j++, p += stepA, q += stepB) out[i++] = a[p]! / b[q]!;
    }
  };
};

/** Reads only the branch taken. */
export const where: EvalRule<"where"> = ({ shapes, shape }) => {
  const { inner, operands } = broadcastPlan(shapes, shape);
  const [mask, left, right] = operands;
  const { step: stepC, starts: startC } = mask;
  const { step: stepA, starts: startA } = left;
  const { step: stepB, starts: startB } = right;
  return ([condition, a, b], out) => {
    let i = 0;
    for (let run = 0; run < startC.length; run++) {
      let c = startC[run]!;
      let p = startA[run]!;
      let q = startB[run]!;
      for (let j = 0; j < inner; j++, c += stepC, p += stepA, q += stepB) out[i++] = condition[c] !== 0 ? a[p]! : b[q]!;
    }
  };
};

export const copy: EvalRule<"stop" | "reshape"> =
  () =>
  ([x], out) =>
    out.set(x);
