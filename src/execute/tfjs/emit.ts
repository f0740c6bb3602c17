import { present } from "../../base/assert.ts";
import { javascriptComment, javascriptKey } from "../../base/escape.ts";
import { position, type SourceFile } from "../../diagnostics/span.ts";
import type { Equation, EquationOf, Origin, Program, Value } from "../../program/program.ts";
import { sameShape, showShape, type Shape } from "../../tensor/shape.ts";
import { fillOf } from "../fill.ts";
import { preludeText, type HelperName } from "./prelude.ts";
import { emitRules, type EmitContext } from "./rules.ts";

/**
 * A program as JavaScript: the body of a function of `tf` that returns `{ run, dispose }`, where `run` takes an
 * object of input tensors (which it leaves alone) and returns an object of new output tensors (which are the
 * caller's to dispose). Everything in between is freed at its last use. The executor runs this text; an emitted
 * module wraps the same text.
 *
 * @param source  where origins point, for comments; without it they name the term only
 */
export function emitBody(program: Program, source: SourceFile | null): string {
  const equations = live(program);
  const writer = new Writer(equations, program);
  const lines: string[] = [];
  let before: string | null = null;
  equations.forEach((equation, index) => {
    if (equation.op === "constant") return;
    const comment = originComment(equation.origin, source);
    if (comment !== null && comment !== before) lines.push("", javascriptComment(comment));
    before = comment;
    lines.push(...writer.statement(equation, index));
  });
  const results = program.outputs.map(({ name, value }) => {
    const [result, clones] = writer.result(value);
    return `${javascriptKey(name)}: ${clones ? `tf.clone(${result})` : result},`;
  });
  const main = [...lines, "", "return {", ...results.map((result) => `  ${result}`), "};"];
  const prelude = preludeText(writer.helpers);
  return [
    "// What lives until dispose(): constants, by their text or themselves.",
    "const kept = new Map();",
    ...(prelude === "" ? [] : ["", prelude]),
    ...(writer.constants.size === 0 ? [] : ["", ...writer.constants.values()]),
    ...writer.bodies.flatMap(([name, body]) => ["", ...bodyText(name, emitBody(body, source))]),
    "",
    "function run(inputs) {",
    ...main.map((line) => (line === "" ? "" : `  ${line}`)),
    "}",
    "",
    "function dispose() {",
    "  for (const tensor of kept.values()) tensor.dispose();",
    "  kept.clear();",
    ...writer.bodies.map(([name]) => `  ${name}.dispose();`),
    "}",
    "",
    "return { run, dispose };",
  ].join("\n");
}

/** The body of a recurrence: text of the same form, in a function of its own. */
function bodyText(name: string, text: string): string[] {
  const lines = text.split("\n").map((line) => (line === "" ? "" : `  ${line}`));
  return [`const ${name} = (() => {`, ...lines, "})();"];
}

/** The equations that some output depends on. */
function live(program: Program): readonly Equation[] {
  const needed = new Set<Value>(program.outputs.map(({ value }) => value));
  const kept: Equation[] = [];
  for (const equation of [...program.equations].reverse()) {
    if (!needed.has(equation.out)) continue;
    equation.args.forEach((arg) => needed.add(arg));
    kept.push(equation);
  }
  return kept.reverse();
}

function originComment(origin: Origin | null, source: SourceFile | null): string | null {
  if (origin === null) return null;
  if (source === null) return origin.term;
  const { line } = position(source.text, origin.span.start);
  const text = source.text.slice(origin.span.start, origin.span.end).split("\n", 1).join().trim();
  return `line ${line}: ${text} (${origin.term})`;
}

/** What a name in the text stands for: constants and inputs are never freed here, and never handed out. */
type Ownership = "constant" | "input" | "own";

/** A rule of the table, whichever it is: it is given what its own operation has. */
type AnyRule = (equation: Equation, args: readonly string[], context: EmitContext) => string;

/** Keeps the books while statements are written: names, masks, last uses, constants, helpers. */
class Writer implements EmitContext {
  readonly helpers = new Set<HelperName>();
  readonly constants = new Map<string, string>();
  readonly bodies: (readonly [name: string, body: Program])[] = [];
  readonly #equations: ReadonlyMap<Value, Equation>;
  readonly #names = new Map<Value, string>();
  readonly #owners = new Map<string, Ownership>();
  readonly #lastUse = new Map<Value, number>();
  readonly #masks: ReadonlySet<Value>;
  readonly #results = new Set<Value>();
  readonly #handedOut = new Set<string>();
  /** How many values that are not yet dead share a name: `stop` and the like only rename. */
  readonly #sharers = new Map<string, number>();
  #temporaries: string[] = [];
  #current: Equation | null = null;

  constructor(equations: readonly Equation[], program: Program) {
    this.#equations = new Map(equations.map((equation) => [equation.out, equation]));
    for (const { value } of program.outputs) this.#results.add(value);
    equations.forEach((equation, index) => {
      for (const arg of equation.args) this.#lastUse.set(arg, index);
    });
    this.#masks = masksOf(equations, this.#results);
    for (const equation of equations) if (equation.op === "constant") this.#constant(equation);
  }

