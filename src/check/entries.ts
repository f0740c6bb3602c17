import { readEarly, readIndex, readWhole } from "../diagnostics/catalogue/loops.ts";
import type { Expr as Ast, Index } from "../syntax/ast.ts";
import { affine, type Affine } from "../model/affine.ts";
import { anyReal } from "../model/ranges.ts";
import type { Expr, IndexExpr } from "../model/model.ts";
import { joinPlates, report, textOf, type PartialArray, type Scope } from "./scope.ts";
import { addDims, subtractDims } from "../model/sizes.ts";
import { rangeOf } from "../model/types.ts";

/** `sigma[t-1]`, where `sigma` is being filled: the index is the first one of `ast`. */
export function element(s: Scope, ast: Index, partial: PartialArray, check: (ast: Ast) => Expr | null): Expr | null {
  const { name: array, span: declared, entry, end } = partial;
  const loop = s.loops.at(-1) ?? null;
  const [item] = ast.indices;
  const { span } = ast;
  const text = textOf(s, span);
  const index = loop?.plate.index ?? null;
  if (!item || item.kind === "slice") return report(s, readWhole({ span, array, declared }));
  const at = check(item);
  if (!at) return null;
  const found = affine(at);
  const { site } = partial;
  const range = site ? rangeOf(site.type) : anyReal;
  const type = { shape: entry, integer: false, range };
  /** An entry of a site, of which all entries have a value whenever one of them is looked at. */
  const sampled = (): IndexExpr => {
    const whole = { ...type, shape: [partial.size, ...entry] };
    const target: Expr = { kind: "latent", span, type: whole, plates: joinPlates(s, partial.plates), name: array };
    const plates = joinPlates(s, partial.plates, at.plates);
    return { kind: "index", span, type, plates, target, items: [{ kind: "at", at }] };
  };
  const around = site && found && s.around.find(({ id, from }) => id === found.plate && from !== null);
  // an entry of a site may also be one that was there before the loop began, in its last iteration still
  const last = around ? subtractDims(addDims(found.offset, around.size), 1) : null;
  const after = last === null ? null : subtractDims(end, last);
  if (typeof after === "number" && after > 0 && !startsEarly(found)) return sampled();
  if (found && found.plate === loop?.plate.id) {
    loop.read.set(array, loop.read.get(array) ?? span);
    const done = loop.filled.has(array);
    const lag = subtractDims(end, found.offset);
    if (typeof lag !== "number") return report(s, readIndex({ span: item.span, array, index }));
    if (lag < 0 || (lag === 0 && !done)) {
      const because = lag === 0 ? "this turn assigns it further down, or not at all" : `a later turn assigns it`;
      return report(s, readEarly({ span, array, text, because, declared }));
    }
    if (startsEarly(found)) {
      const because = `in the first turn this is \`${array}[${found.offset}]\``;
      return report(s, readEarly({ span, array, text, because, declared }));
    }
    if (site) return sampled();
    const plates = joinPlates(s, partial.plates, [loop.plate.id]);
    return { kind: "element", span, type, plates, array, at: { lag } };
  }
  const place = last ?? at.type.size;
  if (place === undefined) return report(s, readIndex({ span: item.span, array, index }));
  const left = subtractDims(end, place);
  if (typeof left !== "number" || left <= 0) {
    const because = site ? "not sampled yet" : "not assigned yet";
    return report(s, readEarly({ span, array, text, because, declared }));
  }
  if (site) return sampled();
  const plates = joinPlates(s, partial.plates);
  return { kind: "element", span, type, plates, array, at: { place, before: [...partial.segments] } };
}

/** Whether the first iteration would look in front of the first entry. */
const startsEarly = (at: Affine | null): boolean => at !== null && typeof at.offset === "number" && at.offset < 0;
