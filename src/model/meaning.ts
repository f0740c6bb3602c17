import type { Expr, IndexItem } from "./model.ts";
import { bottomUp } from "./walk.ts";

/**
 * Numbers expressions so that those of one number have one value, wherever they are written: they are made alike of
 * the same names. Numbers of one such function compare with one another.
 */
export function meanings(): (expr: Expr) => number {
  const numbers = new Map<string, number>();
  return bottomUp<number>((expr, of) => {
    if (expr.kind === "local") return of(expr.value);
    // what a loop computes is only ever the same as itself
    const key = keyOf(expr, of) ?? `${numbers.size}`;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

function keyOf(expr: Expr, of: (part: Expr) => number): string | null {
  const parts = (exprs: readonly Expr[]): string => exprs.map(of).join(" ");
  const item = (each: IndexItem): string =>
    each.kind === "at" ? `at ${of(each.at)}` : `from ${each.from} take ${each.length}`;
  switch (expr.kind) {
    case "number":
      return `number ${Object.is(expr.value, -0) ? "-0" : expr.value}`;
    case "const":
    case "data":
    case "param":
    case "latent":
    case "let":
      return `${expr.kind} ${expr.name} in ${expr.plates.join(" ")}`;
    case "plate-index":
      return `index ${expr.plate}`;
    case "size":
      return `size ${expr.size}`;
    case "call":
      return `call ${expr.fn} ${parts(expr.args)}`;
    case "net":
      return `net ${expr.net} ${of(expr.arg)}`;
    case "index":
      return `entry ${of(expr.target)} ${expr.items.map(item).join(", ")}`;
    case "array":
      return `array ${parts(expr.elements)}`;
    default:
      return null;
  }
}
