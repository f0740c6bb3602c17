import type { Outcome } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { check } from "../model/check.ts";
import type { Model } from "../model/model.ts";
import { parse } from "../syntax/parse.ts";

/** The first two stages: text to checked model. `set` overrides constants. */
export function checked(source: SourceFile, set: Readonly<Record<string, number>>): Outcome<Model> {
  const ast = parse(source);
  if (!ast.ok) return ast;
  const model = check(ast.value, source, { set });
  return model.ok ? { ...model, warnings: [...ast.warnings, ...model.warnings] } : model;
}
