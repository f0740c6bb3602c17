import { join } from "node:path";
import { render } from "../../src/diagnostics/render.ts";
import type { Ast } from "../../src/syntax/ast.ts";
import { format } from "../../src/syntax/format.ts";
import { parse } from "../../src/syntax/parse.ts";
import { sexpr } from "../../src/syntax/print.ts";
import { printTokens } from "../../src/syntax/tokens.ts";
import type { SourceFile } from "../../src/diagnostics/span.ts";
import { runCases } from "../cases.ts";

const shown = (source: SourceFile, show: (ast: Ast) => string): string => {
  const parsed = parse(source);
  return parsed.ok ? show(parsed.value) : render(parsed.errors, source, { color: false });
};

runCases(join(import.meta.dirname, "../cases/syntax"), {
  tokens: (source) => printTokens(source.text),
  ast: (source) => shown(source, sexpr),
  format: (source) => shown(source, format),
  errors: (source) => shown(source, () => "none"),
});
