import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error, label } from "./make.ts";

// Codes PPL390 to PPL399: parts of the language that are read but have no meaning yet. Each is refused by name.

interface Later {
  readonly span: Span;
  readonly what: string;
  readonly hint?: string;
}

export function guideLater({ span, what, hint }: Later): Diagnostic {
  return error("PPL394", `the guide family \`${what}\` cannot be used yet`, [label(span, "not supported in this version")], hint); // prettier-ignore
}
