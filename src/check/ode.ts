import { notASize } from "../diagnostics/catalogue/types.ts";
import { wrongArgument, wrongCount } from "../diagnostics/catalogue/types.ts";
import { shapeWords } from "../diagnostics/catalogue/make.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Argument, Call, FunStmt } from "../syntax/ast.ts";
import { sizeOf } from "./sizes.ts";
import { filledExpr, hiddenPlate, local } from "./nodes.ts";
import { signatureOf, writeOut, type CheckIn } from "./userFunctions.ts";
import { anyReal } from "../model/ranges.ts";
import type { Expr, Plate } from "../model/model.ts";
import { joinPlates, partOf, report, textOf, type Scope } from "./scope.ts";
import { addDims, multiplyDims, sameDims, subtractDims } from "../model/sizes.ts";
import { leadingSize, numberExpr, sizeExpr } from "../model/types.ts";
import { notAFun, wrongSlope } from "../diagnostics/catalogue/functions.ts";

/** Applies a function of the library by its name. */
type Apply = (fn: string, args: readonly Expr[], span: Span) => Expr | null;

const signature = "ode_rk4(f, y0, times, ..., steps = 1)";

/** As in the manual, beside the rows of the library: its first argument is a function. */
export const odeManual = {
  signature,
  doc:
    "The solution of dy/dt = f(t, y, ...) that is y0 at the first of the times, at all of them: one row for each. " +
    "`steps` equal steps of the classical fourth-order Runge-Kutta method between neighbouring times; f is a `fun`.",
} as const;

/**
 * `ode_rk4(f, y0, times, a, b, steps = 4)`: the solution of dy/dt = f(t, y, a, b) that is `y0` at the first of `times`,
 * at all of them, [T, ...]. Between neighbouring times it makes `steps` equal steps of the classical fourth-order
 * method (Kutta 1901; Hairer, Norsett & Wanner, Solving ODEs I, table II.1.2): the error of a smooth solution falls by
 * 16 when steps double. It is a recurrence over all steps, of which the rows at the given times are kept.
 */
export function odeRk4(s: Scope, ast: Call, check: CheckIn, apply: Apply): Expr | null {
  const { span } = ast;
  const steps = ast.args.find((arg) => arg.name?.text === "steps");
  const given = ast.args.filter((arg) => arg !== steps);
  const [f, start, at, ...others] = given;
  if (!f || !start || !at) return report(s, wrongCount({ fn: "ode_rk4", span, found: given.length, signature }));
  const fun = functionOf(s, f);
  const [y0, times] = [check(s, start.value), check(s, at.value)];
  const more = others.map(({ value }) => check(s, value));
  const count = steps ? countOf(s, steps) : 1;
  if (!fun || count === null || !y0 || !times || !more.every((arg) => arg !== null)) return null;
  if (more.length !== fun.params.length - 2)
    return report(s, wrongCount({ fn: fun.name.text, span, found: more.length + 2, signature: signatureOf(fun) }));
  if (times.type.shape.length !== 1)
    return report(
      s,
      wrongArgument({
        fn: "ode_rk4",
        span: times.span,
        expected: "a vector",
        found: shapeWords(times.type.shape),
        signature,
      }),
    );
  return solution(s, { span, fun, y0, times, more, steps: count, check, apply });
}

/** A number of steps, or null after a report. */
function countOf(s: Scope, { span, value }: Argument): number | null {
  const count = sizeOf(s, value);
  if (count === null || (typeof count === "number" && count >= 1)) return count;
  return report(s, notASize({ span, text: textOf(s, value.span) }));
}

function functionOf(s: Scope, { value }: Argument): FunStmt | null {
  const entry = value.kind === "name" ? s.entries.get(value.text) : undefined;
  if (entry?.kind === "broken") return null;
  return entry?.kind === "fun" ? entry.fun : report(s, notAFun({ span: value.span, signature }));
}

interface Problem {
  readonly span: Span;
  readonly fun: FunStmt;
  readonly y0: Expr;
  readonly times: Expr;
  readonly more: readonly Expr[];
  readonly steps: number;
  readonly check: CheckIn;
  readonly apply: Apply;
}

