import { InternalError } from "../base/assert.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import { sameShape, showShape, type Shape } from "../tensor/shape.ts";
import { arity } from "./arity.ts";
import { attributeKinds, type AttributeKind } from "./attributes.ts";
import { Builder } from "./builder.ts";
import type { OpName } from "./ops.ts";
import type { Ops, Origin, Program, Value } from "./program.ts";

/** What the text may hold, tried at the reader's place. */
const patterns = {
  space: /[ \t]*/y,
  word: /[A-Za-z_][A-Za-z_0-9]*/y,
  value: /%\d+/y,
  number: /[-+]?(?:Infinity|NaN|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/y,
  text: /"(?:[^"\\\n]|\\.)*"/y,
  origin: /;[ \t]*(\d+)\.\.(\d+) (.*)/y,
} as const;

/**
 * Reads what `printProgram` prints. Empty lines and lines that begin with `;` are skipped. Labels of the errors are
 * offsets into `text`.
 */
export function readProgram(text: string): Outcome<Program> {
  const reader = new Reader(text);
  try {
    return ok(readLines(reader, () => reader.done()));
  } catch (error) {
    // Whatever the reader or the builder objects to is the text's fault here.
    if (!(error instanceof InternalError)) throw error;
    return failed(notAProgram(error.message, reader.at, reader.endOfLine()));
  }
}

function notAProgram(message: string, start: number, end: number): Diagnostic {
  return {
    code: "PPL190",
    severity: "error",
    message: "this text is not a printed program",
    labels: [{ span: { start, end: Math.max(start, end) }, text: message }],
  };
}

/** A program line by line, up to the end of the text or of a body. */
function readLines(reader: Reader, done: () => boolean): Program {
  const b = new Builder();
  while (!done()) {
    readLine(b, reader);
    reader.nextLine();
  }
  return b.finish();
}

function readLine(b: Builder, reader: Reader): void {
  if (reader.atEnd() || reader.next(";")) return;
  if (reader.next("%")) readEquation(b, reader);
  else readOutput(b, reader);
  if (!reader.atEnd()) throw reader.expected("the end of the line");
}

/** `%3: [2] = sum(%1, axes = [0])  ; 3..9 term` */
function readEquation(b: Builder, reader: Reader): void {
  const out = reader.value();
  if (out !== (b.length as Value)) throw reader.expected(`a line that defines %${b.length}`);
  reader.symbol(":");
  const shape = reader.numbers();
  reader.symbol("=");
  const op = reader.word();
  if (!Object.hasOwn(attributeKinds, op)) throw reader.expected("the name of an operation");
  reader.symbol("(");
  const args: Value[] = [];
  const attributes: Record<string, unknown> = {};
  const kinds = attributeKinds[op as OpName] as Readonly<Record<string, AttributeKind>>;
  while (!reader.next(")")) {
    if (args.length > 0 || Object.keys(attributes).length > 0) reader.symbol(",");
    if (reader.next("%")) {
      const arg = reader.value();
      if (arg >= out) throw reader.expected("a value that is already defined");
      args.push(arg);
      continue;
    }
    const name = reader.word();
    reader.symbol("=");
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind) throw reader.expected(`an attribute of ${op}`);
    attributes[name] = reader.attribute(kind);
  }
  reader.symbol(")");
  if (reader.next("{")) {
    reader.symbol("{");
    reader.nextLine();
    attributes["body"] = readLines(reader, () => reader.next("}") || reader.done());
    reader.symbol("}");
  }
  if (Object.hasOwn(kinds, "shape")) attributes["shape"] = shape;
  const missing = Object.keys(kinds).find((name) => !(name in attributes) && name !== "noise");
  if (missing !== undefined) throw reader.expected(`the attribute ${missing}`);
  const origin = reader.origin();
  b.withOrigin(origin, () => define(b, op as OpName, attributes, args, shape));
}

