/** A stream of independent random numbers. */
export interface RandomStream {
  /** Uniform on the open interval (0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}
