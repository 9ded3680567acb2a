package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/// Work for some blocks of threads whose code is written when a program is compiled. One section is a kernel of its own; sections
/// that don't need one another can be one kernel, side by side; small ones that do, one kernel of one block.
///
/// @param code equal for sections that are compiled to the same instructions
/// @param arguments what the code loads, eight bytes each
/// @param blocks that keep it busy; it is right with any number unless its code is `exact`
record Section(Code code, long[] arguments, int blocks) {
  /// Threads of a block.
  static final int THREADS = 256;
  /// Teams of threads of the one block that takes sections in turn.
  private static final int TEAMS = 4;
  private static final int MOST_PARAMETERS = 4096;      // bytes

  /// Writes the code of a section, which takes turns with others of its grid: no thread may return.
  @FunctionalInterface
  interface Body {
    void write(Ptx ptx, Place place);
  }

  /// A body and what tells it from others: its text where nothing else has been written.
  ///
  /// @param threads of a block that do something
  /// @param residency blocks of so many threads that a multiprocessor has room for: what bounds the registers of a thread
  /// @param exact whether it is right only with the number of blocks that its section asks for
  record Code(Body body, String text, int sharedBytes, int threads, int residency, boolean exact) {
    private static final int REGISTERS = 65536;      // of a multiprocessor

    static Code of(int sharedBytes, Body body) {
      return of(sharedBytes, THREADS, 2, false, body);
    }

    static Code of(int sharedBytes, int threads, int residency, boolean exact, Body body) {
      Ptx ptx = new Ptx();
      body.write(ptx, new Place("arguments", 0, "%thread", "%block", "%blocks", "shared", "0", threads));
      return new Code(body, ptx.body(), sharedBytes, threads, residency, exact);
    }

    private int registers() {
      return REGISTERS / (threads * residency);
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Code c && c.text.equals(text);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }
  }

  /// Where a section finds itself: its arguments from `offset` behind `arguments` on, the number of the thread in its block, the block's
  /// number in the section, and how many there are; the block's own shared memory, the number of its barrier, and its threads, which are
  /// not fewer than the code's.
  record Place(String arguments, int offset, String thread, String block, String blocks, String shared, String barrier, int threads) {
    private String at(int argument) {
      return "[" + arguments + "+" + (offset + 8 * argument) + "]";
    }

    /// A register with the address of the arguments.
    String address(Ptx ptx) {
      String start = arguments.startsWith("%") ? arguments : ptx.b64("mov.u64", arguments);
      return offset == 0 ? start : ptx.b64("add.u64", start, "" + offset);
    }

    /// The threads of the block wait for one another.
    void await(Ptx ptx) {
      ptx.add("bar.sync " + barrier + ", " + THREADS);
    }

    String load64(Ptx ptx, int argument) {
      return ptx.b64("ld.param.u64", at(argument));
    }

    String load32(Ptx ptx, int argument) {
      return load32(ptx, argument, 0);
    }

    /// The lower half of an argument, or the upper one.
    String load32(Ptx ptx, int argument, int half) {
      return ptx.b32("ld.param.u32", "[" + arguments + "+" + (offset + 8 * argument + 4 * half) + "]");
    }
  }

  /// A kernel for each section, in this order.
  static List<Launch> launches(Target target, List<Section> sections) {
    return sections.stream().map(s -> kernel(target, List.of(s), s.blocks, 1, s.arguments, (ptx, thread) -> s.code.body.write(ptx,
        new Place("arguments", 0, thread, ptx.b32("mov.u32", "%ctaid.x"), ptx.b32("mov.u32", "%nctaid.x"), "shared", "0", s.code.threads)))).toList();
  }

  /// The kernel of a launch, written where it has to be.
  static Launch written(Target target, Launch launch) {
    return launch.kernel() instanceof Launch.Finished ? launches(target, List.of(ShippedSection.of(launch))).getFirst() : launch;
  }

  /// As few kernels as possible for lists of sections, each of which needs those before it in its list and none of another list.
  static List<Launch> sideBySide(Target target, List<List<Section>> lists) {
    return rounds(lists).stream().flatMap(round -> together(target, round).stream()).toList();
  }

  /// The first sections of all lists, then the second ones, and so on.
  static List<List<Section>> rounds(List<List<Section>> lists) {
    int longest = lists.stream().mapToInt(List::size).max().orElse(0);
    return IntStream.range(0, longest).mapToObj(i -> lists.stream().filter(l -> l.size() > i).map(l -> l.get(i)).toList()).toList();
  }

  private static List<Launch> together(Target target, List<Section> sections) {
    List<Launch> r = new ArrayList<>();
    List<Section> some = new ArrayList<>();
    int bytes = 0;
    for (Section s : sections) {
      int more = ROW + 8 * s.arguments.length;
      if (bytes + more > MOST_PARAMETERS) {
        r.add(joined(target, some));
        some.clear();
        bytes = 0;
      }
      some.add(s);
      bytes += more;
    }
    if (!some.isEmpty()) {
      r.add(joined(target, some));
    }
    return r;
  }

  /// One kernel of one large block for sections each of which may need those before it: its threads are teams, each of which stands for a
  /// block. It is worth it where sections have few blocks: launching each would take longer.
  static Launch inTurn(Target target, List<Section> sections) {
    long[] arguments = sections.stream().flatMapToLong(s -> Arrays.stream(s.arguments)).toArray();
    int shared = shared(sections);
    return kernel(target, sections, 1, TEAMS, arguments, (ptx, thread) -> {
      String own = ptx.b32("and.b32", thread, "" + (THREADS - 1));
      String team = ptx.b32("shr.u32", thread, "" + Integer.numberOfTrailingZeros(THREADS));
      String teams = ptx.b32("mov.u32", "" + TEAMS);
      String memory = shared == 0 ? "" : ptx.b32("mad.lo.u32", team, "" + shared, ptx.b32("mov.u32", "shared"));
      String barrier = ptx.b32("add.u32", team, "1");
      int offset = 0;
      for (Section s : sections) {
        if (offset > 0) {
          ptx.add("bar.sync 0");
        }
        s.code.body.write(ptx, new Place("arguments", offset, own, team, teams, memory, barrier, THREADS));
        offset += 8 * s.arguments.length;
      }
    });
  }

