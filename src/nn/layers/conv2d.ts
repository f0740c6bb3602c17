import { present } from "../../base/assert.ts";
import { showShape, type Shape } from "../../tensor/shape.ts";
import { biases, layer, rowsOf, weights } from "../layer.ts";

const images = "[height, width, channels], or [height, width] with one channel";

/**
 * A two-dimensional convolution (cross-correlation, as everywhere in the field): y[i, j, :] is an affine map of the
 * `width` x `width` patch of the padded input that begins at [stride i, stride j]. Written as a gather of all patches
 * and one matrix product (Chellapilla et al. 2006), whose adjoints the program knows already.
 */
export const conv2d = layer({
  name: "conv2d",
  doc: `A convolution: \`channels\` affine maps of each patch of \`width\` x \`width\` pixels. Reads ${images}.`,
  arguments: {
    channels: { doc: "numbers that it gives for each place", least: 1, otherwise: null },
    width: { doc: "pixels along each side of a patch", least: 1, otherwise: null },
    stride: { doc: "pixels from one patch to the next", least: 1, otherwise: 1 },
    padding: { doc: "zeros around the input, on each side", least: 0, otherwise: 0 },
  },
  shape(input, args) {
    const image = imageOf(input);
    if (!image) return { misfit: `reads ${images}, and is given shape ${showShape(input)}` };
    const { height, width, down, across } = gridOf(image, args);
    const patch = `${args.width} x ${args.width}`;
    if (down < 1 || across < 1)
      return { misfit: `reads patches of ${patch}, and its input with padding is ${height} x ${width}` };
    return [down, across, args.channels];
  },
  parameters(input, { channels, width }) {
    const inputs = present(imageOf(input), "an image").channels;
    return { w: weights([width, width, inputs, channels], width ** 2 * inputs), b: biases([channels]) };
  },
  apply(b, x, { w, b: bias }, args) {
    const { rows, input } = rowsOf(b, x);
    const image = present(imageOf(input), "an image");
    const grid = gridOf(image, args);
    const { down, across } = grid;
    const margin = [0, args.padding, args.padding, 0];
    const padded = b.pad(b.reshape(x, [rows, image.height, image.width, image.channels]), margin, margin);
    const pixels = b.reshape(padded, [rows, grid.height * grid.width, image.channels]);
    const entries = args.width ** 2 * image.channels;
    const patches = b.gather(pixels, b.array([down * across, args.width ** 2], patchPixels(grid, args)), 1);
    const product = b.matmul(
      b.reshape(patches, [rows * down * across, entries]),
      b.reshape(w, [entries, args.channels]),
    );
    return b.reshape(b.add(product, bias), [rows, down, across, args.channels]);
  },
});

interface Image {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}
interface Patches {
  readonly width: number;
  readonly stride: number;
  readonly padding: number;
}
/** Sizes of the padded image, and how many patches are below and beside one another. */
interface Grid {
  readonly height: number;
  readonly width: number;
  readonly down: number;
  readonly across: number;
}

/** Null where the shape is not that of an image. */
function imageOf([height, width, channels = 1, ...more]: Shape): Image | null {
  return height === undefined || width === undefined || more.length > 0 ? null : { height, width, channels };
}

function gridOf(image: Image, { width: side, stride, padding }: Patches): Grid {
  const [height, width] = [image.height + 2 * padding, image.width + 2 * padding];
  const places = (size: number): number => Math.floor((size - side) / stride) + 1;
  return { height, width, down: places(height), across: places(width) };
}

/** Which pixels each patch holds, patch by patch and row by row, as numbers of the pixels of the padded image. */
function patchPixels({ width: line, down, across }: Grid, { width, stride }: Patches): readonly number[] {
  const along = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
  return along(down).flatMap((i) =>
    along(across).flatMap((j) =>
      along(width).flatMap((y) => along(width).map((x) => (stride * i + y) * line + stride * j + x)),
    ),
  );
}
