import type { TopLevelSpec } from "vega-lite";
import type { Config } from "vega-lite/types_unstable/config.js";
import { textWidth } from "./measure.ts";

/** A picture as data: what Vega-Lite calls a specification. Anything that draws those can show it. */
export type Spec = TopLevelSpec;

/** Colours that people with any colour vision tell apart (Okabe and Ito 2008), yellow left out: it is lost on white. */
export const palette: readonly string[] = [
  ...["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"],
];

const fonts = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif";
export const ink = "#222222";
/** Of words and lines that say what is meant, and should not be seen first. */
export const faint = "#666666";

/** Looks that all plots share. */
export const looks: Config = {
  background: "#ffffff",
  font: fonts,
  padding: 12,
  view: { stroke: null },
  axis: {
    labelFontSize: 12,
    titleFontSize: 13,
    titleFontWeight: "normal",
    titlePadding: 8,
    titleColor: ink,
    labelColor: ink,
    domainColor: "#888888",
    tickColor: "#888888",
    gridColor: "#e8e8e8",
    labelOverlap: true,
  },
  legend: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    labelColor: ink,
    titleColor: ink,
    labelLimit: 320,
  },
  header: { labelFontSize: 13, titleFontSize: 13, labelColor: ink },
  title: {
    anchor: "start",
    frame: "group",
    fontSize: 15,
    fontWeight: "bold",
    color: ink,
    subtitleFontSize: 12,
    subtitleColor: faint,
    subtitlePadding: 5,
    offset: 14,
  },
  range: { category: [...palette] },
};

export interface Titled {
  readonly title: string;
  /** What the marks stand for, in a line or several. */
  readonly subtitle?: string | readonly string[];
}

/** The title of a plot so many pixels wide, and sentences below it, broken into lines that fit. */
export function titleOf({ title, subtitle = [] }: Titled, width: number, ...more: string[]) {
  const sentences = [...(typeof subtitle === "string" ? [subtitle] : subtitle), ...more];
  const lines = sentences.flatMap((text) => broken(text, width, looks.title!.subtitleFontSize as number));
  return {
    text: broken(title, width, looks.title!.fontSize as number, true),
    ...(lines.length > 0 ? { subtitle: lines } : {}),
  };
}

/** Lines of words, each as long as fits. */
function broken(text: string, width: number, size: number, bold = false): string[] {
  const [first = "", ...words] = text.split(" ");
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1)!} ${word}`;
    if (textWidth(longer, size, bold) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
