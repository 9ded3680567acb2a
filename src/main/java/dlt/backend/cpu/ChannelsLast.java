package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/// Images as [image][row][column][channel] floats.
record ChannelsLast(int n, int c, int h, int w) {
  /// Bytes of the rows of one part of [#pack].
  private static final long BAND = 128 << 10;

  /// Whether convolutions of this form are there, with offsets that fit the instructions.
  static boolean fits(ConvGeometry g) {
    long most = Integer.MAX_VALUE / 64;
    // a tile may read from as many planes as there are registers
    return g.groups() == 1 && (long) g.h() * g.w() < most / 2 && (long) g.oh() * g.ow() < most / 2
        && (long) Math.max(g.c(), g.o()) * g.kh() * g.kw() < most && (long) g.w() * Math.max(g.c(), g.o()) < most / 32;
  }

  long pixel() {
    return 4L * c;
  }

  long row() {
    return w * pixel();
  }

  long image() {
    return h * row();
  }

  long bytes() {
    return n * image();
  }

  /// Where the first channel of a pixel lies; a row or column may be outside the image.
  long at(int n, int y, int x) {
    return n * image() + y * row() + x * pixel();
  }

  private int bandRows() {
    return (int) Math.clamp(BAND / (w * pixel()), 1, h);
  }

  /// The parts of [#pack].
  int parts() {
    return n * Math.ceilDiv(h, bandRows());
  }

  /// Turns planes to images here, one of [#parts] at a time.
  IntConsumer pack(Target target, Operand images, MemorySegment here) {
    if (images.planes().byteSize() != 4L * n * c * h * w || here.byteSize() != bytes()) {
      throw new IllegalArgumentException(this + " met " + images.type() + " and " + here.byteSize() + " bytes");
    }
    int bands = Math.ceilDiv(h, bandRows());
    Kernel[] band = kernels(target, true, bandRows() * w);
    Kernel[] lastBand = h % bandRows() != 0 ? kernels(target, true, h % bandRows() * w) : band;
    return part -> {
      int image = part / bands;
      int first = part % bands * bandRows();
      int end = Math.min(h, first + bandRows());
      Kernel[] kernels = end - first < bandRows() ? lastBand : band;
      for (int b = 0; b < kernels.length; b++) {
        int channel = b * target.lanes();
        kernels[b].call(images.address() + 4 * ((((long) image * c + channel) * h + first) * w),
            here.address() + at(image, first, 0) + 4L * channel, (long) (end - first) * w / target.lanes());
      }
    };
  }

  /// Turns images that lie here to planes, one of [#parts] at a time.
  IntConsumer unpack(Target target, MemorySegment here, Operand images) {
    if (images.planes().byteSize() != 4L * n * c * h * w || here.byteSize() != bytes()) {
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
}
