package dlt.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CacheableClassesTest {
  /// What the tests rewrite, and run both as it was and rewritten.
  static final class Subject implements Supplier<List<Object>>, Function<Object, Object> {
    sealed interface Kind permits One, Two, Three {}

    record One(int i, long l, double d, float f, boolean z, byte b, short s, char c, String text, List<Integer> list) implements Kind {}

    record Two() implements Kind {}

    record Three(Kind kind) implements Kind {}

    @Override
    public Object apply(Object x) {
      return switch (x) {
        case null -> "null";
        case One(int i, long _, double _, float _, boolean _, byte _, short _, char _, String text, List<Integer> _) when i > 1 -> "one " + text;
        case One one -> one.i;
        case Three(Two two) -> "three of " + two;
        case Kind kind -> inner(kind);
        case String s -> s.length();
        default -> "other";
      };
    }

    private static Object inner(Kind kind) {
      return switch (kind) {
        case One _ -> 1;
        case Two _ -> 2;
        case Three t -> List.of(inner(t.kind));
      };
    }

    @Override
    public List<Object> get() {
      One one = new One(2, 1L << 40, -0.0, Float.NaN, true, (byte) -3, (short) 300, 'x', null, List.of(1));
      One same = new One(2, 1L << 40, -0.0, Float.NaN, true, (byte) -3, (short) 300, 'x', null, List.of(1));
      One zero = new One(2, 1L << 40, 0.0, Float.NaN, true, (byte) -3, (short) 300, 'x', null, List.of(1));
      One other = new One(2, 1L << 40, -0.0, Float.NaN, true, (byte) -3, (short) 300, 'x', "t", List.of(1));
      return Arrays.asList(one.equals(same), one.equals(one), one.equals(zero), one.equals(other), one.equals(null), one.equals("one"), one.hashCode(),
          same.hashCode(), zero.hashCode(), other.hashCode(), one.toString(), new Two().hashCode(), new Two().equals(new Two()),
          new Three(new Two()).equals(new Three(new Two())), new Three(null).hashCode(), apply(one), apply(new One(1, 0, 0, 0, false, (byte) 0,
              (short) 0, 'a', "", List.of())), apply(new Three(new Two())), apply(new Three(new Three(new Two()))), apply(null), apply("four"), apply(4.0));
    }
  }

  /// Loads this file's classes from what `form` makes of them.
  private static final class Loader extends ClassLoader {
    private final Function<byte[], byte[]> form;

    Loader(Function<byte[], byte[]> form) {
      super(CacheableClassesTest.class.getClassLoader());
      this.form = form;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(CacheableClassesTest.class.getName())) { // the host of the nest among them
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      byte[] bytes = form.apply(bytes(name));
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  private static byte[] bytes(String name) {
    try (InputStream in = CacheableClassesTest.class.getClassLoader().getResourceAsStream(name.replace('.', '/') + ".class")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Object said(Function<byte[], byte[]> form) throws ReflectiveOperationException {
    var constructor = new Loader(form).loadClass(Subject.class.getName()).getDeclaredConstructor();
    constructor.setAccessible(true);
    return ((Supplier<?>) constructor.newInstance()).get();
  }

  @Test
  void rewrittenClassesDoTheSame() throws ReflectiveOperationException {
    assertThat(said(b -> CacheableClasses.rewritten(b).orElse(b))).isEqualTo(said(b -> b));
  }

  @Test
  void nothingButTextIsLinkedWhenItIsFirstRun() {
    for (Class<?> c : List.of(Subject.class, Subject.One.class, Subject.Three.class)) {
      ClassModel model = ClassFile.of().parse(CacheableClasses.rewritten(bytes(c.getName())).orElseThrow());
      assertThat(model.methods().stream().flatMap(m -> m.code().stream()).flatMap(code -> code.elementStream())
          .filter(e -> e instanceof InvokeDynamicInstruction).map(e -> ((InvokeDynamicInstruction) e).name().stringValue()))
          .as(c.getName()).isSubsetOf("makeConcatWithConstants", "toString");
    }
  }

  @Test
  void whatIsRewrittenIsLeftAlone() {
    byte[] once = CacheableClasses.rewritten(bytes(Subject.class.getName())).orElseThrow();
    assertThat(CacheableClasses.rewritten(once)).isEmpty();
  }

  @Test
  void picocliDoesNotLookForGroovy() {
    ClassModel model = ClassFile.of().parse(CacheableClasses.rewritten(bytes("picocli.CommandLine$DefaultFactory")).orElseThrow());
    assertThat(model.methods().stream().filter(m -> m.methodName().equalsString("loadClosureClass")).flatMap(m -> m.code().stream())
        .flatMap(code -> code.elementStream()).filter(e -> e instanceof Instruction).map(e -> ((Instruction) e).opcode()))
        .containsExactly(Opcode.ACONST_NULL, Opcode.ARETURN);
  }

  @Test
  void classesOfJava5GetStackMaps() {
    byte[] picocli = bytes("picocli.CommandLine$Interpreter");
    assertThat(ClassFile.of().parse(picocli).majorVersion()).isEqualTo(ClassFile.JAVA_5_VERSION);
    ClassModel model = ClassFile.of().parse(CacheableClasses.rewritten(picocli).orElseThrow());
    assertThat(model.majorVersion()).isEqualTo(ClassFile.JAVA_8_VERSION);
    assertThat(ClassFile.of().verify(model)).isEmpty();
  }
}