function define(
  b: Builder,
  op: OpName,
  attributes: Record<string, unknown>,
  args: readonly Value[],
  shape: Shape,
): void {
  const fixed = arity[op];
  if (fixed !== "any" && args.length !== fixed)
    throw new InternalError(`${op} takes ${fixed} arguments, not ${args.length}`);
  let out: Value;
  if (op === "input") {
    const { name, role, noise } = attributes as Ops["input"];
    const before = b.length;
    out = b.input(name, shape, role, noise);
    if (b.length === before) throw new InternalError(`two inputs are called ${name}`);
  } else out = b.emit(op, attributes as Ops[OpName], args);
  if (!sameShape(b.shapeOf(out), shape))
    throw new InternalError(`the shape is ${showShape(b.shapeOf(out))}, not ${showShape(shape)}`);
}

/** `output "loss" = %2` or `output "x'" = %2 -> "x"` */
function readOutput(b: Builder, reader: Reader): void {
  if (reader.word() !== "output") throw reader.expected("an equation or an output");
  const name = reader.text();
  reader.symbol("=");
  const value = reader.value();
  if (value >= b.length) throw reader.expected("a value that is already defined");
  let carry: string | null = null;
  if (reader.next("-")) {
    reader.symbol("->");
    carry = reader.text();
  }
  b.output(name, value, carry);
}

/** A place in the text; only `nextLine` goes past the end of a line. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get at(): number {
    return this.#at;
  }
  atEnd(): boolean {
    this.#space();
    return this.done() || this.#text[this.#at] === "\n" || this.#text[this.#at] === "\r";
  }
  /** At the end of the text. */
  done(): boolean {
    return this.#at === this.#text.length;
  }
  endOfLine(): number {
    const end = this.#text.indexOf("\n", this.#at);
    return end < 0 ? this.#text.length : end;
  }
  nextLine(): void {
    this.#at = Math.min(this.endOfLine() + 1, this.#text.length);
  }
  next(symbol: string): boolean {
    this.#space();
    return this.#text.startsWith(symbol, this.#at);
  }
  symbol(symbol: string): void {
    if (!this.next(symbol)) throw this.expected(symbol);
    this.#at += symbol.length;
  }
  word(): string {
    return this.#match("word", "a word")[0];
  }
  value(): Value {
    return Number(this.#match("value", "a value")[0].slice(1)) as Value;
  }
  number(): number {
    return Number(this.#match("number", "a number")[0]);
  }
  text(): string {
    return unquote(this.#match("text", "a quoted name")[0], this);
  }
  numbers(): number[] {
    const numbers: number[] = [];
    this.symbol("[");
    while (!this.next("]")) {
      if (numbers.length > 0) this.symbol(",");
      numbers.push(this.number());
    }
    this.symbol("]");
    return numbers;
  }
  attribute(kind: AttributeKind): unknown {
    switch (kind) {
      case "number":
        return this.number();
      case "numbers":
        return this.numbers();
      case "string":
        return this.text();
      case "program":
        throw this.expected("its body after the parenthesis");
      case "boolean": {
        const word = this.word();
        if (word !== "true" && word !== "false") throw this.expected("true or false");
        return word === "true";
      }
    }
  }
  origin(): Origin | null {
    if (!this.next(";")) return null;
    const [, start, end, term = ""] = this.#match("origin", "a range and a term");
    return {
      span: { start: Number(start), end: Number(end) },
      term: unquote(`"${term}"`, this),
    };
  }
  expected(what: string): InternalError {
    return new InternalError(`here should be ${what}`);
  }

  #space(): void {
    this.#match("space", "space");
  }
  #match(kind: keyof typeof patterns, what: string): RegExpExecArray {
    if (kind !== "space") this.#space();
    const pattern = patterns[kind];
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) throw this.expected(what);
    this.#at += found[0].length;
    return found;
  }
}

function unquote(quoted: string, reader: Reader): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw reader.expected("a quoted name");
  }
}
