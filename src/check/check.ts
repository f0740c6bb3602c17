import { inOrder, outcome, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { setsNoConst } from "../diagnostics/catalogue/names.ts";
import type { SourceFile, Span } from "../diagnostics/span.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Ast, Stmt } from "../syntax/ast.ts";
import { read } from "../syntax/parse.ts";
import { declareSizes } from "./sizes.ts";
import { checkFilled } from "./partialArrays.ts";
import { meanings } from "../model/meaning.ts";
import type { Model } from "../model/model.ts";
import { report, type Entry, type Scope } from "./scope.ts";
import { statement } from "./statements.ts";

export interface CheckOptions {
  /** Numbers that replace those of `const` statements. */
  readonly set?: Readonly<Record<string, number>>;
  /** Names about which nothing is known, because the statements that hold them could not be read. */
  readonly unread?: ReadonlySet<string>;
}

/**
 * Names, shapes, ranges, supports and plates of a whole file. All mistakes are reported at once; one that follows
 * from another is not.
 */
export function check(ast: Ast, source: SourceFile, options: CheckOptions = {}): Outcome<Model> {
  const s = newScope(ast, source, options.set ?? {});
  checkSet(s, ast, options.unread);
  declareSizes(s, ast.statements);
  breakUnread(s, ast.statements, options.unread ?? new Set());
  for (const stmt of ast.statements) statement(s, stmt);
  checkFilled(s);
  return outcome(() => modelOf(s, ast), inOrder(s.diagnostics));
}

/**
 * Mistakes of names and shapes in the statements of a text that its syntax errors leave alone. What may follow from
 * an error, or from a statement that could not be read, is not reported.
 */
export function checkRest(source: SourceFile, options: CheckOptions = {}): readonly Diagnostic[] {
  const { ast, unread } = read(source);
  if (ast === null) return [];
  const checked = check(ast, source, { ...options, unread: unread.words });
  const errors = checked.ok ? [] : checked.errors;
  return unread.nameless ? errors.filter(({ code }) => !unknownNames.includes(code)) : errors;
}

/** Codes that say that a name is not declared. */
const unknownNames: readonly string[] = ["PPL201", "PPL206", "PPL208", "PPL215"];

function newScope(ast: Ast, source: SourceFile, set: Readonly<Record<string, number>>): Scope {
  const entries = new Map<string, Entry>();
  return {
    source,
    set,
    entries,
    file: entries,
    declarations: declarationsOf(ast.statements),
    closed: new Map(),
    around: [],
    loops: [],
    calls: [],
    written: { results: new Map(), waiting: [], meaning: meanings(), depth: 0, parts: 0 },
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

/** Names that have no other meaning are declared as broken, so that uses of them are silent. */
function breakUnread(s: Scope, statements: readonly Stmt[], unread: ReadonlySet<string>): void {
  const indices = new Set<string>();
  const visit = (stmt: Stmt): void => {
    if (stmt.kind !== "plate" && stmt.kind !== "for") return;
    indices.add(stmt.index.text);
    stmt.body.forEach(visit);
  };
  statements.forEach(visit);
  for (const name of unread)
    if (!s.declarations.has(name) && !s.entries.has(name) && !indices.has(name))
      s.entries.set(name, { kind: "broken", span: { start: 0, end: 0 } });
}

function checkSet(s: Scope, ast: Ast, unread?: ReadonlySet<string>): void {
  const known = ast.statements.flatMap((stmt) => (stmt.kind === "const" ? [stmt.name.text] : []));
  for (const name of Object.keys(s.set))
    if (!known.includes(name) && !unread?.has(name))
      report(s, setsNoConst({ name, suggestion: suggest(name, known), known }));
}

/** Names outside plates and inside, in source order; of a name declared twice, the first place. */
function declarationsOf(statements: readonly Stmt[]): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>();
  const visit = (stmt: Stmt): void => {
    if (stmt.kind === "plate" || stmt.kind === "for") stmt.body.forEach(visit);
    else if (stmt.kind === "sample" && stmt.target) return;
    else if (stmt.kind !== "model" && "name" in stmt && !found.has(stmt.name.text))
      found.set(stmt.name.text, stmt.name.span);
  };
  statements.forEach(visit);
  return found;
}
