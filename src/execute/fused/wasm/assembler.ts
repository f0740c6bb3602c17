import { assert, InternalError } from "../../../base/assert.ts";
import { encodeModule } from "./encode.ts";
import { FunctionBuilder, type FunctionRef, type Locals, type Operands } from "./function.ts";
import { expression, type Operand } from "./instructions.ts";
import type { ValType } from "./opcodes.ts";
import { printModule } from "./print.ts";
import type { FunctionNode, Global, GlobalSlot, Local, MemoryImport, ModuleNode } from "./tree.ts";

export { FunctionBuilder } from "./function.ts";
export type { FunctionRef } from "./function.ts";
export { w } from "./instructions.ts";
export type { Address, Operand } from "./instructions.ts";
export type { ValType } from "./opcodes.ts";
export type { Expr, Global, Label, Local } from "./tree.ts";

/** What a body returns: a tuple, or for one result the expression alone, or for none nothing. */
type Results<R extends readonly ValType[]> =
  Operands<R> | (R extends readonly [] ? void : R extends readonly [infer T extends ValType] ? Operand<T> : never);

/**
 * Writes a WebAssembly module, function by function. Our own rather than `binaryen`, which takes half a second to load
 * (version 132, measured) where the modules here are assembled in milliseconds; what its optimiser would do is done by
 * whoever writes the code, and by the host.
 */
export class ModuleBuilder {
  readonly #memory: MemoryImport | null;
  readonly #imports: ModuleNode["imports"][number][] = [];
  readonly #globals: GlobalSlot[] = [];
  readonly #functions: (FunctionNode | null)[] = [];
  readonly #exports: ModuleNode["exports"][number][] = [];
  readonly #byName = new Map<string, FunctionRef>();

  /** @param memory  what `env.memory` must offer at least; null for a module without memory */
  constructor(memory: MemoryImport | null = null) {
    this.#memory = memory;
  }

  /** A function of the host, `module.field` of the import object. */
  importFunction<const P extends readonly ValType[], const R extends readonly ValType[]>(
    module: string,
    field: string,
    params: P,
    results: R,
  ): FunctionRef<P, R> {
    const ref = this.#declare(field, params, results, true, this.#imports.length);
    this.#imports.push({ callee: ref, module, field });
    return ref;
  }

  /** Says that a function exists, so that it can be called before `define` writes it. */
  declare<const P extends readonly ValType[], const R extends readonly ValType[]>(
    name: string,
    params: P,
    results: R,
  ): FunctionRef<P, R> {
    const ref = this.#declare(name, params, results, false, this.#functions.length);
    this.#functions.push(null);
    return ref;
  }

  /**
   * Writes a declared function. `body` gets a register for each parameter, and returns what the function does: nothing,
   * one expression, or a tuple of them.
   */
  define<const P extends readonly ValType[], const R extends readonly ValType[]>(
    ref: FunctionRef<P, R>,
    body: (f: FunctionBuilder, ...params: Locals<P>) => Results<R>,
    comment = "",
  ): void {
    assert(this.#functions[ref.index] === null && !ref.imported, `${ref.name} is defined twice`);
    const f = new FunctionBuilder();
    const returned = body(f, ...parametersOf(f, ref.params)) as
      undefined | Operand<ValType> | readonly Operand<ValType>[];
    if (returned !== undefined) {
      const values = Array.isArray(returned) ? returned : [returned];
      f.return(...ref.results.map((type, i) => expression(type, values[i] as Operand<ValType>)));
    }
    this.#functions[ref.index] = f.finish(ref, comment);
  }

  /** Declares and writes a function. */
  fn<const P extends readonly ValType[], const R extends readonly ValType[]>(
    name: string,
    params: P,
    results: R,
    body: (f: FunctionBuilder, ...params: Locals<P>) => Results<R>,
    comment = "",
  ): FunctionRef<P, R> {
    const ref = this.declare(name, params, results);
    this.define(ref, body, comment);
    return ref;
  }

  /** The function of this name, if there is one yet. */
  find(name: string): FunctionRef | null {
    return this.#byName.get(name) ?? null;
  }

  export(ref: FunctionRef, name = ref.name): void {
    this.#exports.push({ name, of: ref });
  }

  /** A mutable global, which also reads as a value. */
  global<T extends GlobalSlot["type"]>(type: T, name: string, initial: T extends "i64" ? bigint : number): Global<T> {
    const slot: GlobalSlot = { index: this.#globals.length, type, name, initial, mutable: true };
    this.#globals.push(slot);
    return { kind: "global", type, global: slot };
  }

  /** The binary format. */
  toBytes(): Uint8Array {
    return encodeModule(this.#finish());
  }

  /** The text format, with the comments. */
  toText(): string {
    return printModule(this.#finish());
  }

  #declare<P extends readonly ValType[], R extends readonly ValType[]>(
    name: string,
    params: P,
    results: R,
    imported: boolean,
    index: number,
  ): FunctionRef<P, R> {
    assert(!this.#byName.has(name), `two functions are called ${name}`);
    const ref = { name, params, results, imported, index };
    this.#byName.set(name, ref);
    return ref;
  }

  #finish(): ModuleNode {
    const functions = this.#functions.map((node, i) => {
      if (node) return node;
      const name = [...this.#byName.values()].find((ref) => !ref.imported && ref.index === i)?.name;
      throw new InternalError(`${name} is declared and never defined`);
    });
    return {
      memory: this.#memory,
      imports: this.#imports,
      globals: this.#globals,
      functions,
      exports: this.#exports,
    };
  }
}

/** A function's parameters, as registers of their types. */
function parametersOf<P extends readonly ValType[]>(f: FunctionBuilder, types: P): Locals<P>;
function parametersOf(f: FunctionBuilder, types: readonly ValType[]): readonly Local[] {
  return types.map((type, i) => f.local(type, `p${i}`));
}
