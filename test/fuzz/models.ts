import { families } from "../../src/distributions/index.ts";
import type { Family } from "../../src/distributions/family.ts";
import type { RandomStream } from "../../src/numeric/random.ts";
import type { Domain, FamilyBound } from "../../src/tensor/support.ts";

/** A model that the compiler must accept, with data for it. */
export interface FuzzModel {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Choices of one random model. */
export interface Dice {
  /** A whole number from 0 to n - 1. */
  below(n: number): number;
  pick<T>(from: readonly T[]): T;
  chance(p: number): boolean;
  normal(): number;
}

export function diceOf(random: RandomStream): Dice {
  const below = (n: number): number => Math.floor(random.uniform() * n);
  return {
    below,
    pick: (from) => from[below(from.length)]!,
    chance: (p) => random.uniform() < p,
    normal: () => random.normal(),
  };
}

/** A name that an expression may read where it stands. */
interface Name {
  readonly text: string;
  /** Null for a number, else its symbolic length. */
  readonly length: string | null;
}

const number = (x: number): string => {
  const text = String(Math.round(x * 100) / 100);
  return text.startsWith("-") ? `(${text})` : text;
};

/** Smooth functions that keep what they are given within a few units. */
const mild = [
  (e: string) => `tanh(${e})`,
  (e: string) => `sigmoid(${e})`,
  (e: string) => `sin(${e})`,
  (e: string) => `cos(${e})`,
  (e: string) => `softplus(${e})`,
  (e: string) => `exp(tanh(${e}))`,
  (e: string) => `log1p(square(${e}))`,
  (e: string) => `sqrt(1 + square(${e}))`,
  (e: string) => `Phi(${e})`,
  (e: string) => `lgamma(1.5 + softplus(${e}))`,
];

/** A random expression of a number or of a vector of a given length, over the names in scope. */
function expression(dice: Dice, scope: readonly Name[], length: string | null, depth: number): string {
  const same = scope.filter((name) => name.length === length);
  const leaf = (): string => {
    if (same.length > 0 && dice.chance(0.8)) return dice.pick(same).text;
    const value = number(dice.normal());
    return length === null ? value : `rep(${value}, [${length}])`;
  };
  if (depth === 0) return leaf();
  const inner = (): string => expression(dice, scope, length, depth - 1);
  const kinds = [
    leaf,
    () => dice.pick(mild)(inner()),
    () => `(${inner()} ${dice.pick(["+", "-", "*"])} ${inner()})`,
    () => `(${inner()} / (1.5 + square(${inner()})))`,
    () => `-(${inner()})`,
    () => {
      const vectors = scope.filter((name) => name.length !== null);
      if (length !== null || vectors.length === 0) return leaf();
      const fold = dice.pick(["sum", "mean", "logsumexp"]);
      return `${fold}(${dice.pick(mild)(dice.pick(vectors).text)})`;
    },
  ];
  return dice.pick(kinds)();
}

/** An expression for a parameter of a family. */
function argument(dice: Dice, scope: readonly Name[], domain: Domain, depth: number): string {
  const e = expression(dice, scope, null, depth);
  switch (domain) {
    case "positive":
    case "nonnegative":
      return dice.chance(0.3) ? number(0.3 + dice.below(20) / 10) : `(0.2 + softplus(${e}))`;
    case "unit":
      return `(0.02 + 0.96 * sigmoid(${e}))`;
    case "count":
      return String(1 + dice.below(6));
    default:
      return e;
  }
}

const simple: ReadonlySet<Domain> = new Set(["real", "positive", "nonnegative", "unit", "count"]);

/** Families whose parameters are numbers, and whose support does not depend on them but for a number of trials. */
const scalarFamilies: readonly Family[] = Object.values(families).filter(
  ({ parameters, support, name }) =>
    Object.values(parameters).every(({ rank, domain }) => rank === 0 && simple.has(domain)) &&
    support.kind === "interval" &&
    isFixed(support.lower) &&
    isFixed(support.upper) &&
    name !== "flat",
);

/** A bound that data can be made to keep: a number, none, or a number of trials. */
function isFixed(bound: FamilyBound): boolean {
  if (typeof bound === "number" || bound === null) return true;
  return "parameter" in bound && bound.parameter === "n";
}

const discrete = ({ support }: Family): boolean => support.kind === "interval" && support.integer;

/** `family(argument = ..., ...)`, and the trials where it counts some. */
function distribution(dice: Dice, family: Family, scope: readonly Name[]): { text: string; trials: number } {
  const optional = new Set(family.alternatives.flat());
  const chosen = family.alternatives.map((group) => dice.pick(group));
  const named = Object.entries(family.parameters).filter(([name]) => !optional.has(name) || chosen.includes(name));
  let trials = 0;
  const given = named.map(([name, { domain }]) => {
    const text = argument(dice, scope, domain, 2);
    if (name === "n") trials = Number(text);
    return `${name} = ${text}`;
  });
  return { text: `${family.name}(${given.join(", ")})`, trials };
}

/** A datum that the family can have produced. */
function datum(dice: Dice, { support }: Family, trials: number): number {
  if (support.kind !== "interval") throw new Error("a scalar family");
  const lower = typeof support.lower === "number" ? support.lower : null;
  const upper = typeof support.upper === "number" ? support.upper : support.upper ? trials : null;
  if (support.integer) {
    const from = lower ?? 0;
    return from + dice.below((upper ?? from + 8) - from + 1);
  }
  if (lower !== null && upper !== null) return lower + (upper - lower) * (0.05 + dice.below(90) / 100);
  const size = Math.abs(dice.normal()) + 0.05;
  if (lower !== null) return lower + size;
  return upper !== null ? upper - size : dice.normal();
}

/**
 * One random model: data (with gaps), latents of many kinds, `let`s, functions, nested plates, sites that are summed
 * out, recurrences, observations and factors.
 */
export function randomModel(dice: Dice): FuzzModel {
  const lines: string[] = [];
  const data: Record<string, unknown> = {};
  const scope: Name[] = [];
  let count = 0;
  const fresh = (stem: string): string => `${stem}${count++}`;
  const continuous = scalarFamilies.filter((family) => !discrete(family));
  const heads: string[] = [];
  const sizes = new Map<string, number>();

  const latent = (indent: string, names: Name[]): void => {
    const name = fresh("z");
    const kind = dice.below(10);
    if (kind < 6) {
      const family = dice.pick(continuous);
      lines.push(`${indent}sample ${name} ~ ${distribution(dice, family, names).text}`);
      names.push({ text: name, length: null });
    } else if (kind < 7) {
      lines.push(`${indent}sample ${name}: real[3] ~ normal(${expression(dice, names, null, 1)}, 1)`);
      names.push({ text: name, length: "3" });
    } else if (kind < 8) {
      const [low, high] = [dice.normal(), 0.5 + dice.below(30) / 10];
      const from = number(low).replace(/[()]/g, "");
      const to = number(low + high).replace(/[()]/g, "");
      lines.push(`${indent}sample ${name}: real<${from}..${to}> ~ normal(${number(dice.normal())}, 1.5)`);
      names.push({ text: name, length: null });
    } else if (kind < 9) {
      lines.push(`${indent}sample ${name}: ordered[3] ~ normal(0, 2)`);
      names.push({ text: name, length: "3" });
    } else {
      lines.push(`${indent}sample ${name} ~ dirichlet(rep(${number(1 + dice.below(3))}, [3]))`);
      names.push({ text: name, length: "3" });
    }
  };
  const define = (indent: string, names: Name[]): void => {
    const name = fresh("d");
    const length = dice.chance(0.25) ? "3" : null;
    lines.push(`${indent}let ${name} = ${expression(dice, names, length, 3)}`);
    names.push({ text: name, length });
  };
  /** A switch that is summed out: it chooses between two expressions. */
  const choose = (indent: string, names: Name[]): void => {
    const [site, name] = [fresh("k"), fresh("d")];
    const [a, b] = [expression(dice, names, null, 1), expression(dice, names, null, 1)];
    lines.push(`${indent}sample ${site} ~ bernoulli(${argument(dice, names, "unit", 1)})`);
    lines.push(`${indent}let ${name} = where(${site}, ${a}, ${b})`);
    names.push({ text: name, length: null });
  };
  /** A function of one's own, used once. */
  const call = (names: Name[]): void => {
    const [fn, name] = [fresh("f"), fresh("d")];
    const own: Name[] = ["a", "b"].map((text) => ({ text, length: null }));
    heads.push(`fun ${fn}(a, b) = ${expression(dice, own, null, 2)} + 0 * (a + b)`);
    lines.push(`let ${name} = ${fn}(${expression(dice, names, null, 1)}, ${expression(dice, names, null, 1)})`);
    names.push({ text: name, length: null });
  };
  /** An array filled one entry after another, and data around it. */
  const recurrence = (names: readonly Name[]): void => {
    const [size, x, y, s, t] = ["T", "x", "y", "s", "t"].map(fresh) as [string, string, string, string, string];
    const length = 2 + dice.below(5);
    const series = (): number[] => Array.from({ length }, () => Math.round(100 * dice.normal()) / 100);
    heads.push(`data ${x}: real[${size}]`, `data ${y}: real[${size}]`);
    data[x] = series();
    data[y] = series();
    const inner: Name[] = [...names, ...[`${x}[${t}]`, `${s}[${t} - 1]`].map((text) => ({ text, length: null }))];
    lines.push(
      `let ${s}: real[${size}]`,
      `${s}[0] = ${expression(dice, names, null, 1)}`,
      `for ${t} in 1..${size} {`,
      `  ${s}[${t}] = tanh(${expression(dice, inner, null, 2)}) + 0.5 * ${s}[${t} - 1]`,
      "}",
      `observe ${y} ~ normal(${s}, ${argument(dice, names, "positive", 1)})`,
    );
  };
  const observe = (indent: string, names: readonly Name[], plates: readonly [string, string][]): void => {
    const family = dice.pick(scalarFamilies);
    const name = fresh("y");
    const { text, trials } = distribution(dice, family, names);
    const dims = plates.map(([, size]) => size);
    const type = discrete(family) ? "int" : "real";
    const gaps = dims.length > 0 && dice.chance(0.15);
    const shape = dims.length > 0 ? `[${dims.join(", ")}]` : "";
    heads.push(`data ${name}: ${type}${shape}${gaps ? "?" : ""}`);
    const fill = (rest: readonly string[]): unknown =>
      rest.length === 0
        ? gaps && dice.chance(0.3)
          ? null
          : datum(dice, family, trials)
        : Array.from({ length: sizes.get(rest[0]!)! }, () => fill(rest.slice(1)));
    data[name] = fill(dims);
    const index = plates.map(([i]) => i).join(", ");
    lines.push(`${indent}observe ${name}${index ? `[${index}]` : ""} ~ ${text}`);
  };
  const plate = (indent: string, names: readonly Name[], plates: readonly [string, string][]): void => {
    const size = fresh("N");
    const index = fresh("i");
    sizes.set(size, 1 + dice.below(4));
    const inner = [...names];
    const own: [string, string][] = [...plates, [index, size]];
    const covariate = fresh("x");
    heads.push(`data ${covariate}: real[${own.map(([, each]) => each).join(", ")}]`);
    const fill = (rest: readonly string[]): unknown =>
      rest.length === 0
        ? Math.round(100 * dice.normal()) / 100
        : Array.from({ length: sizes.get(rest[0]!)! }, () => fill(rest.slice(1)));
    data[covariate] = fill(own.map(([, each]) => each));
    inner.push({ text: `${covariate}[${own.map(([i]) => i).join(", ")}]`, length: null });
    lines.push(`${indent}plate ${index} in ${size} {`);
    if (dice.chance(0.6)) latent(`${indent}  `, inner);
    if (dice.chance(0.5)) define(`${indent}  `, inner);
    if (dice.chance(0.15)) choose(`${indent}  `, inner);
    if (plates.length === 0 && dice.chance(0.25)) plate(`${indent}  `, inner, own);
    observe(`${indent}  `, inner, own);
    lines.push(`${indent}}`);
  };

  for (let i = 1 + dice.below(3); i > 0; i--) {
    latent("", scope);
    if (dice.chance(0.4)) define("", scope);
  }
  if (dice.chance(0.15)) choose("", scope);
  if (dice.chance(0.2)) call(scope);
  if (dice.chance(0.6)) plate("", scope, []);
  if (dice.chance(0.2)) recurrence(scope);
  if (dice.chance(0.6)) observe("", scope, []);
  if (dice.chance(0.2)) lines.push(`factor -0.1 * square(${expression(dice, scope, null, 2)})`);
  return { text: `${[...heads, ...lines].join("\n")}\n`, data };
}
