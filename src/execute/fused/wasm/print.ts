import { watComment, watName, watString } from "../../../base/escape.ts";
import type { Callee, Expr, FunctionNode, ModuleNode, Operation, Slot, Statement, VectorConstant } from "./tree.ts";

const width = 100;

/** The text format (core specification 2.0, chapter 6), folded, with the comments. */
export function printModule(module: ModuleNode): string {
  const { memory, imports, globals, functions, exports } = module;
  const lines: string[] = [];
  for (const { callee, module, field } of imports)
    lines.push(`(import ${watString(module)} ${watString(field)} (func ${name(callee)}${signature(callee)}))`);
  if (memory) {
    const limits = [memory.minPages, memory.maxPages].filter((pages) => pages !== undefined);
    const shared = memory.shared ? " shared" : "";
    lines.push(`(import "env" "memory" (memory ${limits.join(" ")}${shared}))`);
  }
  for (const { name, type, initial } of globals)
    lines.push(`(global ${watName(name)} (mut ${type}) (${type}.const ${spell(initial)}))`);
  for (const { name: as, of } of exports) lines.push(`(export ${watString(as)} (func ${name(of)}))`);
  for (const f of functions) lines.push("", ...printFunction(f));
  return ["(module", ...indented(lines), ")", ""].join("\n");
}

function printFunction({ callee, params, locals, body, comment }: FunctionNode): string[] {
  const heading = [
    `(func ${name(callee)}`,
    ...params.map((slot) => `(param ${register(slot)} ${slot.type})`),
    ...(callee.results.length > 0 ? [`(result ${callee.results.join(" ")})`] : []),
  ].join(" ");
  const declared = locals.map((slot) => `(local ${register(slot)} ${slot.type})`);
  // As the encoder does: the end of a body that returns is not reached.
  const closing = body.at(-1)?.kind === "return" ? ["(unreachable)"] : [];
  return [
    ...comment.split("\n").flatMap((line) => (line === "" ? [] : [watComment(line)])),
    heading,
    ...indented([...filled(declared), ...statements(body), ...closing]),
    ")",
  ];
}

const name = (callee: Callee): string => watName(callee.name);

function signature({ params, results }: Callee): string {
  const part = (word: string, types: readonly string[]) => (types.length > 0 ? ` (${word} ${types.join(" ")})` : "");
  return part("param", params) + part("result", results);
}

/** Unique in its function, whatever the hint. */
const register = ({ name, type, index }: Slot): string => watName(`${name === "" ? type : name}_${index}`);

const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === "" ? "" : `  ${line}`));

/** Short pieces, several to a line. */
function filled(pieces: readonly string[]): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + piece.length < width) lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(piece);
  }
  return lines;
}

const statements = (body: readonly Statement[]): string[] => body.flatMap(statement);

function statement(node: Statement): string[] {
  switch (node.kind) {
    case "set":
      return folded(`local.set ${register(node.slot)}`, [node.value]);
    case "setGlobal":
      return folded(`global.set ${watName(node.global.name)}`, [node.value]);
    case "effect":
      return expression(node.value);
    case "drop":
      return folded("drop", [node.value]);
    case "callInto":
      return [
        ...folded(`call ${name(node.callee)}`, node.args),
        ...node.into.toReversed().map((slot) => `(local.set ${register(slot)})`),
      ];
    case "block":
    case "loop":
      return [`(${node.kind} ${watName(node.label.name)}`, ...indented(statements(node.body)), ")"];
    case "br":
      return [`(br ${watName(node.label.name)})`];
    case "brIf":
      return folded(`br_if ${watName(node.label.name)}`, [node.condition]);
    case "if":
      return [
        "(if",
        ...indented(expression(node.condition)),
        ...indented(["(then", ...indented(statements(node.then)), ")"]),
        ...(node.otherwise.length > 0 ? indented(["(else", ...indented(statements(node.otherwise)), ")"]) : []),
        ")",
      ];
    case "return":
      return folded("return", node.values);
    case "unreachable":
      return ["(unreachable)"];
    case "comment":
      return node.text.split("\n").map(watComment);
  }
}

function expression(node: Expr): string[] {
  switch (node.kind) {
    case "get":
      return [`(local.get ${register(node.slot)})`];
    case "tee":
      return folded(`local.tee ${register(node.slot)}`, [node.value]);
    case "global":
      return [`(global.get ${watName(node.global.name)})`];
    case "const":
      return [
        typeof node.value === "object"
          ? `(v128.const ${vector(node.value)})`
          : `(${node.type}.const ${spell(node.value)})`,
      ];
    case "call":
      return folded(`call ${name(node.callee)}`, node.args);
    case "operation":
      return folded(node.mnemonic + immediates(node), node.args);
  }
}

/** `(head arg arg)` on one line where that fits, else an argument to a line. */
function folded(head: string, args: readonly Expr[]): string[] {
  const parts = args.map(expression);
  if (parts.every((lines) => lines.length === 1)) {
    const line = `(${[head, ...parts.flat()].join(" ")})`;
    if (line.length <= width) return [line];
  }
  const lines = [`(${head}`, ...indented(parts.flat())];
  lines[lines.length - 1] += ")";
  return lines;
}

function immediates({ shows, immediates }: Operation): string {
  if (shows === "nothing") return "";
  if (shows === "lanes") return ` ${immediates.join(" ")}`;
  const [align, offset, lane] = immediates;
  const where = `${offset === 0 ? "" : ` offset=${offset}`} align=${1 << align!}`;
  return lane === undefined ? where : `${where} ${lane}`;
}

/** JavaScript's spelling of infinity differs. */
function spell(value: number | bigint): string {
  if (Object.is(value, -0)) return "-0";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return Number.isNaN(value) ? "nan" : String(value);
}

function vector({ lanes, values }: VectorConstant): string {
  const rounded = lanes === "f32x4" ? values.map((value) => Math.fround(Number(value))) : values;
  return `${lanes} ${rounded.map(spell).join(" ")}`;
}
