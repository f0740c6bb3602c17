import { assert } from "../../../base/assert.ts";
import { expression, w, type Operand } from "./instructions.ts";
import { control, type ValType } from "./opcodes.ts";
import type { Callee, Expr, FunctionNode, Global, GlobalSlot, Label, Local, Slot, Statement } from "./tree.ts";

/** A function that can be called, its own one included. */
export interface FunctionRef<
  P extends readonly ValType[] = readonly ValType[],
  R extends readonly ValType[] = readonly ValType[],
> extends Callee {
  readonly params: P;
  readonly results: R;
}

export type Locals<P extends readonly ValType[]> = { readonly [I in keyof P]: Local<P[I]> };
export type Operands<P extends readonly ValType[]> = { readonly [I in keyof P]: Operand<P[I]> };
type ResultType<R extends readonly ValType[]> = R extends readonly []
  ? "none"
  : R extends readonly [infer T extends ValType]
    ? T
    : never;

/** Writes one function, statement by statement, in the order of the calls. */
export class FunctionBuilder {
  readonly #slots: Slot[] = [];
  readonly #free: Slot[] = [];
  #scope: Slot[] = [];
  #body: Statement[] = [];
  #labels = 0;

  /** A register. What it holds at first is unspecified: it may have been someone else's. */
  local<T extends ValType>(type: T, name = ""): Local<T> {
    const reuse = (fits: (slot: Slot) => boolean): Slot | undefined => {
      const at = this.#free.findLastIndex((slot) => slot.type === type && fits(slot));
      return at < 0 ? undefined : this.#free.splice(at, 1)[0];
    };
    let slot = reuse((slot) => slot.name === name) ?? reuse(() => true);
    if (!slot) {
      slot = { index: this.#slots.length, type, name };
      this.#slots.push(slot);
    } else if (slot.name !== name) slot.name = "";
    this.#scope.push(slot);
    return { kind: "get", type, slot };
  }

  /** Gives a name to a value: computed here, once, and read from the register after. */
  let<T extends ValType>(value: Expr<T>, name = ""): Local<T> {
    const local = this.local(value.type, name);
    this.set(local, value as Operand<T>);
    return local;
  }

  /** Hands registers back; they must not be read again. */
  release(...locals: readonly Local[]): void {
    const slots = locals.map((local) => local.slot);
    this.#scope = this.#scope.filter((slot) => !slots.includes(slot));
    this.#free.push(...slots);
  }

  /** Runs `body`, then releases every register taken in it. */
  scope<T>(body: () => T): T {
    const outer = this.#scope;
    this.#scope = [];
    try {
      return body();
    } finally {
      this.#free.push(...this.#scope.reverse());
      this.#scope = outer;
    }
  }

  set<T extends ValType>(local: Local<T>, value: Operand<T>): void {
    this.#emit({ kind: "set", slot: local.slot, value: expression(local.type, value) });
  }

  /** Sets a register in passing: the expression's value is what it set. */
  tee<T extends ValType>(local: Local<T>, value: Operand<T>): Expr<T> {
    return {
      kind: "tee",
      type: local.type,
      slot: local.slot,
      value: expression(local.type, value),
    };
  }

  setGlobal<T extends GlobalSlot["type"]>(global: Global<T>, value: Operand<T>): void {
    const type: ValType = global.type;
    this.#emit({
      kind: "setGlobal",
      global: global.global,
      value: expression(type, value as Operand<ValType>),
    });
  }

  /** An expression for its effect: a store. */
  emit(effect: Expr<"none">): void {
    this.#emit({ kind: "effect", value: effect });
  }

  drop(value: Expr<ValType>): void {
    this.#emit({ kind: "drop", value });
  }

  /** A call with one result is a value; with none, an effect to `emit`. */
  call<P extends readonly ValType[], R extends readonly ValType[]>(
    callee: FunctionRef<P, R>,
    ...args: Operands<P>
  ): Expr<ResultType<R>> {
    assert(callee.results.length <= 1, `${callee.name} has several results: use callInto`);
    const type = (callee.results[0] ?? "none") as ResultType<R>;
    return { kind: "call", type, callee, args: operands(callee, args) };
  }

  /** Calls now, and sets a register to each result. */
  callInto<P extends readonly ValType[], R extends readonly ValType[]>(
    into: Locals<R>,
    callee: FunctionRef<P, R>,
    ...args: Operands<P>
  ): void {
    const slots = (into as readonly Local[]).map((local) => local.slot);
    this.#emit({ kind: "callInto", callee, args: operands(callee, args), into: slots });
  }

  /** `br` to the label leaves the block. */
  block(body: (label: Label) => void, name = "block"): void {
    const label = this.#label(name);
    this.#emit({ kind: "block", label, body: this.#nested(() => body(label)) });
  }

  /** `br` to the label goes round again; falling off the end leaves. */
  loop(body: (label: Label) => void, name = "loop"): void {
    const label = this.#label(name);
    this.#emit({ kind: "loop", label, body: this.#nested(() => body(label)) });
  }

  br(label: Label): void {
    this.#emit({ kind: "br", label });
  }

  brIf(label: Label, condition: Operand<"i32">): void {
    this.#emit({ kind: "brIf", label, condition: expression("i32", condition) });
  }

  if(condition: Operand<"i32">, then: () => void, otherwise?: () => void): void {
    this.#emit({
      kind: "if",
      condition: expression("i32", condition),
      then: this.#nested(then),
      otherwise: otherwise ? this.#nested(otherwise) : [],
    });
  }

  /**
   * `for (i = from; i < to; i += step) body()`, signed. Numbers known now cost no test at the head; a `to` that is
   * neither a number nor a register is computed once.
   */
  forLoop(i: Local<"i32">, from: Operand<"i32">, to: Operand<"i32">, step: number, body: () => void): void {
    assert(step > 0, "a loop counts upwards");
    const known = typeof from === "number" && typeof to === "number";
    if (known && from >= to) return;
    this.scope(() => {
      const end = typeof to === "number" || to.kind === "get" ? to : this.let(to);
      this.set(i, from);
      if (known && from + step >= to) return body();
      const round = () =>
        this.loop((again) => {
          body();
          const next = this.tee(i, w.i32.add(i, step));
          this.brIf(again, w.i32.lt_s(next, end));
        }, "for");
      if (known) round();
      else this.if(w.i32.lt_s(i, end), round);
    });
  }

  return(...values: readonly Expr[]): void {
    this.#emit({ kind: "return", values });
  }

  unreachable(): void {
    this.#emit({ kind: "unreachable" });
  }

  /** Copies bytes; the ranges may overlap. */
  memoryCopy(to: Operand<"i32">, from: Operand<"i32">, bytes: Operand<"i32">): void {
    this.#bulk("memory.copy", control.memoryCopy, [0, 0], [to, from, bytes]);
  }

  /** Sets `bytes` bytes to `value`. */
  memoryFill(to: Operand<"i32">, value: Operand<"i32">, bytes: Operand<"i32">): void {
    this.#bulk("memory.fill", control.memoryFill, [0], [to, value, bytes]);
  }

  /** A line of the text form. */
  comment(text: string): void {
    this.#emit({ kind: "comment", text });
  }

  /** The function, for the module; `params` were the first registers taken. */
  finish(callee: Callee, comment: string): FunctionNode {
    const params = callee.params.length;
    return {
      callee,
      params: this.#slots.slice(0, params),
      locals: this.#slots.slice(params),
      body: this.#body,
      comment,
    };
  }

  #bulk(mnemonic: string, code: number, immediates: readonly number[], args: readonly Operand<"i32">[]): void {
    const values = args.map((arg) => expression("i32", arg));
    this.emit({
      kind: "operation",
      type: "none",
      mnemonic,
      code,
      args: values,
      immediates,
      shows: "nothing",
    });
  }

  #emit(statement: Statement): void {
    this.#body.push(statement);
  }

  #nested(body: () => void): readonly Statement[] {
    const outer = this.#body;
    this.#body = [];
    try {
      body();
      return this.#body;
    } finally {
      this.#body = outer;
    }
  }

  #label(name: string): Label {
    return { name: `${name}${this.#labels++}` };
  }
}

function operands(callee: FunctionRef, args: readonly unknown[]): readonly Expr[] {
  return callee.params.map((type, i) => expression(type, args[i] as Operand<ValType>));
}
