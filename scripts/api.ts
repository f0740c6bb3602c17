import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** One thing that the package exports. */
export interface Exported {
  readonly name: string;
  readonly file: string;
  /** The doc comment, without its stars. */
  readonly doc: string;
  /** The declaration without bodies of functions. */
  readonly declaration: string;
}

/** What an index file re-exports by name, in its order; names are looked up in the files that declare them. */
export function exportsOf(root: string, index: string): readonly Exported[] {
  const found: Exported[] = [];
  for (const statement of parse(root, index).statements) {
    if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier) continue;
    if (!statement.exportClause || !ts.isNamedExports(statement.exportClause)) continue;
    const path = join(dirname(index), (statement.moduleSpecifier as ts.StringLiteral).text);
    for (const { name, propertyName } of statement.exportClause.elements)
      found.push({ ...declared(root, path, (propertyName ?? name).text), name: name.text });
  }
  return found;
}

function declared(root: string, path: string, name: string): Exported {
  const file = parse(root, path);
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement) && statement.exportClause) {
      const { exportClause, moduleSpecifier } = statement;
      const passed =
        ts.isNamedExports(exportClause) && exportClause.elements.some((element) => element.name.text === name);
      if (passed && moduleSpecifier)
        return declared(root, join(dirname(path), (moduleSpecifier as ts.StringLiteral).text), name);
    }
    const names = ts.isVariableStatement(statement)
      ? statement.declarationList.declarations.map((one) => one.name.getText(file))
      : ts.isDeclarationStatement(statement) && statement.name
        ? [statement.name.getText(file)]
        : [];
    if (names.includes(name))
      return {
        name,
        file: path,
        doc: docOf(statement),
        declaration: withoutBodies(statement, file),
      };
  }
  throw new Error(`${path} declares no ${name}`);
}

function docOf(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node);
  if (!comment) return "";
  return comment
    .getText()
    .replace(/^\/\*\*|\*\/$/g, "")
    .replace(/^[ \t]*\* ?/gm, "")
    .trim();
}

/** The text of a declaration, with `;` for every body. */
function withoutBodies(node: ts.Statement, file: ts.SourceFile): string {
  const text = file.text;
  const cuts: { from: number; to: number }[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isBlock(child)) cuts.push({ from: child.getFullStart(), to: child.getEnd() });
    else ts.forEachChild(child, visit);
  };
  visit(node);
  let out = "";
  let at = node.getStart(file);
  for (const { from, to } of cuts) {
    out += `${text.slice(at, from)};`;
    at = to;
  }
  return out + text.slice(at, node.getEnd());
}

function parse(root: string, path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.ES2023, true);
}
