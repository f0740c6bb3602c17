/** A growing array of bytes, with the number formats of WebAssembly. */
export class Writer {
  bytes = new Uint8Array(1024);
  length = 0;
  readonly #scratch = new DataView(new ArrayBuffer(8));

  byte(value: number): void {
    if (this.length === this.bytes.length) this.#grow(1);
    this.bytes[this.length++] = value;
  }

  /** Unsigned LEB128. */
  u32(value: number): void {
    while (value > 127) {
      this.byte((value & 127) | 128);
      value >>>= 7;
    }
    this.byte(value);
  }

  /** Signed LEB128 of a 32-bit integer. */
  s32(value: number): void {
    value |= 0;
    while (value > 63 || value < -64) {
      this.byte((value & 127) | 128);
      value >>= 7;
    }
    this.byte(value & 127);
  }

  /** Signed LEB128 of a 64-bit integer. */
  s64(value: bigint): void {
    value = BigInt.asIntN(64, value);
    while (value > 63n || value < -64n) {
      this.byte(Number(value & 127n) | 128);
      value >>= 7n;
    }
    this.byte(Number(value & 127n));
  }

  f32(value: number): void {
    this.#scratch.setFloat32(0, value, true);
    for (let i = 0; i < 4; i++) this.byte(this.#scratch.getUint8(i));
  }

  f64(value: number): void {
    this.#scratch.setFloat64(0, value, true);
    for (let i = 0; i < 8; i++) this.byte(this.#scratch.getUint8(i));
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.bytes.length) this.#grow(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A length, then the bytes. */
  sized(part: Writer): void {
    this.u32(part.length);
    this.append(part.written());
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.u32(bytes.length);
    this.append(bytes);
  }

  opcode(code: number): void {
    if (code < 256) return this.byte(code);
    this.byte(code >> 16);
    this.u32(code & 0xffff);
  }

  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.length + by));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
