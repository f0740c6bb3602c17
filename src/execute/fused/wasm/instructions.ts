import { InternalError } from "../../../base/assert.ts";
import {
  atomicNames,
  atomics,
  control,
  laneLoads,
  laneStores,
  loads,
  operators,
  stores,
  type Access,
  type Signature,
  type Type,
  type ValType,
} from "./opcodes.ts";
import type { Expr, Operation, VectorConstant } from "./tree.ts";

/** An operand. A number stands for a constant of its type; for a vector, of the lanes of the instruction's group. */
export type Operand<T extends ValType> = Expr<T> | (T extends "i64" ? bigint : number);

/** An address, in bytes. */
export type Address = Operand<"i32">;

type Operands<P extends readonly ValType[]> = { readonly [I in keyof P]: Operand<P[I]> };

type Operator<S> =
  S extends Signature<infer P, infer R>
    ? S extends { readonly lanes: 1 }
      ? (lane: number, ...args: Operands<P>) => Expr<R>
      : (...args: Operands<P>) => Expr<R>
    : never;

type Operators = typeof operators;
type Group = keyof Operators;
type Load<A> = A extends Access<infer V> ? (address: Address, offset?: number) => Expr<V> : never;
type Store<A> =
  A extends Access<infer V> ? (address: Address, value: Operand<V>, offset?: number) => Expr<"none"> : never;

type Table = {
  readonly [G in Group]: { readonly [N in keyof Operators[G]]: Operator<Operators[G][N]> } & {
    readonly [N in keyof Loads<G>]: Load<Loads<G>[N]>;
  } & { readonly [N in keyof Stores<G>]: Store<Stores<G>[N]> } & Extra<G>;
};
type Loads<G> = G extends keyof typeof loads ? (typeof loads)[G] : unknown;
type Stores<G> = G extends keyof typeof stores ? (typeof stores)[G] : unknown;
type Extra<G> = G extends keyof typeof extras ? (typeof extras)[G] : unknown;

/** A constant where a number was given. */
export function expression<T extends ValType>(type: T, operand: Operand<T>, lanes: Group = "v128"): Expr<T> {
  if (typeof operand === "object") return operand;
  if (type !== "v128") return { kind: "const", type, value: operand };
  const splat = splats[lanes];
  if (!splat) throw new InternalError(`${operand} is no vector: v128 has no lanes`);
  return splat(operand) as Expr<T>;
}

type Four = readonly [number, number, number, number];

function vector(
  lanes: VectorConstant["lanes"],
  values: VectorConstant["values"],
  write: (view: DataView) => void,
): Expr<"v128"> {
  const bytes = new Uint8Array(16);
  write(new DataView(bytes.buffer));
  return { kind: "const", type: "v128", value: { bytes, lanes, values } };
}

const constants = {
  const_f32x4: (x: Four) => vector("f32x4", x, (view) => x.forEach((value, i) => view.setFloat32(4 * i, value, true))),
  const_f64x2: (x: readonly [number, number]) =>
    vector("f64x2", x, (view) => x.forEach((value, i) => view.setFloat64(8 * i, value, true))),
  const_i32x4: (x: Four) => vector("i32x4", x, (view) => x.forEach((value, i) => view.setInt32(4 * i, value, true))),
  const_i64x2: (x: readonly [bigint, bigint]) =>
    vector("i64x2", x, (view) => x.forEach((value, i) => view.setBigInt64(8 * i, value, true))),
};

const const_f32 = (x: number) => constants.const_f32x4([x, x, x, x]);
const const_f64 = (x: number) => constants.const_f64x2([x, x]);
const const_i32 = (x: number) => constants.const_i32x4([x, x, x, x]);
const const_i64 = (x: number | bigint) => constants.const_i64x2([BigInt(x), BigInt(x)]);

const splats: { readonly [G in Group]?: (x: number | bigint) => Expr<"v128"> } = {
  f32x4: (x) => const_f32(Number(x)),
  f64x2: (x) => const_f64(Number(x)),
  i32x4: (x) => const_i32(Number(x)),
  i64x2: const_i64,
};

const laneLoad =
  (name: keyof typeof laneLoads) =>
  (lane: number, address: Address, onto: Expr<"v128">, offset = 0): Expr<"v128"> => {
    const args = [expression("i32", address), onto];
    return memoryAccess("v128", `v128.${name}`, laneLoads[name], args, { offset, lane });
  };

const laneStore =
  (name: keyof typeof laneStores) =>
  (lane: number, address: Address, value: Expr<"v128">, offset = 0): Expr<"none"> => {
    const args = [expression("i32", address), value];
    return memoryAccess("none", `v128.${name}`, laneStores[name], args, { offset, lane });
  };

