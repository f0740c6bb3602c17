import type { TopLevelSpec } from "vega-lite";
import type { Field, PositionFieldDef } from "vega-lite/types_unstable/channeldef.js";
import type { Config } from "vega-lite/types_unstable/config.js";
import type { NonNormalizedSpec } from "vega-lite/types_unstable/spec/index.js";
import type { LayerSpec } from "vega-lite/types_unstable/spec/layer.js";
import { textWidth } from "./measure.ts";

/** A picture as data: what Vega-Lite calls a specification. Anything that draws those can show it. */
export type Spec = TopLevelSpec;
/** Marks that are drawn over others in one frame. */
export type Layer = LayerSpec<Field>["layer"][number];
/** A part of a picture with a frame of its own. */
export type Panel = NonNormalizedSpec;
/** What runs along an axis. */
export type Axis = PositionFieldDef<Field>;

/** Colours that people with any colour vision tell apart (Okabe and Ito 2008), yellow left out: it is lost on white. */
export const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"] as const;

/** The `nth` of some things, the first again after the last. */
export function cyclic<T>(things: readonly [T, ...T[]], nth: number): T {
  return things[nth % things.length] ?? things[0];
}

/** The first and the last place along an axis. */
export function endsOf(along: readonly number[]): [number, number] {
  return [along[0] ?? 0, along.at(-1) ?? 0];
}

/** An axis of numbers that ends exactly where it is told to. */
export function axis(field: "x" | "y", title: string, domain: readonly [number, number], tickCount: number): Axis {
  const scale = { domain: [...domain], nice: false, zero: false };
  return { field, type: "quantitative", title, scale, axis: { grid: false, tickCount } };
}

const fonts = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif";
export const ink = "#222222";
/** Of words and lines that say what is meant, and should not be seen first. */
export const faint = "#666666";

const sizes = { title: 15, subtitle: 12 };

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
    fontSize: sizes.title,
    fontWeight: "bold",
    color: ink,
    subtitleFontSize: sizes.subtitle,
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
  const lines = sentences.flatMap((text) => broken(text, width, sizes.subtitle));
  return {
    text: broken(title, width, sizes.title, true),
    ...(lines.length > 0 ? { subtitle: lines } : {}),
  };
}

/** Lines of words, each as long as fits. */
function broken(text: string, width: number, size: number, bold = false): string[] {
  const [first = "", ...words] = text.split(" ");
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (textWidth(longer, size, bold) > width) lines.push(line);
    line = textWidth(longer, size, bold) > width ? word : longer;
  }
  return [...lines, line];
}
