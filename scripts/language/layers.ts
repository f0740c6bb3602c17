import { example, type Example } from "./example.ts";

/** One row for each layer by its name; activations in one row. */
// prettier-ignore
export const layers: readonly Example[] = [
  example("dense", "An affine map to so many numbers. An input of several axes is flattened.",
    "data x: real[N, 3]\nnet decode = sequential(2, dense(16), tanh, dense(units = 3))\nplate n in N {\n  sample z: real[2] ~ normal(0, 1)\n  observe x[n] ~ normal(decode(z), 0.5)\n}", { x: [[1, 0, 2], [0, 1, 1]] }),
  example("flatten", "All entries along one axis, which is what `dense` does by itself.",
    "data x: real[N, 2, 2]\ndata y: real[N]\nnet f = sequential([2, 2], flatten, dense(1))\nsample a ~ normal(0, 1)\nplate n in N {\n  observe y[n] ~ normal(a + f(x[n])[0], 0.5)\n}", { x: [[[1, 0], [2, 1]], [[0, 1], [1, 0]]], y: [0.5, 1] }),
  example("conv2d", "A convolution: patches of 2 x 2 pixels, here 2 apart, each read by 4 affine maps. An image of two axes has one channel.",
    "data x: real[N, 4, 4]\ndata y: real[N]\nplate n in N {\n  sample z ~ normal(0, 1)\n  observe y[n] ~ normal(z, 0.5)\n}\nguide {\n  z ~ mean_field given x[n] by sequential(conv2d(4, 2, stride = 2), relu, dense(8), relu)\n}", { x: [[[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]], y: [1, -1] }),
  example("activations", "A function of each entry, by its name. In a guide a network reads data and ends as wide as the guide needs, so that neither is written.",
    "data x: real[N, 2]\nplate n in N {\n  sample z: real[2] ~ normal(0, 1)\n  observe x[n] ~ normal(abs(z), 0.5)\n}\nguide {\n  z ~ full_rank() given x[n] by sequential(dense(16), elu, dense(8), softplus)\n}", { x: [[1, 2], [0.5, 0.1]] }),
];
