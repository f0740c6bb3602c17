/** Texts of hostile shape: deep, wide, shared, long. All are fine models, or mistakes with a message. */
export interface Shape {
  readonly name: string;
  readonly text: string;
  /** Data that it reads beside `y`. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** The message that it gets; null where it is fine. */
  readonly code: string | null;
}

const times = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

const model = (head: string, mean: string, type = "real[N]"): string =>
  `data y: ${type}\n${head}\nsample x ~ normal(0, 1)\nplate n in N { observe y[n] ~ normal(${mean}, 1) }\n`;

/** `f` with a chain of lets in it. */
const lets = (count: number, line: (before: string) => string): string =>
  `fun f(x) {\n let a0 = x\n${times(count, (i) => ` let a${i + 1} = ${line(`a${i}`)}`)}\n return a${count}\n}`;

/** Functions that call one another, the last of them `f`. */
const chain = (count: number, body: (before: string) => string): string =>
  `fun f0(x) = x\n${times(count, (i) => `fun f${i + 1}(x) = ${body(`f${i}`)}`)}\nfun f(x) = f${count}(x)`;

const half = (a: string, b = a): string => `0.5 * ${a} + 0.5 * ${b}`;
const fibonacci = (count: number, start: string): string =>
  `let a0 = ${start}\nlet a1 = ${start}\n${times(count - 1, (i) => `let a${i + 2} = ${half(`a${i + 1}`, `a${i}`)}`)}`;
const around = (count: number, open: string, close: string, inside = "x"): string =>
  open.repeat(count) + inside + close.repeat(count);

/** What is shared must not be written out once for every path to it. */
export const shared: readonly Shape[] = [
  {
    name: "doubling functions",
    text: model(
      chain(40, (f) => half(`${f}(x)`)),
      "f(x)",
    ),
    code: null,
  },
  {
    name: "doubling calls of sums",
    text: model(
      chain(40, (f) => half(`${f}(x + 1)`)),
      "f(x)",
    ),
    code: null,
  },
  {
    name: "calls that differ",
    text: model(
      chain(20, (f) => half(`${f}(x + 1)`, `${f}(x - 2)`)),
      "f(x)",
    ),
    code: "PPL366",
  },
  { name: "doubling lets", text: model(lets(40, half), "f(x)"), code: null },
  { name: "doubling lets of data", text: model(lets(40, half), "x + f(y[n])"), code: null },
  {
    name: "doubling lets of a plate's index",
    text: model(
      lets(40, (a) => `${a} + ${a}`),
      "x * y[f(n - n)]",
    ),
    code: null,
  },
  {
    name: "doubling vectors",
    text: model(
      lets(12, (a) => `[${a}, ${a}]`),
      "sum(f(x))",
    ),
    code: null,
  },
  {
    name: "doubling indices",
    text: model(`data g: int<0..N>[N]\n${lets(24, (a) => `g[g[${a}] - g[${a}]]`)}`, "x * y[f(n)]"),
    data: { g: [0, 1, 2, 3] },
    code: null,
  },
  { name: "lets of two lets before", text: model(`${fibonacci(60, "3")}`, "x + a60"), code: null },
  {
    name: "the same of a latent",
    text: `data y: real[N]\nsample x ~ normal(0, 1)\n${fibonacci(60, "x")}\nobserve y ~ normal(a60, 1)\n`,
    code: null,
  },
  {
    name: "the same in a plate, summed out",
    text: `data y: real[N]\nsample x ~ normal(0, 1)\nplate n in N {\n sample k ~ bernoulli(0.5)\n${fibonacci(60, "k")}\n observe y[n] ~ normal(x + a60, 1)\n}\n`,
    code: null,
  },
  {
    name: "missing entries through doubling lets",
    text: `data y: real[N]?\nsample x ~ normal(0, 1)\n${lets(40, half)}\n${fibonacci(60, "y")}\nobserve f(a60) ~ normal(x, 1)\n`,
    data: { y: [0.1, null, 0.3, 0.4] },
    code: null,
  },
  {
    name: "doubling lets of a `for`",
    text: `data y: real[N]\nsample x ~ normal(0, 1)\nlet h: real[N]\nh[0] = x\nfor t in 1..N {\n let a0 = h[t - 1]\n${times(24, (i) => ` let a${i + 1} = ${half(`a${i}`)}`)}\n h[t] = a24\n}\nobserve y ~ normal(h, 1)\n`,
    code: null,
  },
  {
    name: "entries of entries",
    text: `data y: real[N]\nsample x ~ normal(0, 1)\nlet h: real[100]\nh[0] = x\n${times(99, (i) => `h[${i + 1}] = ${half(`h[${i}]`)}`)}\nobserve y ~ normal(h[99], 1)\n`,
    code: null,
  },
];

