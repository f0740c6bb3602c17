import { Builder } from "../../src/program/builder.ts";
import type { Program, Value } from "../../src/program/program.ts";
import type { Shape } from "../../src/tensor/shape.ts";

/** Names of what a body takes and returns, as its inputs and outputs are called in these tests. */
export type Turn = (b: Builder, given: { readonly s: Value; readonly x: Value; readonly p: Value }) => Value;

/** A body with one state `s`, one row `x` and one shared argument `p`; it stacks what it carries. */
export function bodyOf(turn: Turn, s: Shape, x: Shape, p: Shape): Program {
  const b = new Builder();
  const next = turn(b, {
    s: b.input("s", s, "state"),
    x: b.input("x", x, "feed"),
    p: b.input("p", p, "data"),
  });
  b.output("last", next, "s");
  b.output("all", next);
  return b.finish();
}

/** The states after each turn, [rows of x, ...]. */
export function recurrence(
  b: Builder,
  turn: Turn,
  { s, x, p }: { readonly s: Value; readonly x: Value; readonly p: Value },
  reverse = false,
): Value {
  const [count, ...row] = b.shapeOf(x);
  const body = bodyOf(turn, b.shapeOf(s), row, b.shapeOf(p));
  const args = new Map(Object.entries({ s, x, p }));
  return b.scan(body, count!, args, reverse).get("all")!;
}

/** p s + x */
export const linear: Turn = (b, { s, x, p }) => b.add(b.mul(p, s), x);

/** x_t = x_{t-1} + p x_{t-2}, two states that move along; only the last one is returned. */
export function lagged(b: Builder, start: Value, p: Value, count: number): Value {
  const body = new Builder();
  const one = body.input("one", [], "state");
  const two = body.input("two", [], "state");
  body.output("one'", body.add(one, body.mul(body.input("p", [], "data"), two)), "one");
  body.output("two'", one, "two");
  const at = (i: number): Value => b.reshape(b.narrow(start, 0, i, 1), []);
  const args = new Map([
    ["one", at(1)],
    ["two", at(0)],
    ["p", p],
  ]);
  return b.scan(body.finish(), count, args).get("one'")!;
}

/** Two states that change places in each turn, one of them scaled. */
export function swapping(b: Builder, start: Value, p: Value, count: number): Value {
  const body = new Builder();
  const one = body.input("one", [], "state");
  const two = body.input("two", [], "state");
  const sum = body.add(body.square(one), body.mul(body.input("p", [], "data"), two));
  body.output("sum", sum);
  body.output("one'", two, "one");
  body.output("two'", one, "two");
  const at = (i: number): Value => b.reshape(b.narrow(start, 0, i, 1), []);
  const args = new Map([
    ["one", at(0)],
    ["two", at(1)],
    ["p", p],
  ]);
  return b.scan(body.finish(), count, args).get("sum")!;
}
