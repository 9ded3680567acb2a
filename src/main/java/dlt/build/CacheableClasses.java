package dlt.build;

import static java.lang.constant.ConstantDescs.*;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.RecordComponentInfo;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.runtime.ObjectMethods;
import java.lang.runtime.SwitchBootstraps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// Rewrites compiled classes, when dlt is built, so that the start-up cache can hold all that they run: at each start the virtual
/// machine would write, as classes of their own, how a `switch` finds a type and how records are compared and hashed; here both
/// become methods. Classes from before Java 6, which the cache cannot hold at all, become those of Java 8; Picocli's no longer look for Groovy.
final class CacheableClasses {
  /// The last version without the stack maps that the cache wants, and one with them.
  private static final int OLD = ClassFile.JAVA_5_VERSION, NEW = ClassFile.JAVA_8_VERSION;
  private static final ClassDesc SWITCHES = SwitchBootstraps.class.describeConstable().orElseThrow();
  private static final ClassDesc RECORDS = ObjectMethods.class.describeConstable().orElseThrow();
  private static final ClassDesc OBJECTS = Objects.class.describeConstable().orElseThrow();
  private static final int COMPILED = ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC;

  private CacheableClasses() {}

  /// Rewrites what each argument names, in place: a folder of classes or a jar.
  public static void main(String[] arguments) throws IOException {
    for (String argument : arguments) {
      Path path = Path.of(argument);
      if (Files.isDirectory(path)) {
        folder(path);
      } else {
        jar(path);
      }
    }
  }

