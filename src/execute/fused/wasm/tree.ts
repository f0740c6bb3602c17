import type { Type, ValType } from "./opcodes.ts";

/** A register of one function. The builder hands a released one out again. */
export interface Slot {
  readonly index: number;
  readonly type: ValType;
  /** How it is printed: the hint of whoever asked for it, unless several did. */
  name: string;
}

export interface GlobalSlot {
  readonly index: number;
  readonly type: "i32" | "i64" | "f32" | "f64";
  readonly name: string;
  readonly initial: number | bigint;
  readonly mutable: boolean;
}

/** Something to call. Its number is known when the module is encoded: imports come first. */
export interface Callee {
  readonly name: string;
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
  readonly imported: boolean;
  /** Among the imported functions, or among the module's own. */
  readonly index: number;
}

/** Where a branch goes: behind a block, or back to the head of a loop. */
export interface Label {
  readonly name: string;
}

export type Node =
  | { readonly kind: "get"; readonly slot: Slot }
  | { readonly kind: "tee"; readonly slot: Slot; readonly value: Expr }
  | { readonly kind: "global"; readonly global: GlobalSlot }
  | { readonly kind: "const"; readonly value: number | bigint | VectorConstant }
  | Operation
  | { readonly kind: "call"; readonly callee: Callee; readonly args: readonly Expr[] };

/** Any instruction that takes operands from the stack. */
export interface Operation {
  readonly kind: "operation";
  readonly mnemonic: string;
  readonly code: number;
  readonly args: readonly Expr[];
  /** Written after the opcode as unsigned LEB128: lanes, or alignment and offset. */
  readonly immediates: readonly number[];
  /** What the text format makes of the immediates. */
  readonly shows: "nothing" | "lanes" | "alignment and offset";
}

export interface VectorConstant {
  readonly bytes: Uint8Array;
  /** As which lanes it was written. */
  readonly lanes: "f32x4" | "f64x2" | "i32x4" | "i64x2";
  readonly values: readonly (number | bigint)[];
}

/**
 * An expression, a tree: what appears in two places is computed in two places. `FunctionBuilder.let` gives a name to
 * what is used twice.
 */
export type Expr<T extends Type = Type> = Node & { readonly type: T };

/** A register used as a value: it reads what the register holds when the instruction runs, not when it is written. */
export type Local<T extends ValType = ValType> = Expr<T> & { readonly kind: "get" };

export type Global<T extends GlobalSlot["type"] = GlobalSlot["type"]> = Expr<T> & {
  readonly kind: "global";
};

export type Statement =
  | { readonly kind: "set"; readonly slot: Slot; readonly value: Expr }
  | { readonly kind: "setGlobal"; readonly global: GlobalSlot; readonly value: Expr }
  | { readonly kind: "effect"; readonly value: Expr }
  | { readonly kind: "drop"; readonly value: Expr }
  /** A call whose results, any number of them, go to registers. */
  | {
      readonly kind: "callInto";
      readonly callee: Callee;
      readonly args: readonly Expr[];
      readonly into: readonly Slot[];
    }
  | {
      readonly kind: "block" | "loop";
      readonly label: Label;
      readonly body: readonly Statement[];
    }
  | { readonly kind: "br"; readonly label: Label }
  | { readonly kind: "brIf"; readonly label: Label; readonly condition: Expr }
  | {
      readonly kind: "if";
      readonly condition: Expr;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: "return"; readonly values: readonly Expr[] }
  | { readonly kind: "unreachable" }
  | { readonly kind: "comment"; readonly text: string };

export interface FunctionNode {
  readonly callee: Callee;
  readonly params: readonly Slot[];
  /** Registers beyond the parameters, by index. */
  readonly locals: readonly Slot[];
  readonly body: readonly Statement[];
  readonly comment: string;
}

/** A memory that the host gives: `env.memory`. */
export interface MemoryImport {
  readonly minPages: number;
  /** Required when shared. */
  readonly maxPages?: number;
  readonly shared?: boolean;
}

export interface ModuleNode {
  readonly memory: MemoryImport | null;
  readonly imports: readonly {
    readonly callee: Callee;
    readonly module: string;
    readonly field: string;
  }[];
  readonly globals: readonly GlobalSlot[];
  readonly functions: readonly FunctionNode[];
  readonly exports: readonly {
    readonly name: string;
    readonly of: Callee;
  }[];
}
