import Table from "cli-table3";
import { visible } from "../base/escape.ts";

// prettier-ignore
const bare = {
  top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "",
  "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  ",
};

/** Nobody reads a longer cell, and to lay one out takes time that grows as its square. */
const longest = 200;

function cell(text: string): string {
  const seen = visible(text);
  return seen.length <= longest ? seen : `${[...seen].slice(0, longest - 1).join("")}…`;
}

/** Rows under a head, columns aligned, numbers to the right; no lines drawn. The first column is left-aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({
    head: head.map(cell),
    chars: bare,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
    colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
  });
  for (const row of rows) made.push(row.map(cell));
  return made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
