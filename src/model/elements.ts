import { readEarly, readIndex, readWhole } from "../diagnostics/catalogue/loops.ts";
import type { Expr as Ast, Index } from "../syntax/ast.ts";
import { affine } from "./affine.ts";
import { anyReal } from "./functions/ranges.ts";
import type { ElementExpr, Expr } from "./model.ts";
import { joinPlates, report, textOf, type Filling, type Scope } from "./scope.ts";
import { subtractDims } from "./sizes.ts";

/** `sigma[t-1]`, where `sigma` is being filled: the index is the first one of `ast`. */
export function element(
  s: Scope,
  ast: Index,
  filling: Filling,
  check: (ast: Ast) => Expr | null,
): ElementExpr | null {
  const { name: array, span: declared, entry, end } = filling;
  const loop = s.loops.at(-1) ?? null;
  const [item] = ast.indices;
  const { span } = ast;
  const text = textOf(s, span);
  const index = loop?.plate.index ?? null;
  if (!item || item.kind === "slice") return report(s, readWhole({ span, array, declared }));
  const at = check(item);
  if (!at) return null;
  const found = affine(at);
  const type = { shape: entry, integer: false, range: anyReal };
  if (found && found.plate === loop?.plate.id) {
    loop.read.set(array, loop.read.get(array) ?? span);
    const done = loop.filled.has(array);
    const lag = subtractDims(end, found.offset);
    if (typeof lag !== "number") return report(s, readIndex({ span: item.span, array, index }));
    if (lag < 0 || (lag === 0 && !done)) {
      const because = lag === 0 ? "this turn assigns it further down, or not at all" : `a later turn assigns it`; // prettier-ignore
      return report(s, readEarly({ span, array, text, because, declared }));
    }
    if (typeof found.offset === "number" && found.offset < 0) {
      const because = `in the first turn this is \`${array}[${found.offset}]\``;
      return report(s, readEarly({ span, array, text, because, declared }));
    }
    const plates = joinPlates(s, filling.plates, [loop.plate.id]);
    return { kind: "element", span, type, plates, array, at: { lag } };
  }
  const place = at.type.size;
  if (place === undefined) return report(s, readIndex({ span: item.span, array, index }));
  const left = subtractDims(end, place);
  if (typeof left !== "number" || left <= 0) {
    const because = "not assigned yet";
    return report(s, readEarly({ span, array, text, because, declared }));
  }
  const plates = joinPlates(s, filling.plates);
  return { kind: "element", span, type, plates, array, at: { place, before: [...filling.parts] } };
}
