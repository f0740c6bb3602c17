import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error, label } from "./make.ts";
import { shapeLabel, type Part } from "./types.ts";

// Codes PPL360 to PPL369: `fun`, and what takes one.

export function recursive(at: { readonly span: Span; readonly name: string; readonly declared: Span }): Diagnostic {
  return error(
    "PPL360",
    `\`${at.name}\` calls itself`,
    [label(at.span, "called here"), label(at.declared, "its definition")],
    "a function is written out where it is called, so that it cannot be recursive; a recurrence is a `for`",
  );
}

export function capturesRandom(at: {
  readonly span: Span;
  readonly name: string;
  readonly fn: string;
  readonly is: string;
  readonly declared: Span;
}): Diagnostic {
  return error(
    "PPL361",
    `\`${at.fn}\` may not use \`${at.name}\`, which is ${at.is}`,
    [label(at.span, "used here"), label(at.declared, "declared here")],
    `make it an argument: \`${at.fn}(..., ${at.name})\``,
  );
}

export function nameTaken(at: { readonly span: Span; readonly name: string; readonly is: string }): Diagnostic {
  return error("PPL362", `\`${at.name}\` is ${at.is} already`, [label(at.span, "choose another name")]);
}

export function typedLet(at: { readonly span: Span; readonly name: string }): Diagnostic {
  return error(
    "PPL363",
    "a `let` inside a function has no type",
    [label(at.span, "here")],
    `write \`let ${at.name} = ...\`: its shape is that of its value`,
  );
}

export function notAFun(at: { readonly span: Span; readonly signature: string }): Diagnostic {
  return error(
    "PPL364",
    "the first argument is the name of a `fun`",
    [label(at.span, "not one")],
    `\`fun rate(t, y) = ...\`, then \`${at.signature}\``,
  );
}

export function writtenTooLong(at: { readonly span: Span; readonly name: string; readonly limit: number }): Diagnostic {
  return error(
    "PPL366",
    "the functions of this model come to too much when they are written out",
    [label(at.span, `with \`${at.name}\` here it is more than ${at.limit.toLocaleString("en-US")} operations`)],
    "a function is written out where it is called, once for each different choice of arguments: call fewer functions in one another, or compute what they share in one array",
  );
}

export function wrongSlope(at: { readonly slope: Part; readonly state: Part; readonly fn: string }): Diagnostic {
  return error("PPL365", `\`${at.fn}\` does not have the shape of the state`, [
    shapeLabel(at.slope),
    shapeLabel(at.state),
  ]);
}
