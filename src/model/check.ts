import { outcome, type Outcome } from "../diagnostics/diagnostic.ts";
import { setsNoConst } from "../diagnostics/catalogue/names.ts";
import type { SourceFile, Span } from "../diagnostics/span.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Ast, Stmt } from "../syntax/ast.ts";
import { declareSizes } from "./extents.ts";
import type { Model } from "./model.ts";
import { report, type Scope } from "./scope.ts";
import { statement } from "./statements.ts";

export interface CheckOptions {
  /** Numbers that replace those of `const` statements. */
  readonly set?: Readonly<Record<string, number>>;
}

/**
 * Names, shapes, ranges, supports and plates of a whole file. All mistakes are reported at once; one that follows
 * from another is not.
 */
export function check(ast: Ast, source: SourceFile, options: CheckOptions = {}): Outcome<Model> {
  const s = newScope(ast, source, options.set ?? {});
  checkSet(s, ast);
  declareSizes(s, ast.statements);
  for (const stmt of ast.statements) statement(s, stmt);
  return outcome(() => modelOf(s, ast), bySpan(s));
}

function newScope(ast: Ast, source: SourceFile, set: Readonly<Record<string, number>>): Scope {
  return {
    source,
    set,
    entries: new Map(),
    declarations: declarationsOf(ast.statements),
    closed: new Map(),
    around: [],
    diagnostics: [],
    sizes: [],
    consts: [],
    data: [],
    params: [],
    nets: [],
    plates: [],
    nodes: [],
    guide: [],
  };
}

function modelOf(s: Scope, ast: Ast): Model {
  const { source, sizes, consts, data, params, nets, plates, nodes, guide } = s;
  const named = ast.statements.find((stmt) => stmt.kind === "model");
  const name = named ? named.name.text : nameOfPath(source.path);
  return { name, source, sizes, consts, data, params, nets, plates, nodes, guide };
}

/** "models/eight-schools.ppl" names its model eight_schools. */
function nameOfPath(path: string): string {
  const file = path.split(/[\\/]/).at(-1) ?? "";
  return file.replace(/\.ppl$/, "").replaceAll(/\W+/g, "_") || "model";
}

function checkSet(s: Scope, ast: Ast): void {
  const known = ast.statements.flatMap((stmt) => (stmt.kind === "const" ? [stmt.name.text] : []));
  for (const name of Object.keys(s.set))
    if (!known.includes(name))
      report(s, setsNoConst({ name, suggestion: suggest(name, known), known }));
}

/** Names outside plates and inside, in source order; of a name declared twice, the first place. */
function declarationsOf(statements: readonly Stmt[]): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>();
  const visit = (stmt: Stmt): void => {
    if (stmt.kind === "plate" || stmt.kind === "for") stmt.body.forEach(visit);
    else if (stmt.kind !== "model" && "name" in stmt && !found.has(stmt.name.text))
      found.set(stmt.name.text, stmt.name.span);
  };
  statements.forEach(visit);
  return found;
}

/** In the order of the text; those without a place come first. */
function bySpan(s: Scope) {
  return s.diagnostics.toSorted(
    (a, b) => (a.labels[0]?.span.start ?? -1) - (b.labels[0]?.span.start ?? -1),
  );
}