function solution(s: Scope, problem: Problem): Expr | null {
  const { span, y0, times, steps, apply } = problem;
  const size = leadingSize(times.type);
  const iterations = multiplyDims(subtractDims(size, 1), steps);
  const plate = hiddenPlate(s, "step", iterations, span);
  s.around.push(plate);
  const next = step(s, problem, plate);
  s.around.pop();
  if (!next) return null;
  const array = plate.id;
  const before = [{ kind: "entry", value: y0 }] as const;
  const fill = { array, start: 1, before, value: next };
  const loop = { plate: plate.id, fills: [fill] };
  const segments = [...before, { kind: "loop", loop, array } as const];
  const all = filledExpr(s, span, [addDims(iterations, 1), ...y0.type.shape], segments);
  if (steps === 1) return { ...all, type: { ...all.type, shape: [size, ...y0.type.shape] } };
  const range = apply("range", [sizeExpr(size, span)], span);
  const rows = range && apply("mul", [range, numberExpr(steps, span)], span);
  if (!rows) return null;
  const type = { shape: [size, ...y0.type.shape], integer: false, range: anyReal };
  const plates = joinPlates(s, all.plates, rows.plates);
  return { kind: "index", span, type, plates, target: all, items: [{ kind: "at", at: rows }] };
}

/** One step: y + h (k1 + 2 k2 + 2 k3 + k4) / 6. */
function step(s: Scope, problem: Problem, plate: Plate): Expr | null {
  const { span, fun, y0, times, more, steps, check, apply } = problem;
  const call = (fn: string, ...args: readonly (Expr | null)[]): Expr | null =>
    args.every((arg) => arg !== null) ? apply(fn, args, span) : null;
  const number = (x: number): Expr => numberExpr(x, span);
  const named = (name: string, value: Expr | null): Expr | null => value && local(name, value);
  const range = { lower: 0, upper: Infinity };
  const index: Expr = {
    kind: "plate-index",
    span,
    type: { shape: [], integer: true, range },
    plates: [plate.id],
    plate: plate.id,
  };
  const interval = steps === 1 ? index : call("floor", call("div", index, number(steps)));
  if (!interval) return null;
  const at = (shift: number): Expr | null => {
    const place = shift === 0 ? interval : call("add", interval, number(shift));
    const type = { shape: [], integer: false, range: times.type.range };
    const plates = joinPlates(s, times.plates, [plate.id]);
    return (
      place && { kind: "index", span: times.span, type, plates, target: times, items: [{ kind: "at", at: place }] }
    );
  };
  const start = at(0);
  const h = named("h", call("div", call("sub", at(1), start), number(steps)));
  const inside = steps === 1 ? null : call("sub", index, call("mul", interval, number(steps)));
  const t = named("t", steps === 1 ? start : call("add", start, call("mul", h, inside)));
  const y: Expr = {
    kind: "element",
    span: y0.span,
    type: { shape: y0.type.shape, integer: false, range: anyReal },
    plates: joinPlates(s, y0.plates, [plate.id]),
    array: plate.id,
    at: { lag: 1 },
  };
  const half = named("half", call("mul", number(0.5), h));
  const slope = (time: Expr | null, state: Expr | null): Expr | null => {
    if (!time || !state) return null;
    const k = writeOut(s, fun, [time, state, ...more], span, check);
    if (!k || sameDims(k.type.shape, y0.type.shape)) return k;
    return report(s, wrongSlope({ fn: fun.name.text, slope: partOf(s, k), state: partOf(s, y0) }));
  };
  const move = (by: Expr | null, k: Expr | null): Expr | null => named("y", call("add", y, call("mul", by, k)));
  const middle = named("middle", call("add", t, half));
  const k1 = slope(t, y);
  const k2 = slope(middle, move(half, k1));
  const k3 = slope(middle, move(half, k2));
  const k4 = slope(call("add", t, h), move(h, k3));
  const twice = call("mul", number(2), call("add", k2, k3));
  const total = call("add", call("add", k1, twice), k4);
  return call("add", y, call("mul", call("div", h, number(6)), total));
}
