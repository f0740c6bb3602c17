import { parse as parseCsv } from "csv-parse/sync";
import { marked } from "marked";
import { SaxesParser } from "saxes";
import ts from "typescript";
import { createContext, runInContext } from "node:vm";
import wabt from "wabt";
import { instance } from "@viz-js/viz";
import * as escape from "../../src/base/escape.ts";
import { render } from "../../src/diagnostics/render.ts";
import { usage } from "../../src/diagnostics/catalogue/make.ts";
import { emitModule } from "../../src/execute/tfjs/module.ts";
import { encodeModule } from "../../src/execute/fused/wasm/encode.ts";
import { printModule } from "../../src/execute/fused/wasm/print.ts";
import type { ModuleNode } from "../../src/execute/fused/wasm/tree.ts";
import { Builder } from "../../src/program/builder.ts";
import { table } from "../../src/report/table.ts";

/** What went wrong with a hostile text, or null. */
export type Fault = string | null;

/** The first difference between what a reader found and what was to be found. */
const differs = (what: string, found: unknown, expected: unknown): Fault =>
  JSON.stringify(found) === JSON.stringify(expected)
    ? null
    : `${what}: found ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`;

/** What is left of a text in UTF-8, and on the way back. */
export const wellFormed = (text: string): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text));

export const terminalCommands =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u061c\u200b-\u200f\ufeff]/;

/** A module of JavaScript whose title, comments and names are this text. */
function moduleAbout(text: string): { readonly js: string; readonly dts: string } {
  const b = new Builder();
  const source = { path: text, text: `${text}\nlet two = 2` };
  const x = b.from({ start: 0, end: text.length }, text, () => b.input(text, [2], "data"));
  b.output(text, b.exp(x));
  return emitModule(b.finish(), { title: text, source });
}

/** The tokens of a text of TypeScript by their kinds, and how many comments stand between them. */
export function scanned(text: string): { readonly kinds: readonly ts.SyntaxKind[]; readonly comments: number } {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2023, false, ts.LanguageVariant.Standard, text);
  const kinds: ts.SyntaxKind[] = [];
  // what a closing brace closes: a block, or the hole of a template
  const open: ts.SyntaxKind[] = [];
  let comments = 0;
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (kind === ts.SyntaxKind.TemplateHead || kind === ts.SyntaxKind.OpenBraceToken) open.push(kind);
    if (kind === ts.SyntaxKind.CloseBraceToken) {
      const inTemplate = open.at(-1) === ts.SyntaxKind.TemplateHead;
      if (inTemplate) kind = scanner.reScanTemplateToken(false);
      if (kind !== ts.SyntaxKind.TemplateMiddle) open.pop();
    }
    if (kind === ts.SyntaxKind.SingleLineCommentTrivia || kind === ts.SyntaxKind.MultiLineCommentTrivia) comments++;
    else if (kind > ts.SyntaxKind.LastTriviaToken) kinds.push(kind);
  }
  return { kinds, comments };
}

const benign = scanned(moduleAbout("a b").js);
const benignTypes = scanned(moduleAbout("a b").dts);

