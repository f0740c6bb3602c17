import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** One message of the catalogue, as far as its source tells it. */
export interface Message {
  readonly code: string;
  /** What is said, `…` standing for the user's own things. */
  readonly text: string;
  /** The doc comment of the function that says it. */
  readonly doc: string;
}

/** Every code of the catalogue with what it says, read off the functions that make the diagnostics. */
export function messages(folder: string): readonly Message[] {
  const found: Message[] = [];
  for (const name of readdirSync(folder).sort()) {
    const file = ts.createSourceFile(name, readFileSync(join(folder, name), "utf8"), ts.ScriptTarget.ES2023, true);
    for (const statement of file.statements)
      if (ts.isFunctionDeclaration(statement)) found.push(...messagesOf(statement, file));
  }
  return found.sort((a, b) => a.code.localeCompare(b.code));
}

function messagesOf(fn: ts.FunctionDeclaration, file: ts.SourceFile): Message[] {
  const doc = ts
    .getJSDocCommentsAndTags(fn)
    .map((part) => (typeof part.comment === "string" ? part.comment : ""))
    .join(" ")
    .replace(/\s+/g, " ");
  const found: Message[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && /^PPL\d{3}$/.test(node.text) && !ts.isTypeNode(node.parent))
      found.push({ code: node.text, text: messageBeside(node, file), doc });
    ts.forEachChild(node, visit);
  };
  visit(fn);
  return found;
}

/** The text that stands with a code: the next argument of a call, or the property `message`. */
function messageBeside(code: ts.StringLiteral, file: ts.SourceFile): string {
  const { parent } = code;
  if (ts.isCallExpression(parent)) {
    const next = parent.arguments.slice(parent.arguments.indexOf(code) + 1).find(isText);
    return next ? textOf(next, file) : "";
  }
  if (ts.isPropertyAssignment(parent) && ts.isObjectLiteralExpression(parent.parent)) {
    const message = parent.parent.properties
      .filter(ts.isPropertyAssignment)
      .find(({ name }) => name.getText(file) === "message");
    return message && isText(message.initializer) ? textOf(message.initializer, file) : "";
  }
  return "";
}

const isText = (node: ts.Node): node is ts.StringLiteralLike | ts.TemplateExpression =>
  ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

function textOf(node: ts.StringLiteralLike | ts.TemplateExpression, _: ts.SourceFile): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => `…${literal.text}`)].join("");
}