  private static void folder(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(p -> p.toString().endsWith(".class")).toList();
    }
    for (Path file : files) {
      Optional<byte[]> written = rewritten(Files.readAllBytes(file));
      if (written.isPresent()) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, written.get());
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE); // half a class would stay: it is newer than its source
      }
    }
  }

  private static void jar(Path jar) throws IOException {
    Path part = jar.resolveSibling(jar.getFileName() + ".part");
    boolean changed = false;
    try (InputStream from = Files.newInputStream(jar); ZipInputStream in = new ZipInputStream(from);
        OutputStream to = Files.newOutputStream(part); ZipOutputStream out = new ZipOutputStream(to)) {
      out.setComment("changed by dlt's build: the class files have the form of Java 8"); // licences ask for that
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] bytes = in.readAllBytes();
        Optional<byte[]> written = entry.getName().endsWith(".class") ? rewritten(bytes) : Optional.empty();
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(written.orElse(bytes));
        changed |= written.isPresent();
      }
    }
    if (changed) {
      Files.move(part, jar, StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.delete(part);
    }
  }

  /// The same class in a form that the cache can hold; empty where it already is.
  static Optional<byte[]> rewritten(byte[] bytes) {
    ClassFile format = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
        ClassHierarchyResolver.ofResourceParsing(CacheableClasses.class.getClassLoader()).orElse(ClassHierarchyResolver.defaultResolver())));
    ClassModel old = format.parse(bytes);
    if (old.majorVersion() <= OLD) {
      ClassFile mapped = format.withOptions(ClassFile.StackMapsOption.GENERATE_STACK_MAPS);
      ClassTransform bodies = (builder, element) -> {
        if (element instanceof MethodModel method) {
          builder.transformMethod(method, groovy(method) ? withoutGroovy() : MethodTransform.transformingCode((code, e) -> code.with(e)));
        } else {
          builder.with(element);
        }
      };
      return Optional.of(mapped.transformClass(old, bodies.andThen(CacheableClasses::version)));
    }
    if (old.methods().stream().noneMatch(m -> instructions(m).anyMatch(i -> switches(i) || compares(i)))) {
      return Optional.empty();
    }
    return Optional.of(format.transformClass(old, new Indirections(old)));
  }

  /// Whether Picocli looks there for a class of Groovy's: it opens each jar for that, and finds none.
  private static boolean groovy(MethodModel method) {
    return method.methodName().equalsString("loadClosureClass") && method.methodTypeSymbol().equals(MethodTypeDesc.of(CD_Class));
  }

  private static MethodTransform withoutGroovy() {
    return MethodTransform.dropping(e -> e instanceof CodeModel).andThen(MethodTransform.endHandler(m -> m.withCode(code -> code.aconst_null().areturn())));
  }

  private static void version(ClassBuilder builder, ClassElement element) {
    builder.with(element instanceof ClassFileVersion ? ClassFileVersion.of(NEW, 0) : element);
  }

  private static Stream<InvokeDynamicInstruction> instructions(MethodModel method) {
    return method.code().stream().flatMap(CodeModel::elementStream)
        .flatMap(e -> e instanceof InvokeDynamicInstruction i ? Stream.of(i) : Stream.empty());
  }

  /// Whether it is a `switch` over types alone.
  private static boolean switches(InvokeDynamicInstruction i) {
    return i.bootstrapMethod().owner().equals(SWITCHES) && i.name().equalsString("typeSwitch")
        && i.bootstrapArgs().stream().allMatch(label -> label instanceof ClassDesc);
  }

  /// Whether it is what a record is compared or hashed by.
  private static boolean compares(InvokeDynamicInstruction i) {
    return i.bootstrapMethod().owner().equals(RECORDS) && (i.name().equalsString("equals") || i.name().equalsString("hashCode"));
  }

  /// Puts methods in the place of what is linked when it is first run.
  private static final class Indirections implements ClassTransform {
    private final ClassDesc self;
    private final boolean isInterface;
    private final List<RecordComponentInfo> components;
    private final List<Consumer<ClassBuilder>> methods = new ArrayList<>();

    Indirections(ClassModel model) {
      self = model.thisClass().asSymbol();
      isInterface = (model.flags().flagsMask() & ClassFile.ACC_INTERFACE) != 0;
      components = model.findAttribute(Attributes.record()).map(r -> r.components()).orElse(List.of());
    }

    @Override
    public void accept(ClassBuilder builder, ClassElement element) {
      if (element instanceof MethodModel method && instructions(method).anyMatch(CacheableClasses::compares)) {
        builder.transformMethod(method, MethodTransform.dropping(e -> e instanceof CodeModel).andThen(MethodTransform.endHandler(m ->
            m.withCode(code -> {
              if (method.methodName().equalsString("equals")) {
                equality(code);
              } else {
                hash(code);
              }
            }))));
      } else if (element instanceof MethodModel method && instructions(method).anyMatch(CacheableClasses::switches)) {
        builder.transformMethod(method, MethodTransform.transformingCode((code, e) -> {
          if (e instanceof InvokeDynamicInstruction i && switches(i)) {
            code.invokestatic(self, typeSwitch(i.typeSymbol(), i.bootstrapArgs()), i.typeSymbol(), isInterface);
          } else {
            code.with(e);
          }
        }));
      } else {
        builder.with(element);
      }
    }

    @Override
    public void atEnd(ClassBuilder builder) {
      methods.forEach(m -> m.accept(builder));
    }

    /// Makes a method of a value and the number of a label: the number of the first label from there on that is the value's type, that
    /// of labels where none is, -1 for null ([SwitchBootstraps#typeSwitch]).
    private String typeSwitch(MethodTypeDesc type, List<ConstantDesc> labels) {
      String name = "typeSwitch$" + methods.size();
      methods.add(builder -> builder.withMethodBody(name, type, COMPILED, code -> {
        code.aload(0).ifThen(Opcode.IFNULL, isNull -> isNull.iconst_m1().ireturn());
        for (int i = 0; i < labels.size(); i++) {
          Label next = code.newLabel();
          code.iload(1).loadConstant(i).if_icmpgt(next);
          code.aload(0).instanceOf((ClassDesc) labels.get(i)).ifeq(next);
          code.loadConstant(i).ireturn().labelBinding(next);
        }
        code.loadConstant(labels.size()).ireturn();
      }));
      return name;
    }

    /// As [ObjectMethods] hashes.
    private void hash(CodeBuilder code) {
      code.iconst_0();
      for (RecordComponentInfo component : components) {
        ClassDesc type = component.descriptorSymbol();
        ClassDesc hashing = type.isPrimitive() ? boxed(type) : OBJECTS;
        code.bipush(31).imul().aload(0).getfield(self, component.name().stringValue(), type)
            .invokestatic(hashing, "hashCode", MethodTypeDesc.of(CD_int, type.isPrimitive() ? type : CD_Object)).iadd();
      }
      code.ireturn();
    }

    /// As [ObjectMethods] compares.
    private void equality(CodeBuilder code) {
      Label different = code.newLabel();
      Label same = code.newLabel();
      code.aload(0).aload(1).if_acmpeq(same).aload(1).instanceOf(self).ifeq(different).aload(1).checkcast(self).astore(2);
      for (RecordComponentInfo component : components) {
        ClassDesc type = component.descriptorSymbol();
        String name = component.name().stringValue();
        code.aload(0).getfield(self, name, type).aload(2).getfield(self, name, type);
        if (type.isPrimitive()) {
          code.invokestatic(boxed(type), "compare", MethodTypeDesc.of(CD_int, type, type)).ifne(different);
        } else {
          code.invokestatic(OBJECTS, "equals", MethodTypeDesc.of(CD_boolean, CD_Object, CD_Object)).ifeq(different);
        }
      }
      code.labelBinding(same).iconst_1().ireturn().labelBinding(different).iconst_0().ireturn();
    }

    private static ClassDesc boxed(ClassDesc primitive) {
      return switch (primitive.descriptorString()) {
        case "I" -> CD_Integer;
        case "J" -> CD_Long;
        case "Z" -> CD_Boolean;
        case "D" -> CD_Double;
        case "F" -> CD_Float;
        case "B" -> CD_Byte;
        case "S" -> CD_Short;
        case "C" -> CD_Character;
        default -> throw new IllegalArgumentException(primitive.descriptorString());
      };
    }
  }
}
