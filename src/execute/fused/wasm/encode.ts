import { assert } from "../../../base/assert.ts";
import { control, typeCodes, type ValType } from "./opcodes.ts";
import type {
  Callee,
  Expr,
  FunctionNode,
  GlobalSlot,
  Label,
  ModuleNode,
  Slot,
  Statement,
  VectorConstant,
} from "./tree.ts";
import { Writer } from "./writer.ts";

const section = { type: 1, import: 2, function: 3, global: 6, export: 7, code: 10 } as const;

/** The binary format: core specification 2.0, chapter 5. */
export function encodeModule(module: ModuleNode): Uint8Array {
  const types = new Types();
  const imports = encodeImports(module, types);
  const numbers = module.functions.map((f) => types.number(f.callee));
  const code = module.functions.map((f) => encodeFunction(f, module.imports.length));

  const out = new Writer();
  out.append(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  writeSection(out, section.type, types.entries, (part, entry) => part.append(entry));
  writeSection(out, section.import, imports, (part, entry) => part.append(entry.written()));
  writeSection(out, section.function, numbers, (part, number) => part.u32(number));
  writeSection(out, section.global, module.globals, writeGlobal);
  writeSection(out, section.export, module.exports, (part, { name, of }) => {
    part.text(name);
    part.byte(0);
    part.u32(functionNumber(of, module.imports.length));
  });
  writeSection(out, section.code, code, (part, body) => part.sized(body));
  return out.written().slice();
}

function writeSection<T>(out: Writer, id: number, items: readonly T[], write: (part: Writer, item: T) => void): void {
  if (items.length === 0) return;
  const part = new Writer();
  part.u32(items.length);
  for (const item of items) write(part, item);
  out.byte(id);
  out.sized(part);
}

/** Function types, each once. */
class Types {
  readonly entries: Uint8Array[] = [];
  readonly #numbers = new Map<string, number>();

  number({ params, results }: Callee): number {
    const key = `${params.join()}>${results.join()}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const entry = new Writer();
    entry.byte(0x60);
    for (const list of [params, results]) {
      entry.u32(list.length);
      for (const type of list) entry.byte(typeCodes[type]);
    }
    this.#numbers.set(key, this.entries.length);
    return this.entries.push(entry.written()) - 1;
  }
}

function encodeImports({ memory, imports }: ModuleNode, types: Types): Writer[] {
  const entries = imports.map(({ callee, module, field }) => {
    const entry = new Writer();
    entry.text(module);
    entry.text(field);
    entry.byte(0);
    entry.u32(types.number(callee));
    return entry;
  });
  if (!memory) return entries;
  const entry = new Writer();
  entry.text("env");
  entry.text("memory");
  entry.byte(2);
  const { minPages, maxPages, shared } = memory;
  assert(!shared || maxPages !== undefined, "shared memory needs a maximum");
  entry.byte((maxPages === undefined ? 0 : 1) | (shared ? 2 : 0));
  entry.u32(minPages);
  if (maxPages !== undefined) entry.u32(maxPages);
  return [...entries, entry];
}

function writeGlobal(part: Writer, { type, initial, mutable }: GlobalSlot): void {
  part.byte(typeCodes[type]);
  part.byte(mutable ? 1 : 0);
  writeConstant(part, type, initial);
  part.byte(control.end);
}

const functionNumber = (callee: Callee, imported: number): number =>
  callee.imported ? callee.index : callee.index + imported;

function encodeFunction({ locals, body }: FunctionNode, imported: number): Writer {
  const out = new Writer();
  const groups = runs(locals);
  out.u32(groups.length);
  for (const [type, count] of groups) {
    out.u32(count);
    out.byte(typeCodes[type]);
  }
  const encoder = new BodyEncoder(out, imported);
  encoder.statements(body);
  // After a return the end of the body is not reached; whatever its results are, this satisfies them.
  const last = body.at(-1)?.kind;
  if (last === "return") out.byte(control.unreachable);
  out.byte(control.end);
  return out;
}

function runs(locals: readonly Slot[]): readonly (readonly [ValType, number])[] {
  const groups: [ValType, number][] = [];
  for (const { type } of locals) {
    const last = groups.at(-1);
    if (last?.[0] === type) last[1]++;
    else groups.push([type, 1]);
  }
  return groups;
}

function writeConstant(out: Writer, type: string, value: number | bigint | VectorConstant): void {
  switch (type) {
    case "i32":
      out.byte(control.i32Const);
      return out.s32(value as number);
    case "i64":
      out.byte(control.i64Const);
      return out.s64(value as bigint);
    case "f32":
      out.byte(control.f32Const);
      return out.f32(value as number);
    case "f64":
      out.byte(control.f64Const);
      return out.f64(value as number);
    default:
      out.opcode(control.v128Const);
      return out.append((value as VectorConstant).bytes);
  }
}

/** One function's instructions. Labels become numbers: how many open blocks outwards. */
class BodyEncoder {
  readonly #out: Writer;
  readonly #imported: number;
  readonly #open: (Label | null)[] = [];

  constructor(out: Writer, imported: number) {
    this.#out = out;
    this.#imported = imported;
  }

  statements(body: readonly Statement[]): void {
    for (const statement of body) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    const out = this.#out;
    switch (statement.kind) {
      case "set":
        this.#expression(statement.value);
        out.byte(control.localSet);
        return out.u32(statement.slot.index);
      case "setGlobal":
        this.#expression(statement.value);
        out.byte(control.globalSet);
        return out.u32(statement.global.index);
      case "effect":
        return this.#expression(statement.value);
      case "drop":
        this.#expression(statement.value);
        return out.byte(control.drop);
      case "callInto":
        this.#call(statement.callee, statement.args);
        for (const slot of statement.into.toReversed()) {
          out.byte(control.localSet);
          out.u32(slot.index);
        }
        return;
      case "block":
      case "loop":
        return this.#block(control[statement.kind], statement.label, statement.body);
      case "br":
        out.byte(control.br);
        return out.u32(this.#depth(statement.label));
      case "brIf":
        this.#expression(statement.condition);
        out.byte(control.brIf);
        return out.u32(this.#depth(statement.label));
      case "if":
        this.#expression(statement.condition);
        return this.#block(control.if, null, statement.then, statement.otherwise);
      case "return":
        statement.values.forEach((value) => this.#expression(value));
        return out.byte(control.return);
      case "unreachable":
        return out.byte(control.unreachable);
      case "comment":
        return;
    }
  }

  #block(code: number, label: Label | null, body: readonly Statement[], otherwise: readonly Statement[] = []): void {
    this.#out.byte(code);
    this.#out.byte(0x40);
    this.#open.push(label);
    this.statements(body);
    if (otherwise.length > 0) {
      this.#out.byte(control.else);
      this.statements(otherwise);
    }
    this.#open.pop();
    this.#out.byte(control.end);
  }

  #depth(label: Label): number {
    const at = this.#open.lastIndexOf(label);
    assert(at >= 0, `a branch to ${label.name} from outside it`);
    return this.#open.length - 1 - at;
  }

  #call(callee: Callee, args: readonly Expr[]): void {
    for (const arg of args) this.#expression(arg);
    this.#out.byte(control.call);
    this.#out.u32(functionNumber(callee, this.#imported));
  }

  #expression(node: Expr): void {
    const out = this.#out;
    switch (node.kind) {
      case "get":
        out.byte(control.localGet);
        return out.u32(node.slot.index);
      case "tee":
        this.#expression(node.value);
        out.byte(control.localTee);
        return out.u32(node.slot.index);
      case "global":
        out.byte(control.globalGet);
        return out.u32(node.global.index);
      case "const":
        return writeConstant(out, node.type, node.value);
      case "call":
        return this.#call(node.callee, node.args);
      case "operation":
        for (const arg of node.args) this.#expression(arg);
        out.opcode(node.code);
        for (const value of node.immediates) out.u32(value);
    }
  }
}
