/** Values that calls from code may be given by mistake or in malice, each made anew. */

const cyclic = (): unknown => {
  const list: unknown[] = [1];
  list.push(list);
  return list;
};
const cyclicFirst = (): unknown => {
  const list: unknown[] = [];
  list.push(list);
  return list;
};
const cyclicRecord = (): unknown => {
  const record: Record<string, unknown> = { a: 1 };
  record["self"] = record;
  return record;
};
const deep = (): unknown => {
  let list: unknown = 1;
  for (let i = 0; i < 100_000; i++) list = [list];
  return list;
};
const throws = (): never => {
  throw new Error("a trap");
};
const trap = (target: object): unknown =>
  new Proxy(target, {
    get: throws,
    has: throws,
    ownKeys: throws,
    getOwnPropertyDescriptor: throws,
    getPrototypeOf: throws,
  });
const long = (): unknown => new Array<number>(1e9);
const shared = (): unknown => {
  const row = new Array<number>(30_000).fill(1);
  return new Array<number[]>(30_000).fill(row);
};

export const hostileValues: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  42: () => 42,
  "-1": () => -1,
  0: () => 0,
  "0.5": () => 0.5,
  NaN: () => NaN,
  Infinity: () => Infinity,
  "1e15": () => 1e15,
  "2^53": () => 2 ** 53,
  "a big one": () => 10n ** 50n,
  "an empty text": () => "",
  "a text": () => "abc",
  "a text with a zero byte": () => "a\u0000b",
  "a long text": () => "x".repeat(100_000),
  "a symbol": () => Symbol("s"),
  "a function": () => () => 1,
  "a function that throws": () => throws,
  "an empty list": () => [],
  "a list of texts": () => ["a", "b"],
  "a ragged list": () => [[1, 2], [3]],
  "a list that contains itself": cyclic,
  "a list that is its own first entry": cyclicFirst,
  "a deep list": deep,
  "a long list of nothing": long,
  "a list of one list again and again": shared,
  "a list of big ones": () => [1n, 2n],
  "a typed array of big ones": () => new BigInt64Array(3),
  "a view": () => new DataView(new ArrayBuffer(8)),
  "an array buffer": () => new ArrayBuffer(8),
  "an empty object": () => ({}),
  "an object that contains itself": cyclicRecord,
  "an object that says how long it is": () => ({ length: 1e9 }),
  "a shape that lies": () => ({ shape: [3], values: [1] }),
  "a shape without end": () => ({ shape: [1e9, 1e9, 1e9], values: [] }),
  "a shape that is no list": () => ({ shape: "ab", values: 3 }),
  "a getter that throws": () => Object.defineProperty({}, "y", { enumerable: true, get: throws }),
  "a proxy that throws": () => trap({}),
  "a proxy of a list that throws": () => trap([1, 2, 3]),
  "an odd name": () => JSON.parse('{ "__proto__": 1, "constructor": 2, "y": [1, 2] }') as unknown,
  "an object without a prototype": () => Object.create(null) as unknown,
  "a map": () => new Map([["y", [1]]]),
  "a date": () => new Date(NaN),
  "a number in a box": () => Object(3) as unknown,
  "a signal of another kind": () => ({ aborted: true }),
  "an error": () => new Error("an error"),
  "a promise": () => Promise.resolve(1),
  "a class": () => class {},
  "a text that is no text": () => ({ toString: throws, [Symbol.toPrimitive]: throws }),
  "a tag that throws": () => Object.defineProperty({}, Symbol.toStringTag, { get: throws }),
};