/** What is deep must not be walked by recursion. */
export const deep: readonly Shape[] = [
  {
    name: "2,000 lets in a function",
    text: model(
      lets(2000, (a) => `${a} + 0.001`),
      "f(x)",
    ),
    code: null,
  },
  {
    name: "2,000 lets of data in a function",
    text: model(
      lets(2000, (a) => `${a} + 0.001`),
      "x + f(y[n])",
    ),
    code: null,
  },
  {
    name: "1,000 functions",
    text: model(
      chain(1000, (f) => `${f}(x) + 0.001`),
      "f(x)",
    ),
    code: null,
  },
  {
    name: "1,000 functions, a mistake in the first",
    text: model(chain(1000, (f) => `${f}(x) + 0.001`).replace("= x\n", "= x + nope\n"), "f(x)"),
    code: "PPL201",
  },
  {
    name: "1,000 functions in a circle",
    text: model(chain(1000, (f) => `${f}(x) + 0.001`).replace("= x\n", "= f(x)\n"), "f(x)"),
    code: "PPL360",
  },
  {
    name: "2,000 lets",
    text: `data y: real[N]\nsample x ~ normal(0, 1)\nlet a0 = x\n${times(2000, (i) => `let a${i + 1} = a${i} + 0.001`)}\nobserve y ~ normal(a2000, 1)\n`,
    code: null,
  },
  {
    name: "2,000 lets of data",
    text: model(`data c: real\nlet a0 = c\n${times(2000, (i) => `let a${i + 1} = a${i} + 0.001`)}`, "x + a2000"),
    data: { c: 1 },
    code: null,
  },
  {
    name: "2,000 constants",
    text: model(`const a0 = 1\n${times(2000, (i) => `const a${i + 1} = a${i} + 1`)}`, "x + a2000"),
    code: null,
  },
  {
    name: "2,000 lets in a `for`",
    text: `data y: real[N]\nsample x ~ normal(0, 1)\nlet h: real[N]\nh[0] = x\nfor t in 1..N {\n let a0 = h[t - 1]\n${times(2000, (i) => ` let a${i + 1} = a${i} + 0.001`)}\n h[t] = a2000\n}\nobserve y ~ normal(h, 1)\n`,
    code: null,
  },
  { name: "a sum of 390 terms", text: model("", Array.from({ length: 390 }, () => "x").join(" + ")), code: null },
  {
    name: "a sum of 10,000 terms",
    text: model("", Array.from({ length: 10_000 }, () => "x").join(" + ")),
    code: "PPL107",
  },
  { name: "powers of powers", text: model("", Array.from({ length: 3000 }, () => "x").join("^")), code: "PPL107" },
  ...(
    [
      ["parentheses", "(", ")"],
      ["lists", "[", "]"],
      ["calls", "exp(", ")"],
      ["indices", "y[", "]"],
      ["signs", "-", ""],
      ["negations", "!", ""],
    ] as const
  ).map(([name, open, close]) => ({
    name: `3,000 ${name}`,
    text: model("", around(3000, open, close)),
    code: "PPL107",
  })),
  { name: "3,000 plates", text: around(3000, "plate a in 2 {", "}", ""), code: "PPL107" },
  {
    name: "1,000 mixtures",
    text: `data y: real[N]\nplate n in N { observe y[n] ~ ${around(1000, "mixture(p = [0.5, 0.5], normal(0, 1), ", ")", "normal(0, 1)")} }`,
    code: "PPL107",
  },
];

/** What is long must not be compared or shown whole. */
export const long: readonly Shape[] = [
  {
    name: "a name of 10,000 letters",
    text: `sample ${"a".repeat(10_000)} ~ normal(0, 1)\nlet b = ${"a".repeat(9999)}b\n`,
    code: "PPL201",
  },
  {
    name: "names of 10,000 letters",
    text: `${times(50, (i) => `let ${"a".repeat(9990)}${i} = 1`)}\nlet b = ${"a".repeat(9999)}b\n`,
    code: "PPL201",
  },
  { name: "10,000 mistakes", text: times(10_000, (i) => `let a${i} = nope${i}`), code: "PPL201" },
  { name: "a line of a million characters", text: `sample x ~ normal(${" ".repeat(1_000_000)}y, 1)`, code: "PPL201" },
];