  /** `const v3 = tf.exp(v2); // [4]`, with its temporaries before it and what it was the last to use freed after. */
  statement(equation: Equation, index: number): string[] {
    this.#temporaries = [];
    this.#current = equation;
    const args = equation.args.map((arg: Value) => this.name(arg));
    const rule = emitRules[equation.op] as AnyRule;
    const text = rule(equation, args, this);
    const lines = this.#temporaries.map((temporary, i) => `const ${this.#temporary(i)} = ${temporary};`);
    const freed = this.#temporaries.map((_, i) => this.#temporary(i));
    const renamed = args.includes(text) ? text : null;
    if (renamed === null) {
      const name = `v${equation.out}`;
      this.#define(equation.out, name, equation.op === "input" ? "input" : "own");
      lines.push(`const ${name} = ${text}; // ${showShape(equation.shape)}`);
    } else {
      this.#define(equation.out, renamed, present(this.#owners.get(renamed), renamed));
    }
    for (const arg of new Set(equation.args)) {
      if (this.#lastUse.get(arg) !== index || this.#results.has(arg)) continue;
      const name = this.name(arg);
      const sharers = present(this.#sharers.get(name), name) - 1;
      this.#sharers.set(name, sharers);
      if (sharers === 0 && this.#owners.get(name) === "own") freed.push(name);
    }
    if (freed.length > 0) lines.push(freed.map((name) => `${name}.dispose();`).join(" "));
    return lines;
  }

  /** The name of an output, and whether it must be cloned because somebody else holds that tensor. */
  result(value: Value): [string, boolean] {
    const name = this.name(value);
    const clones = this.#owners.get(name) !== "own" || this.#handedOut.has(name);
    this.#handedOut.add(name);
    return [name, clones];
  }

  name(value: Value): string {
    return present(this.#names.get(value), `%${value}`);
  }

  shapeOf(value: Value): Shape {
    return this.#equation(value).shape;
  }

  isMask(value: Value): boolean {
    return this.#masks.has(value);
  }

  body(program: Program): string {
    const name = `body${this.bodies.length}`;
    this.bodies.push([name, program]);
    return name;
  }

  helper(name: HelperName): HelperName {
    this.helpers.add(name);
    return name;
  }

  temporary(text: string): string {
    this.#temporaries.push(text);
    return this.#temporary(this.#temporaries.length - 1);
  }

  stretched(value: Value, shape: Shape): string {
    const equation = this.#equation(value);
    if (sameShape(equation.shape, shape)) return this.name(value);
    const fill = fillOf(equation);
    if (fill !== null) return this.#full(shape, fill);
    return this.temporary(this.stretch(this.name(value), shape));
  }

  stretch(name: string, shape: Shape): string {
    return `tf.add(${name}, ${this.#full(shape, 0)})`;
  }

  indices(value: Value, shape: Shape): string {
    const equation = this.#equation(value);
    if (equation.op === "constant" && equation.attributes.values.length > 1) {
      const values = equation.attributes.values.map((index) => numeral(index)).join(", ");
      const text = `${this.helper("tensor")}([${values}], ${showShape(shape)}, "int32")`;
      return this.#hoist(`i${value}_${shape.join("x")}`, text);
    }
    const fit = sameShape(equation.shape, shape)
      ? this.name(value)
      : this.temporary(`tf.reshape(${this.name(value)}, ${showShape(shape)})`);
    return this.temporary(`tf.cast(${fit}, "int32")`);
  }

  #constant(equation: EquationOf<"constant">): void {
    const { out, attributes } = equation;
    const { shape, values } = attributes;
    const fill = fillOf(equation);
    const name =
      fill === null
        ? this.#hoist(`a${out}`, `${this.helper("tensor")}([${values.map(numeral).join(", ")}], ${showShape(shape)})`)
        : shape.length > 0
          ? this.#full(shape, fill)
          : this.#hoist(scalarName(fill), `${this.helper("constant")}(${numeral(fill)})`);
    this.#define(out, name, "constant");
  }

  #full(shape: Shape, value: number): string {
    const text = `${this.helper("full")}(${showShape(shape)}, ${numeral(value)})`;
    return this.#hoist(`${scalarName(value)}_at_${shape.join("x")}`, text);
  }

  #hoist(name: string, text: string): string {
    this.constants.set(name, `const ${name} = ${text};`);
    this.#owners.set(name, "constant");
    return name;
  }

  #define(value: Value, name: string, owner: Ownership): void {
    this.#names.set(value, name);
    this.#owners.set(name, owner);
    this.#sharers.set(name, (this.#sharers.get(name) ?? 0) + 1);
  }

  #temporary(index: number): string {
    return `t${present(this.#current, "equation").out}_${index}`;
  }

  #equation(value: Value): Equation {
    return present(this.#equations.get(value), `%${value}`);
  }
}

/** Comparisons that only choose, in a `where` of the same shape, stay boolean. */
function masksOf(equations: readonly Equation[], results: ReadonlySet<Value>): Set<Value> {
  const masks = new Set<Value>();
  for (const { op, out } of equations)
    if ((op === "less" || op === "less_equal" || op === "equal") && !results.has(out)) masks.add(out);
  const shapes = new Map(equations.map(({ out, shape }) => [out, shape]));
  for (const { op, args, shape } of equations)
    args.forEach((arg, position) => {
      const chooses = op === "where" && position === 0 && sameShape(shapes.get(arg) ?? [], shape);
      if (!chooses) masks.delete(arg);
    });
  return masks;
}

/** A number as JavaScript that reads back as the same number. */
export function numeral(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** 0.5 -> `c0_5`, -1e-8 -> `cm1em8`: the same number has the same name. */
function scalarName(value: number): string {
  return `c${numeral(value).replaceAll("-", "m").replaceAll("+", "").replaceAll(".", "_")}`;
}
