package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/// Images as [image][row][column][channel] floats, with zeros around each image.
record ChannelsLast(int n, int c, int h, int w, int top, int left, int bottom, int right) {
  /// Bytes of the rows of one part of [#pack].
  private static final long BAND = 128 << 10;

  /// Whether convolutions of this form are there, with offsets that fit the instructions.
  static boolean fits(ConvGeometry g) {
    long most = Integer.MAX_VALUE / 64;
    return g.groups() == 1 && (long) g.h() * g.w() < most && (long) g.oh() * g.ow() < most
        && (long) Math.max(g.c(), g.o()) * g.kh() * g.kw() < most && (long) g.w() * Math.max(g.c(), g.o()) < most / 32;
  }

  long pixel() {
    return 4L * c;
  }

  long row() {
    return (left + w + right) * pixel();
  }

  long image() {
    return (top + h + bottom) * row();
  }

  long bytes() {
    return n * image();
  }

  /// Where the first channel of a pixel lies; a row or column may be outside the image.
  long at(int n, int y, int x) {
    return n * image() + (y + top) * row() + (x + left) * pixel();
  }

  private int bandRows() {
    return (int) Math.clamp(BAND / (w * pixel()), 1, h);
  }

  /// The parts of [#pack].
  int parts() {
    return n * Math.ceilDiv(h, bandRows());
  }

  /// Whether there are no zeros around the images: then they lie like [Operand#channelsLast] ones.
  boolean dense() {
    return top + left + bottom + right == 0;
  }

  /// Copies images here, one of [#parts] at a time.
  IntConsumer pack(Target target, Operand images, MemorySegment here) {
    if (images.data().byteSize() != 4L * n * c * h * w || here.byteSize() != bytes()) {
      throw new IllegalArgumentException(this + " met " + images.type() + " and " + here.byteSize() + " bytes");
    }
    return images.channelsLast() ? copy(images.data(), here) : turn(target, images.data(), here);
  }

  private IntConsumer copy(MemorySegment images, MemorySegment here) {
    int bands = Math.ceilDiv(h, bandRows());
    long bytes = w * pixel();
    return part -> {
      int image = part / bands;
      int first = part % bands * bandRows();
      int end = Math.min(h, first + bandRows());
      clear(here, image, first, end);
      for (int y = first; y < end; y++) {
        MemorySegment.copy(images, ((long) image * h + y) * bytes, here, at(image, y, 0), bytes);
      }
    };
  }

  private IntConsumer turn(Target target, MemorySegment images, MemorySegment here) {
    int bands = Math.ceilDiv(h, bandRows());
    boolean dense = left + right == 0;
    Kernel[] band = kernels(target, true, dense ? bandRows() * w : w);
    Kernel[] lastBand = dense && h % bandRows() != 0 ? kernels(target, true, h % bandRows() * w) : band;
    return part -> {
      int image = part / bands;
      int first = part % bands * bandRows();
      int end = Math.min(h, first + bandRows());
      clear(here, image, first, end);
      Kernel[] kernels = end - first < bandRows() ? lastBand : band;
      int step = dense ? end - first : 1;
      for (int y = first; y < end; y += step) {
        for (int b = 0; b < kernels.length; b++) {
          int channel = b * target.lanes();
          kernels[b].call(images.address() + 4 * ((((long) image * c + channel) * h + y) * w),
              here.address() + at(image, y, 0) + 4L * channel, (long) step * w / target.lanes());
        }
      }
    };
  }

  /// Turns images that lie here without zeros around them to planes, one of [#parts] at a time.
  IntConsumer unpack(Target target, MemorySegment here, Operand images) {
    if (!dense() || images.planes().byteSize() != 4L * n * c * h * w || here.byteSize() != bytes()) {
      throw new IllegalArgumentException(this + " met " + images.type() + " and " + here.byteSize() + " bytes");
    }
    int bands = Math.ceilDiv(h, bandRows());
    Kernel[] band = kernels(target, false, bandRows() * w);
    Kernel[] lastBand = h % bandRows() != 0 ? kernels(target, false, h % bandRows() * w) : band;
    return part -> {
      int image = part / bands;
      int first = part % bands * bandRows();
      int rows = Math.min(h - first, bandRows());
      Kernel[] kernels = rows < bandRows() ? lastBand : band;
      for (int b = 0; b < kernels.length; b++) {
        int channel = b * target.lanes();
        kernels[b].call(images.address() + 4 * ((((long) image * c + channel) * h + first) * w),
            here.address() + at(image, first, 0) + 4L * channel, (long) rows * w / target.lanes());
      }
    };
  }

  /// A kernel for each vector of channels.
  private Kernel[] kernels(Target target, boolean toLanes, int run) {
    Kernel[] kernels = new Kernel[Math.ceilDiv(c, target.lanes())];
    for (int b = 0; b < kernels.length; b++) {
      int channels = Math.min(target.lanes(), c - b * target.lanes());
      kernels[b] = new LaneTranspose(toLanes, channels, 4L * h * w, pixel(), false, run % target.lanes()).compile(target);
    }
    return kernels;
  }

  /// Zeros around rows `first .. end - 1`, and above or below the image where it begins or ends with them.
  private void clear(MemorySegment here, int image, int first, int end) {
    if (first == 0) {
      fill(here, image * image(), top * row());
    }
    if (end == h) {
      fill(here, at(image, h, -left), bottom * row());
    }
    for (int y = first; y < end && left + right > 0; y++) {
      fill(here, at(image, y, -left), left * pixel());
      fill(here, at(image, y, w), right * pixel());
    }
  }

  private static void fill(MemorySegment here, long at, long bytes) {
    if (bytes > 0) {
      here.asSlice(at, bytes).fill((byte) 0);
    }
  }
}