  /// Whether [#inTurn] takes so many sections.
  static boolean fit(List<Section> sections) {
    return sections.stream().noneMatch(s -> s.code.exact) && 8 * sections.stream().mapToInt(s -> s.arguments.length).sum() <= MOST_PARAMETERS;
  }

  private static int shared(List<Section> sections) {
    return sections.stream().mapToInt(s -> s.code.sharedBytes).max().orElse(0);
  }

  /// Bytes of a row of the table: the section's first block, how many it has, the number of its code, and where its arguments are.
  private static final int ROW = 16;

  private static Launch joined(Target target, List<Section> sections) {
    if (sections.size() == 1) {
      return launches(target, sections).getFirst();
    }
    Map<Code, Integer> codes = new LinkedHashMap<>();
    sections.forEach(s -> codes.putIfAbsent(s.code, codes.size()));
    int rows = sections.size();
    long[] arguments = new long[2 * rows + sections.stream().mapToInt(s -> s.arguments.length).sum()];
    int first = 0;
    int at = 2 * rows;
    for (int i = 0; i < rows; i++) {
      Section s = sections.get(i);
      arguments[2 * i] = (long) s.blocks << 32 | first;
      arguments[2 * i + 1] = (8L * at) << 32 | codes.get(s.code);
      System.arraycopy(s.arguments, 0, arguments, at, s.arguments.length);
      first += s.blocks;
      at += s.arguments.length;
    }
    return kernel(target, sections, first, 1, arguments, (ptx, thread) -> dispatch(ptx, thread, rows, List.copyOf(codes.keySet()), threads(sections)));
  }

  private static int threads(List<Section> sections) {
    return sections.stream().mapToInt(s -> s.code.threads).max().orElseThrow();
  }

  /// Finds the block's row by bisection and runs its code.
  private static void dispatch(Ptx ptx, String thread, int rows, List<Code> codes, int threads) {
    String block = ptx.b32("mov.u32", "%ctaid.x");
    String table = ptx.b64("mov.u64", "arguments");
    String low = ptx.b32("mov.u32", "0");
    String high = ptx.b32("mov.u32", Integer.toString(rows));
    String again = ptx.label();
    String found = ptx.label();
    ptx.place(again);
    String middle = ptx.b32("shr.u32", ptx.b32("add.u32", low, high), "1");
    ptx.jumpIf(ptx.test("setp.eq.u32", middle, low), found);
    String start = ptx.b32("ld.param.u32", "[" + ptx.b64("mad.wide.u32", middle, "" + ROW, table) + "]");
    String before = ptx.test("setp.lt.u32", block, start);
    ptx.add("selp.b32", high, middle, high, before);
    ptx.add("selp.b32", low, low, middle, before);
    ptx.jump(again);
    ptx.place(found);
    String row = ptx.b64("mad.wide.u32", low, "" + ROW, table);
    String own = ptx.b32("sub.u32", block, ptx.b32("ld.param.u32", "[" + row + "]"));
    String blocks = ptx.b32("ld.param.u32", "[" + row + "+4]");
    String code = ptx.b32("ld.param.u32", "[" + row + "+8]");
    String arguments = ptx.b64("cvt.u64.u32", ptx.b32("ld.param.u32", "[" + row + "+12]"));
    Place place = new Place(ptx.b64("add.u64", table, arguments), 0, thread, own, blocks, "shared", "0", threads);
    String end = ptx.label();
    for (int i = 0; i < codes.size(); i++) {
      String next = ptx.label();
      if (i < codes.size() - 1) {
        ptx.jumpIf(ptx.test("setp.ne.u32", code, Integer.toString(i)), next);
      }
      codes.get(i).body.write(ptx, place);
      if (i < codes.size() - 1) {
        ptx.jump(end);
        ptx.place(next);
      }
    }
    ptx.place(end);
  }

  private interface Main {
    void write(Ptx ptx, String thread);
  }

  private static Launch kernel(Target target, List<Section> sections, int blocks, int teams, long[] arguments, Main main) {
    Ptx ptx = new Ptx();
    main.write(ptx, ptx.b32("mov.u32", "%tid.x"));
    int shared = teams * shared(sections);
    int threads = teams * threads(sections);
    int registers = sections.stream().mapToInt(s -> s.code.registers()).max().orElseThrow();
    int residency = Math.max(1, Code.REGISTERS / (registers * threads));
    String text = "(.param .align 8 .b8 arguments[" + 8 * arguments.length + "])\n.maxntid " + threads + ", 1, 1\n.minnctapersm " + residency + "\n{\n"
        + (shared == 0 ? "" : "\t.shared .align 16 .b8 shared[" + shared + "];\n") + ptx.body() + "\tret;\n}\n";
    String name = String.format(Locale.ROOT, "sections_%08x", text.hashCode());
    Arguments struct = new Arguments();
    for (long argument : arguments) {
      struct.add(argument);
    }
    return new Launch(new Launch.Written(".version 7.4\n.target sm_80\n.address_size 64\n.visible .entry " + name + text, name),
        Context.Extent.of(blocks), Context.Extent.of(threads), 0, struct.build(target.arena()));
  }
}
