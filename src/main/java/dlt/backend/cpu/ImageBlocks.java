package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;

/// The images of a batch in blocks, each done by one thread, and where they lie: in memory, one block after the other, or near: in a piece
/// of memory that the thread uses for each of its blocks, so that it stays in the core's cache.
final class ImageBlocks {
  /// Where no memory is.
  private static final long NEAR = 1L << 62;

  private final Blocks images;
  private final Workspace near;

  /// `near`: the pieces for what is near.
  ImageBlocks(Blocks images, Workspace near) {
    this.images = images;
    this.near = near;
  }

  /// Stands for all images of an operand of which nothing but a block is ever there, `offset` bytes from the beginning of the thread's piece.
  static MemorySegment near(long offset, long bytes) {
    return MemorySegment.ofAddress(NEAR + offset).reinterpret(bytes);
  }

  /// Where the first image of a block lies, for the calling thread.
  interface Place {
    long of(int block);
  }

  /// `data`: all images.
  Place place(MemorySegment data) {
    long address = data.address();
    if (address >= NEAR) {
      return _ -> near.address() + address - NEAR;
    }
    long image = data.byteSize() / images.count();
    return block -> address + images.from(block) * image;
  }

  Blocks images() {
    return images;
  }
}
