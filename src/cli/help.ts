import type { Option } from "../options/option.ts";
import { textOf } from "../options/print.ts";
import { takenByAuto } from "../inference/strategy/choices.ts";

/** What help says of options beside their rows: under which heading they stand, and what is taken where none is given. */

/** Headings in their order; an option that is under none of them is the command's own. */
const groups: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: "Data and model:", names: ["data", "select", "scale", "dataFolder", "set", "size"] },
  { title: "Guide:", names: ["guide", "K", "component", "rank", "amortize", "hidden", "activation"] },
  { title: "Objective:", names: ["objective", "gradient", "baseline", "T", "innerT", "beta", "betaWarmUp"] },
  {
    title: "Length of training:",
    names: ["epochs", "steps", "batch", "timeLimit", "stop", "window", "patience", "settle"],
  },
  {
    title: "Steps of training:",
    names: ["lr", "schedule", "decay", "decayEvery", "floor", "warmUp", "averageLast", "clip", "weightDecay"],
  },
  { title: "Evaluation:", names: ["evidenceDraws", "test", "testDraws"] },
  { title: "Where it runs:", names: ["seed", "engine", "backend", "threads"] },
];

export const ownGroup = "Options:";
export const commonGroup = "Output:";

/** Options of a command under their headings, the command's own first. */
export function grouped<T>(options: Readonly<Record<string, T>>): readonly {
  readonly title: string;
  readonly options: readonly (readonly [name: string, option: T])[];
}[] {
  const grouped = new Set(groups.flatMap(({ names }) => names));
  const own = Object.entries(options).filter(([name]) => !grouped.has(name));
  const others = groups.map(({ title, names }) => ({
    title,
    options: names.flatMap((name) => {
      const option = Object.hasOwn(options, name) ? options[name] : undefined;
      return option === undefined ? [] : [[name, option] as const];
    }),
  }));
  return [{ title: ownGroup, options: own }, ...others].filter((group) => group.options.length > 0);
}

/** What help says of an option: its row's words, its default, and what `auto` takes where the command fits guides. */
export function optionText(name: string, { doc, otherwise }: Option<unknown, null>, fits: boolean): string {
  const plain = otherwise === null || otherwise === false ? "" : textOf(otherwise);
  const auto = fits ? [...new Set(takenByAuto.flatMap((taken) => (name in taken ? [String(taken[name])] : [])))] : [];
  const parts = [
    ...(plain === "" ? [] : [`default: ${plain}`]),
    ...(auto.length === 0 ? [] : [`auto: ${auto.join(" or ")}`]),
  ];
  if (parts.length === 0) return doc;
  // a default that the words tell themselves
  return doc.endsWith(")") ? `${doc.slice(0, -1)}; ${parts.join("; ")})` : `${doc} (${parts.join("; ")})`;
}

/** Examples as help prints them. */
export function examplesText(examples: readonly string[]): string {
  return `\nExample${examples.length === 1 ? "" : "s"}:\n${examples.map((line) => `  ${line}`).join("\n")}`;
}
