import type { Dice } from "./models.ts";

/** Characters that matter to a reader of models, and some that should not. */
const characters = [..."(){}[]<>~=,.:;?+-*/^@!&|\"'`#$%\\ \n\t01aZ_", "é", "\u0000", "😀", "\r\n"];
const words = [
  "plate",
  "for",
  "fun",
  "sample",
  "observe",
  "let",
  "data",
  "real",
  "int",
  "in",
  "..",
  "~",
  "model",
  "param",
  "net",
  "guide",
  "given",
  "mixture",
  "truncate",
  "1e999",
  "0x1",
  "1..2",
  "simplex",
];

/** A text with one to four things wrong: characters, words or lines dropped, doubled, swapped, put in, cut off. */
export function mutate(text: string, dice: Dice): string {
  let out = text;
  for (let i = 1 + dice.below(4); i > 0; i--) out = dice.pick(mutations)(out, dice);
  return out;
}

type Mutation = (text: string, dice: Dice) => string;

const byCharacter: Mutation = (text, dice) => {
  const at = dice.below(text.length + 1);
  const cut = dice.below(3);
  return text.slice(0, at) + (dice.chance(0.6) ? dice.pick(characters) : "") + text.slice(at + cut);
};

/** Words and the signs between them, spaces kept: joined they are the text. */
const pieces = (text: string): string[] => text.match(/\s+|\w+|\.\.|[^\w\s]/g) ?? [];

const byWord: Mutation = (text, dice) => {
  const all = pieces(text);
  if (all.length === 0) return text;
  const at = dice.below(all.length);
  const other = dice.below(all.length);
  const change = dice.below(4);
  if (change === 0) all.splice(at, 1);
  else if (change === 1) all.splice(at, 0, all[other]!);
  else if (change === 2) [all[at], all[other]] = [all[other]!, all[at]!];
  else all[at] = dice.pick(words);
  return all.join("");
};

const byLine: Mutation = (text, dice) => {
  const lines = text.split("\n");
  const at = dice.below(lines.length);
  const other = dice.below(lines.length);
  const change = dice.below(3);
  if (change === 0) lines.splice(at, 1);
  else if (change === 1) lines.splice(at, 0, lines[other]!);
  else [lines[at], lines[other]] = [lines[other]!, lines[at]!];
  return lines.join("\n");
};

const cutOff: Mutation = (text, dice) => text.slice(0, dice.below(text.length + 1));

const mutations: readonly Mutation[] = [byCharacter, byCharacter, byWord, byWord, byWord, byLine, cutOff];