const extras = {
  i32: { const: (value: number): Expr<"i32"> => ({ kind: "const", type: "i32", value }) },
  i64: { const: (value: bigint): Expr<"i64"> => ({ kind: "const", type: "i64", value }) },
  f32: { const: (value: number): Expr<"f32"> => ({ kind: "const", type: "f32", value }) },
  f64: { const: (value: number): Expr<"f64"> => ({ kind: "const", type: "f64", value }) },
  v128: {
    ...constants,
    /** All lanes alike. */
    ...{ const_f32, const_f64, const_i32, const_i64 },
    load32_lane: laneLoad("load32_lane"),
    load64_lane: laneLoad("load64_lane"),
    store32_lane: laneStore("store32_lane"),
    store64_lane: laneStore("store64_lane"),
  },
  i8x16: {
    /** Sixteen bytes picked from `a` (0 to 15) and `b` (16 to 31). */
    shuffle: (lanes: readonly number[], a: Expr<"v128">, b: Expr<"v128">): Expr<"v128"> => {
      const ok = lanes.length === 16 && lanes.every((lane) => lane >= 0 && lane < 32);
      if (!ok) throw new InternalError(`a shuffle picks 16 of 32 bytes, not ${lanes.join(" ")}`);
      const spelling = { mnemonic: "i8x16.shuffle", code: control.shuffle };
      return operation("v128", spelling, [a, b], { immediates: lanes, shows: "lanes" });
    },
  },
  i32x4: {
    /** Four words picked from `a` (0 to 3) and `b` (4 to 7): a shuffle of bytes by fours. */
    shuffle: (lanes: Four, a: Expr<"v128">, b: Expr<"v128">): Expr<"v128"> =>
      extras.i8x16.shuffle(
        lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
        a,
        b,
      ),
  },
  i64x2: {
    /** Two halves picked from `a` (0, 1) and `b` (2, 3). */
    shuffle: (lanes: readonly [number, number], a: Expr<"v128">, b: Expr<"v128">): Expr<"v128"> =>
      extras.i8x16.shuffle(
        lanes.flatMap((lane) => [0, 1, 2, 3, 4, 5, 6, 7].map((byte) => 8 * lane + byte)),
        a,
        b,
      ),
  },
};

/** An instruction's name and number. */
type Spelling = Pick<Operation, "mnemonic" | "code">;
/** The numbers that are a part of an instruction, and how its text shows them. */
type Immediates = Pick<Operation, "immediates" | "shows">;

const none: Immediates = { immediates: [], shows: "nothing" };

function operation<T extends Type>(
  type: T,
  spelling: Spelling,
  args: readonly Expr[],
  immediates: Immediates = none,
): Expr<T> {
  return { kind: "operation", type, ...spelling, args, ...immediates };
}

/** Where in memory from the address on, and which lane alone. */
interface Reach {
  readonly offset: number;
  readonly lane?: number | undefined;
}

function memoryAccess<T extends Type>(
  type: T,
  mnemonic: string,
  { code, bytes }: Access,
  args: readonly Expr[],
  { offset, lane }: Reach,
): Expr<T> {
  if (offset < 0) throw new InternalError(`an offset of ${offset}: add it to the address`);
  // Addresses need no alignment, and a promise of it buys nothing on the hosts there are.
  const align = bytes === 1 ? 0 : bytes === 2 ? 1 : 2;
  const immediates = lane === undefined ? [align, offset] : [align, offset, lane];
  return operation(type, { mnemonic, code }, args, { immediates, shows: "alignment and offset" });
}

function operator(group: Group, name: string, signature: Signature) {
  const { code, params, result, lanes } = signature;
  const mnemonic = `${group}.${name}`;
  // A scalar operand of a vector group (a shift, a splat, a new lane) is a constant of its own type.
  return (...given: readonly Operand<ValType>[]): Expr => {
    const args = params.map((type, i) => expression(type, given[i + lanes]!, group));
    return lanes === 1
      ? operation(result, { mnemonic, code }, args, { immediates: [given[0] as number], shows: "lanes" })
      : operation(result, { mnemonic, code }, args);
  };
}

type Atomics = typeof atomics;

/** The address first, of a word at a multiple of 4. */
const atomicTable = Object.fromEntries<unknown>(
  Object.entries<Signature>(atomics).map(([name, { code, params, result }]) => [
    name,
    (...given: readonly Operand<ValType>[]): Expr => {
      const args = params.map((type, i) => expression(type, given[i]!));
      const mnemonic = atomicNames[name as keyof Atomics];
      return operation(result, { mnemonic, code }, args, { immediates: [2, 0], shows: "alignment and offset" });
    },
  ]),
) as { readonly [N in keyof Atomics]: Operator<Atomics[N]> };

function buildTable(): Table {
  const groups = Object.entries(operators).map(([key, rows]) => {
    const group = key as Group;
    const table: Record<string, unknown> = { ...(extras as Record<string, object>)[group] };
    for (const [name, signature] of Object.entries<Signature>(rows)) table[name] = operator(group, name, signature);
    for (const [name, access] of Object.entries((loads as Accesses)[group] ?? {})) {
      const mnemonic = `${group}.${name}`;
      table[name] = (address: Address, offset = 0): Expr =>
        memoryAccess(access.value, mnemonic, access, [expression("i32", address)], { offset });
    }
    for (const [name, access] of Object.entries((stores as Accesses)[group] ?? {})) {
      const mnemonic = `${group}.${name}`;
      table[name] = (address: Address, value: Operand<ValType>, offset = 0): Expr => {
        const args = [expression("i32", address), expression(access.value, value)];
        return memoryAccess("none", mnemonic, access, args, { offset });
      };
    }
    return [group, table];
  });
  return Object.fromEntries(groups) as Table;
}

type Accesses = { readonly [group: string]: { readonly [name: string]: Access } | undefined };

/**
 * Every instruction, by the name that the text format gives it:
 * `w.f32x4.add(x, w.f32x4.mul(y, 0.5))`, `w.v128.load(pointer, 16)`, `w.i32x4.extract_lane(2, x)`.
 * They build trees and emit nothing; `FunctionBuilder` makes statements of them.
 */
export const w: Table & {
  /** `a` if `condition` is not 0, else `b`; both are computed. */
  select<T extends ValType>(condition: Operand<"i32">, a: Expr<T>, b: Expr<T>): Expr<T>;
  /** On words of shared memory. */
  readonly atomic: typeof atomicTable;
} = {
  ...buildTable(),
  atomic: atomicTable,
  select: (condition, a, b) =>
    operation(a.type, { mnemonic: "select", code: control.select }, [a, b, expression("i32", condition)]),
};
