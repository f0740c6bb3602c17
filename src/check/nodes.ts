import { present } from "../base/assert.ts";
import { anyReal, hull } from "../model/ranges.ts";
import type { Dim, Expr, Fill, FilledExpr, Segment, Loop, Plate } from "../model/model.ts";
import { joinPlates, platesHere, type Scope } from "./scope.ts";

/** A value under a name: computed once, wherever it stands. */
export function local(called: string, value: Expr): Expr {
  const { span, type, plates } = value;
  const { shape, integer, range, size } = type;
  return {
    kind: "local",
    span,
    type: { shape, integer, range, ...(size === undefined ? {} : { size }) },
    plates,
    called,
    value,
  };
}

/** An array of these segments: its entries lie in the range of whatever is assigned to them. */
export function filledExpr(
  s: Scope,
  span: FilledExpr["span"],
  shape: readonly Dim[],
  segments: readonly Segment[],
): FilledExpr {
  const values = segments.map((part) => (part.kind === "entry" ? part.value : fillOf(part.loop, part.array).value));
  const range = values.length === 0 ? anyReal : values.map(({ type }) => type.range).reduce(hull);
  const all = segments.flatMap((part) =>
    part.kind === "entry" ? [part.value.plates] : part.loop.fills.map(({ value }) => value.plates),
  );
  const plates = joinPlates(s, all.flat());
  return { kind: "filled", span, type: { shape, integer: false, range }, plates, segments };
}

/** How a loop fills one of its arrays. */
function fillOf({ fills }: Loop, name: string): Fill {
  return present(
    fills.find(({ array }) => array === name),
    `what fills ${name}`,
  );
}

/** The plate of a loop that the checker makes itself. */
export function hiddenPlate(s: Scope, index: string, size: Dim, span: Plate["span"]): Plate {
  let id = index;
  for (let n = 2; s.plates.some((plate) => plate.id === id); n++) id = `${index}_${n}`;
  const plate = { id, index, size, within: platesHere(s), span, from: 0 };
  s.plates.push(plate);
  return plate;
}