/** The names of the module's exports, when it is run in a world of its own, and whether anything else happened. */
function evaluated(js: string): {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly globals: number;
} {
  const compiled = ts.transpileModule(js, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const exports: Record<string, object> = {};
  const world = createContext({ exports, require: () => ({}) });
  runInContext(`(function () {${compiled.outputText}\n})()`, world);
  const names = (what: string): string[] => Object.keys(exports[what] ?? {});
  return { inputs: names("inputs"), outputs: names("outputs"), globals: Object.keys(world).length };
}

function javascript(text: string): Fault {
  const { js, dts } = moduleAbout(text);
  const same = (found: ReturnType<typeof scanned>, plain: typeof found): Fault => {
    // a name is an identifier, a keyword or a string; in brackets where it would be the prototype's
    const signs = ({ kinds }: typeof found): readonly ts.SyntaxKind[] =>
      kinds.filter((kind) => kind !== ts.SyntaxKind.StringLiteral && kind < ts.SyntaxKind.Identifier);
    if (text === "__proto__") return null;
    return differs("tokens", signs(found), signs(plain)) ?? differs("comments", found.comments, plain.comments);
  };
  const read = new Function(`return ${escape.javascriptString(text)}`) as () => unknown;
  return (
    same(scanned(js), benign) ??
    same(scanned(dts), benignTypes) ??
    differs("exports", evaluated(js), { inputs: [text], outputs: [text], globals: 2 }) ??
    differs("literal", read(), text) ??
    (/<\/script|<!--/i.test(js) ? "a module that ends the script around it" : null) ??
    (terminalCommands.test(js + dts) ? "an unseen character in a module" : null)
  );
}

/** A module of WebAssembly with one function of this name, comment and locals, exported under it. */
function wasmAbout(text: string): ModuleNode {
  const callee = { name: text, params: [], results: [], imported: false, index: 0 } as const;
  const imported = { name: `${text}'`, params: [], results: [], imported: true, index: 0 } as const;
  const slot = { index: 0, type: "i32", name: text } as const;
  return {
    memory: null,
    imports: [{ callee: imported, module: text, field: text }],
    globals: [{ index: 0, type: "i32", name: text, initial: 7, mutable: true }],
    functions: [
      {
        callee,
        params: [],
        locals: [slot],
        body: [
          { kind: "comment", text },
          { kind: "set", slot, value: { kind: "const", type: "i32", value: 1 } },
        ],
        comment: text,
      },
    ],
    exports: [{ name: text, of: callee }],
  } as ModuleNode;
}

const tools = await wabt();

function wat(text: string): Fault {
  const node = wasmAbout(text);
  const printed = printModule(node);
  if (terminalCommands.test(printed)) return "an unseen character in a module";
  try {
    const parsed = tools.parseWat("module.wat", new TextEncoder().encode(printed));
    const { buffer } = parsed.toBinary({});
    parsed.destroy();
    return differs("bytes", Buffer.from(buffer).toString("hex"), Buffer.from(encodeModule(node)).toString("hex"));
  } catch (error) {
    return `wabt: ${String(error)}\n${printed}`;
  }
}

/** The text of every element, when the document is well formed. */
export function textsOf(document: string): readonly string[] {
  const texts: string[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("text", (text) => void texts.push(text));
  parser.write(document).close();
  return texts.filter((text) => text.trim() !== "");
}

const viz = await instance();

/** DOT as Graphviz draws it: one node, whose label has these lines. */
function dot(text: string): Fault {
  const source = `digraph ${escape.dotString(text)} { ${escape.dotString(text)} [label=${escape.dotString(text, `~ ${text}`)}] }`;
  const drawn = viz.render(source, { format: "svg" });
  if (drawn.status !== "success") return `viz: ${JSON.stringify(drawn.errors)}`;
  const read = viz.renderJSON(source) as { readonly objects?: readonly unknown[] };
  // Graphviz draws spaces that nothing could show otherwise
  const plain = (line: string): string => line.replaceAll("\u00a0", " ").trim();
  const seen = textsOf(drawn.output).map(plain);
  const lines = [escape.visible(text), `~ ${escape.visible(text)}`].map(plain);
  return (
    differs("nodes", read.objects?.length, 1) ??
    lines
      .map((line) =>
        line === "" || seen.includes(line) ? null : `no line ${JSON.stringify(line)} in ${JSON.stringify(seen)}`,
      )
      .find((fault) => fault !== null) ??
    null
  );
}

function markup(text: string): Fault {
  const written = escape.markupText(text);
  const attributes: string[] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", (tag) => void attributes.push(...Object.values(tag.attributes)));
  let read = "";
  parser.on("text", (part) => void (read += part));
  parser.write(`<p title="${written}">${written}</p>`).close();
  return differs("text", read, escape.visible(text)) ?? differs("attribute", attributes, [escape.visible(text)]);
}

/** A table of Markdown, as a reader of GitHub's dialect understands it. */
function markdown(text: string): Fault {
  const cell = escape.markdownCell(text);
  const words = escape.markdownText(text);
  const page = marked.lexer(`# ${words}\n\n| a | ${cell} |\n| --- | --- |\n| ${cell} | b |\n\nx ${words}.\n`);
  const kinds = page.map(({ type }) => type).filter((type) => type !== "space");
  const found = page.find((token) => token.type === "table");
  const plain = (tokens: readonly { readonly type: string }[] | undefined): boolean =>
    (tokens ?? []).every(
      ({ type }) => type === "text" || type === "escape" || (type === "link" && !text.includes("](")),
    );
  const cells = found
    ? [
        ...(found as { header: { tokens: { type: string }[] }[] }).header,
        ...(found as { rows: { tokens: { type: string }[] }[][] }).rows.flat(),
      ]
    : [];
  return (
    differs("blocks", kinds, ["heading", "table", "paragraph"]) ??
    differs("cells", cells.length, 4) ??
    (cells.every(({ tokens }) => plain(tokens)) ? null : `styled: ${JSON.stringify(cells)}`)
  );
}

function csv(text: string): Fault {
  const whole = wellFormed(text);
  const rows = parseCsv(`${[text, "b"].map(escape.csvField).join(",")}\n`, { relax_column_count: false }) as string[][];
  return differs("fields", rows, [[whole, "b"]]);
}

function json(text: string): Fault {
  const written = escape.jsonText({ [text]: text }, 2);
  return (
    differs("value", JSON.parse(written), { [text]: text }) ??
    (terminalCommands.test(written) ? "an unseen character in JSON" : null) ??
    differs("lines", written.split("\n").length, 3)
  );
}

/** Diagnostics and tables about the text, in colour. */
function terminal(text: string): Fault {
  const source = { path: text, text };
  const about = { ...usage("PPL001", text, text, text), labels: [{ span: { start: 0, end: text.length }, text }] };
  const styled = render([about], source, { color: true });
  const commands = styled.match(/\u001b(?:\[[\d;]*m)?/g) ?? [];
  const plain = render(
    [{ ...about, message: "m", elsewhere: "e", hint: "h", labels: [{ span: { start: 0, end: 1 }, text: "t" }] }],
    { path: "p", text: "x" },
    { color: true },
  );
  const rows = table([text, "b"], [[text, text]]);
  const door = escape.terminalText(text);
  return (
    differs("styles", commands, plain.match(/\u001b(?:\[[\d;]*m)?/g) ?? []) ??
    (terminalCommands.test(styled.replace(/\u001b\[[\d;]*m/g, "")) ? "an unseen character in a diagnostic" : null) ??
    (terminalCommands.test(rows) ? "an unseen character in a table" : null) ??
    differs("rows", rows.split("\n").length, 2) ??
    (terminalCommands.test(door) ? "an unseen character on its way out" : null) ??
    (terminalCommands.test(escape.terminalText(text, true).replace(/\u001b\[[\d;]*m/g, ""))
      ? "a command among styles"
      : null)
  );
}

/** The targets that texts of others are written into, and what an independent reader of each makes of one. */
export const targets = { javascript, wat, dot, markup, markdown, csv, json, terminal } as const;
