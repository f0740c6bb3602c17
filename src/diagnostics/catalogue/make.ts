import type { Diagnostic, Label } from "../diagnostic.ts";
import type { Span } from "../span.ts";

/** The parts that the rows of the catalogue are made of. */

export function error(
  code: Diagnostic["code"],
  message: string,
  labels: readonly Label[],
  hint?: string | null,
): Diagnostic {
  return { code, severity: "error", message, labels, ...(hint ? { hint } : {}) };
}

export function warning(
  code: Diagnostic["code"],
  message: string,
  labels: readonly Label[],
  hint?: string | null,
): Diagnostic {
  return { code, severity: "warning", message, labels, ...(hint ? { hint } : {}) };
}

export function label(span: Span, text: string): Label {
  return { span, text };
}

/** "`a`, `b` and `c`" */
export function list(names: readonly string[], joint = "and"): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length < 2) return quoted.join("");
  return `${quoted.slice(0, -1).join(", ")} ${joint} ${quoted.at(-1)}`;
}

/** Of how stratum is used: no place in the model is to blame, so `elsewhere` says where. */
export function usage(
  code: Diagnostic["code"],
  message: string,
  elsewhere: string | null,
  hint: string | null,
): Diagnostic {
  return {
    code,
    severity: "error",
    message,
    labels: [],
    ...(elsewhere === null ? {} : { elsewhere }),
    ...(hint === null ? {} : { hint }),
  };
}

export function didYouMean(name: string | null): string | null {
  return name === null ? null : `did you mean \`${name}\`?`;
}

/** "a single number" or "shape [N, 2]". */
export function shapeWords(shape: readonly (number | string)[]): string {
  return shape.length === 0 ? "a single number" : `shape [${shape.join(", ")}]`;
}

/** "1 argument", "2 arguments", "3 axes" */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
