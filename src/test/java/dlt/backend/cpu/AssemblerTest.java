package dlt.backend.cpu;

import static dlt.backend.cpu.Address.at;
import static dlt.backend.cpu.Assembler.*;
import static dlt.backend.cpu.Assembler.Predicate.*;
import static dlt.backend.cpu.Instruction.*;
import static dlt.backend.cpu.InstructionSet.AVX2;
import static dlt.backend.cpu.InstructionSet.AVX512;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The expected bytes are what the GNU assembler makes of the same instruction.
class AssemblerTest {
  private static Arguments encoding(InstructionSet set, String text, String bytes, Consumer<Assembler> emit) {
    return Arguments.of(set, text, bytes, emit);
  }

  static Stream<Arguments> encodings() {
    return Stream.of(
        encoding(AVX512, "vaddps zmm3,zmm2,zmm1", "62f16c4858cb", a -> a.op(ADD, 1, 2, 3)),
        encoding(AVX512, "vsubps zmm25,zmm17,zmm31", "620174405cf9", a -> a.op(SUB, 31, 17, 25)),
        encoding(AVX512, "vmulps (rdi),zmm9,zmm8", "627134485907", a -> a.op(MUL, 8, 9, at(RDI))),
        encoding(AVX512, "vdivps (r13),zmm24,zmm16", "62c13c405e4500", a -> a.op(DIV, 16, 24, at(R13))),
        encoding(AVX512, "vfmadd231ps 8128(r12),zmm29,zmm30", "62421540b874247f", a -> a.op(FMADD231, 30, 29, at(R12, 64 * 127))),
        encoding(AVX512, "vfmadd231ps 8192(rsp),zmm29,zmm30", "62621540b8b42400200000", a -> a.op(FMADD231, 30, 29, at(RSP, 64 * 128))),
        encoding(AVX512, "vfmadd231ps 508(rdi){1to16},zmm1,zmm0", "62f27558b8477f", a -> a.op(FMADD231, 0, 1, at(RDI, 4 * 127).broadcasting())),
        encoding(AVX512, "vfmadd231ps 6(rdi){1to16},zmm1,zmm0", "62f27558b88706000000", a -> a.op(FMADD231, 0, 1, at(RDI, 6).broadcasting())),
        encoding(AVX512, "vfnmadd213ps zmm7,zmm6,zmm5", "62f24d48acef", a -> a.op(FNMADD213, 5, 6, 7)),
        encoding(AVX512, "vmaxps -64(r8,r15,4),zmm4,zmm3", "62915c485f5cb8ff", a -> a.op(MAX, 3, 4, at(R8, R15, 4, -64))),
        encoding(AVX512, "vsqrtps zmm21,zmm20", "62a17c4851e5", a -> a.op(SQRT, 20, 21)),
        encoding(AVX512, "vpxord zmm22,zmm21,zmm20", "62a15540efe6", a -> a.op(XOR, 20, 21, 22)),
        encoding(AVX512, "vpmuludq zmm20,zmm3,zmm2", "62b1e548f4d4", a -> a.op(MUL_EVEN, 2, 3, 20)),
        encoding(AVX512, "vpaddq zmm20,zmm3,zmm2", "62b1e548d4d4", a -> a.op(ADD_LONG, 2, 3, 20)),
        encoding(AVX512, "vaddpd zmm30,zmm2,zmm1", "6291ed4858ce", a -> a.op(ADD_DOUBLE, 1, 2, 30)),
        encoding(AVX512, "vmulpd zmm20,zmm3,zmm2", "62b1e54859d4", a -> a.op(MUL_DOUBLE, 2, 3, 20)),
        encoding(AVX512, "vcvtps2pd ymm30,zmm1", "62917c485ace", a -> a.op(FLOAT_TO_DOUBLE, 1, 30)),
        encoding(AVX512, "vcvtpd2ps zmm30,ymm1", "6291fd485ace", a -> a.op(DOUBLE_TO_FLOAT, 1, 30)),
        encoding(AVX512, "vpslld $23,zmm7,zmm19", "62f1654072f717", a -> a.opImmediate(SHIFT_LEFT, 19, 7, 23)),
        encoding(AVX512, "vpsrad $31,zmm18,zmm9", "62b1354872e21f", a -> a.opImmediate(SHIFT_RIGHT_SIGNED, 9, 18, 31)),
        encoding(AVX512, "vpsrlq $32,zmm18,zmm9", "62b1b54873d220", a -> a.opImmediate(SHIFT_RIGHT_LONG, 9, 18, 32)),
        encoding(AVX512, "vrndscaleps $8,zmm18,zmm9", "62337d4808ca08", a -> a.opImmediate(ROUND, 9, 18, 8)),
        encoding(AVX512, "vshuff32x4 $0x88,zmm30,zmm2,zmm1", "62936d4823ce88", a -> a.opImmediate(SHUFFLE_PARTS, 1, 2, 30, 0x88)),
        encoding(AVX512, "vshufps $0x88,zmm30,zmm2,zmm1", "62916c48c6ce88", a -> a.opImmediate(SHUFFLE, 1, 2, 30, 0x88)),
        encoding(AVX512, "vpshufd $0xb1,zmm30,zmm1", "62917d4870ceb1", a -> a.opImmediate(SHUFFLE_INT, 1, 30, 0xb1)),
        encoding(AVX512, "vunpcklpd zmm30,zmm2,zmm1", "6291ed4814ce", a -> a.op(UNPACK_LOW_PAIRS, 1, 2, 30)),
        encoding(AVX512, "vpermps zmm30,zmm2,zmm1", "62926d4816ce", a -> a.op(PERMUTE, 1, 2, 30)),
        encoding(AVX512, "vscalefps zmm30,zmm2,zmm1", "62926d482cce", a -> a.op(SCALEF, 1, 2, 30)),
        encoding(AVX512, "vcvtdq2ps zmm30,zmm1", "62917c485bce", a -> a.op(INT_TO_FLOAT, 1, 30)),
        encoding(AVX512, "vcvttps2dq zmm30,zmm1", "62917e485bce", a -> a.op(TRUNCATE_TO_INT, 1, 30)),
        encoding(AVX512, "vmovups 128(rsi,r9),zmm17", "62a17c48104c0e02", a -> a.load(17, at(RSI, R9, 128))),
        encoding(AVX512, "vmovups zmm17,(rbp)", "62e17c48114d00", a -> a.store(at(RBP), 17)),
        encoding(AVX512, "vpmovzxbd 16(rdi),zmm17", "62e27d48314f01", a -> a.loadBytes(17, at(RDI, 16))),
        encoding(AVX512, "vpmovdb zmm17,16(rdi)", "62e27e48314f01", a -> a.storeBytes(at(RDI, 16), 17)),
        encoding(AVX512, "vpmovdb zmm4,17(r12)", "62d27e4831a42411000000", a -> a.storeBytes(at(R12, 17), 4)),
        encoding(AVX512, "vcmpnleps zmm1,zmm2,k3", "62f16c48c2d906", a -> a.compare(3, 2, NOT_LESS_EQUAL, 1)),
        encoding(AVX512, "vcmpeqps zmm9,zmm18,k2{k2}", "62d16c42c2d100", a -> a.compareFurther(2, 18, EQUAL, 9, 0)),
        encoding(AVX512, "vmovntps zmm17,(rbp)", "62e17c482b4d00", a -> a.storeStreaming(at(RBP), 17)),
        encoding(AVX512, "vmovups 64(rdx),zmm4{k2}{z}", "62f17cca106201", a -> a.loadMasked(4, at(RDX, 64), 2)),
        encoding(AVX512, "vmovups zmm4,64(rdx){k7}", "62f17c4f116201", a -> a.storeMasked(at(RDX, 64), 4, 7)),
        encoding(AVX512, "vbroadcastss 4(rdx),zmm4", "62f27d48186201", a -> a.broadcast(4, at(RDX, 4))),
        encoding(AVX512, "vmovss xmm19,8(rcx)", "62e17e08115902", a -> a.storeScalar(at(RCX, 8), 19)),
        encoding(AVX512, "vextractf64x4 $1,zmm19,ymm4", "62e3fd481bdc01", a -> a.highHalf(4, 19)),
        encoding(AVX512, "vaddps 32(rdi),ymm2,ymm1", "62f16c28584f01", a -> { a.width(32); a.op(ADD, 1, 2, at(RDI, 32)); }),
        encoding(AVX512, "vextractf32x4 $1,ymm19,xmm4", "62e37d2819dc01", a -> { a.width(32); a.highHalf(4, 19); }),
        encoding(AVX512, "vmovhlps xmm19,xmm19,xmm4", "62b1640012e3", a -> { a.width(16); a.highHalf(4, 19); }),
        encoding(AVX512, "vmovshdup xmm19,xmm4", "62b17e0816e3", a -> { a.width(16); a.op(DUPLICATE_ODD, 4, 19); }),
        encoding(AVX512, "vcmpltps zmm20,zmm19,k5", "62b16440c2ec01", a -> a.compare(5, 19, LESS, 20)),
        encoding(AVX512, "vblendmps zmm19,zmm20,zmm1{k5}", "62b25d4565cb", a -> a.select(1, 5, 19, 20)),
        encoding(AVX512, "movq $31,rax; kmovw eax,k3", "48c7c01f000000c5f892d8", a -> a.maskFirst(3, 5)),
        encoding(AVX512, "movq $-1,rax; bzhi r10d,eax,eax; kmovw eax,k3", "48c7c0ffffffffc4e228f5c0c5f892d8", a -> a.maskFirstRegister(3, R10)),
        encoding(AVX512, "vmovaps zmm30,zmm1", "62917c4828ce", a -> a.move(1, 30)),
        encoding(AVX2, "vaddpd ymm7,ymm2,ymm1", "c4e16d58cf", a -> a.op(ADD_DOUBLE, 1, 2, 7)),
        encoding(AVX2, "vcvtps2pd xmm14,ymm1", "c4c17c5ace", a -> a.op(FLOAT_TO_DOUBLE, 1, 14)),
        encoding(AVX2, "vcvtpd2ps ymm14,xmm1", "c4c17d5ace", a -> a.op(DOUBLE_TO_FLOAT, 1, 14)),
        encoding(AVX2, "vaddps ymm3,ymm2,ymm1", "c4e16c58cb", a -> a.op(ADD, 1, 2, 3)),
        encoding(AVX2, "vfmadd213ps ymm12,ymm9,ymm15", "c44235a8fc", a -> a.op(FMADD213, 15, 9, 12)),
        encoding(AVX2, "vfmadd231ps 4064(rdi),ymm9,ymm8", "c46235b887e00f0000", a -> a.op(FMADD231, 8, 9, at(RDI, 32 * 127))),
        encoding(AVX2, "vfmadd231ps 127(r12),ymm9,ymm8", "c44235b844247f", a -> a.op(FMADD231, 8, 9, at(R12, 127))),
        encoding(AVX2, "vminps -64(r8,r15,4),ymm4,ymm3", "c4815c5d5cb8c0", a -> a.op(MIN, 3, 4, at(R8, R15, 4, -64))),
        encoding(AVX2, "vpmuludq ymm4,ymm3,ymm2", "c4e165f4d4", a -> a.op(MUL_EVEN, 2, 3, 4)),
        encoding(AVX2, "vunpckhpd ymm4,ymm3,ymm2", "c4e16515d4", a -> a.op(UNPACK_HIGH_PAIRS, 2, 3, 4)),
        encoding(AVX2, "vperm2f128 $0x31,ymm4,ymm3,ymm2", "c4e36506d431", a -> a.opImmediate(PERMUTE_PARTS, 2, 3, 4, 0x31)),
        encoding(AVX2, "vpsrld $3,ymm8,ymm9", "c4c13572d003", a -> a.opImmediate(SHIFT_RIGHT, 9, 8, 3)),
        encoding(AVX2, "vroundps $8,ymm8,ymm9", "c4437d08c808", a -> a.opImmediate(ROUND, 9, 8, 8)),
        encoding(AVX2, "vcvttps2dq ymm8,ymm9", "c4417e5bc8", a -> a.op(TRUNCATE_TO_INT, 9, 8)),
        encoding(AVX2, "vmovups (r13),ymm7", "c4c17c107d00", a -> a.load(7, at(R13))),
        encoding(AVX2, "vmovups ymm7,128(rsi,r9)", "c4a17c11bc0e80000000", a -> a.store(at(RSI, R9, 128), 7)),
        encoding(AVX2, "vmovntps ymm7,(rsi)", "c4e17c2b3e", a -> a.storeStreaming(at(RSI), 7)),
        encoding(AVX2, "vmaskmovps 64(rdx),ymm15,ymm4", "c4e2052c6240", a -> a.loadMasked(4, at(RDX, 64), 15)),
        encoding(AVX2, "vmaskmovps ymm4,ymm15,64(rdx)", "c4e2052e6240", a -> a.storeMasked(at(RDX, 64), 4, 15)),
        encoding(AVX2, "vpmovzxbd 8(rdi,r9),ymm7", "c4a27d317c0f08", a -> a.loadBytes(7, at(RDI, R9, 8))),
        encoding(AVX2, "vcmpnleps ymm1,ymm2,ymm3", "c4e16cc2d906", a -> a.compare(3, 2, NOT_LESS_EQUAL, 1)),
        encoding(AVX2, "vbroadcastss 4(rdx),ymm4", "c4e27d186204", a -> a.broadcast(4, at(RDX, 4))),
        encoding(AVX2, "vextractf128 $1,ymm9,xmm4", "c4637d19cc01", a -> a.highHalf(4, 9)),
        encoding(AVX2, "vmovhlps xmm9,xmm9,xmm4", "c4c13012e1", a -> { a.width(16); a.highHalf(4, 9); }),
        encoding(AVX2, "vcmpge_oqps ymm10,ymm9,ymm5", "c4c134c2ea1d", a -> a.compare(5, 9, GREATER_EQUAL, 10)),
        encoding(AVX2, "vblendvps ymm5,ymm9,ymm10,ymm1", "c4c32d4ac950", a -> a.select(1, 5, 9, 10)),
        encoding(AVX512, "movq r9,rax", "4c89c8", a -> a.moveRegister(RAX, R9)),
        encoding(AVX512, "movq $-5,r10", "49c7c2fbffffff", a -> a.moveImmediate(R10, -5)),
        encoding(AVX512, "movabsq $0x123456789a,r10", "49ba9a78563412000000", a -> a.moveImmediate(R10, 0x123456789aL)),
        encoding(AVX512, "addq rbx,r14", "4901de", a -> a.addRegister(R14, RBX)),
        encoding(AVX512, "addq $127,r14", "4983c67f", a -> a.addImmediate(R14, 127)),
        encoding(AVX512, "addq $128,r14", "4981c680000000", a -> a.addImmediate(R14, 128)),
        encoding(AVX512, "subq $4096,rdx", "4881ea00100000", a -> a.subImmediate(RDX, 4096)),
        encoding(AVX512, "cmpq $8,r9", "4983f908", a -> a.compareImmediate(R9, 8)),
        encoding(AVX512, "movq 8(rdi),r9", "4c8b4f08", a -> a.loadRegister(R9, at(RDI, 8))),
        encoding(AVX512, "movq rax,300(r12,r13,8)", "4b8984ec2c010000", a -> a.storeRegister(at(R12, R13, 8, 300), RAX)),
        encoding(AVX512, "leaq (rdi,rcx,2),rdi", "488d3c4f", a -> a.address(RDI, at(RDI, RCX, 2, 0))),
        encoding(AVX512, "pushq r12; popq rbx", "41545b", a -> { a.push(R12); a.pop(RBX); }),
        encoding(AVX512, "vaddps 64(rdi),zmm2,zmm1{k3}", "62f16c4b584f01", a -> a.opMasked(ADD, 3, 1, 2, at(RDI, 64))),
        encoding(AVX512, "vbroadcastss 4(rdx),zmm4{k2}", "62f27d4a186201", a -> a.broadcastMasked(4, at(RDX, 4), 2)),
        encoding(AVX512, "vpcmpeqd zmm30,zmm4,k2", "62915d4876d6", a -> a.compareEqualInt(2, 4, 30)),
        encoding(AVX2, "vpcmpeqd ymm6,ymm4,ymm2", "c4e15d76d6", a -> a.compareEqualInt(2, 4, 6)),
        encoding(AVX512, "prefetcht1 64(r9)", "410f185140", a -> a.prefetchFar(at(R9, 64))),
        encoding(AVX512, "prefetcht0 64(r9)", "410f184940", a -> a.prefetch(at(R9, 64))),
        encoding(AVX512, "vzeroupper; ret", "c5f877c3", a -> a.ret()));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("encodings")
  void encodesAsTheGnuAssemblerDoes(InstructionSet set, String text, String bytes, Consumer<Assembler> emit) {
    Assembler a = new Assembler(set);
    emit.accept(a);
    assertThat(HexFormat.of().formatHex(a.finish()).substring(0, 2 * a.position())).isEqualTo(bytes);
  }

  @Test
  void constantsFollowTheCodeAndAreBroadcastInEvex() {
    Assembler a = new Assembler(AVX512);
    a.op(ADD, 1, 2, a.constant(1f));
    a.compare(1, 3, LESS, a.constant(2f));
    a.op(ADD, 1, 2, a.constant(1f));
    // as: vaddps 0x..(%rip){1to16},%zmm2,%zmm1; vcmpltps ..., a byte of immediate after the displacement
    assertThat(HexFormat.of().formatHex(a.finish())).isEqualTo("62f16c58580d16000000" + "62f16458c20d0f00000001"
        + "62f16c58580d01000000" + "00" + "0000803f" + "00000040");
  }

  @Test
  void constantsFillVectorsInVex() {
    Assembler a = new Assembler(AVX2);
    a.op(ADD, 1, 2, a.constant(1f));
    assertThat(HexFormat.of().formatHex(a.finish())).isEqualTo("c4e16c580d17000000" + "00".repeat(23) + "0000803f".repeat(8));
  }

  @Test
  void jumpsLeadForwardAndBack() {
    Assembler a = new Assembler(AVX512);
    Label end = new Label();
    Label loop = a.here();
    a.jump(Condition.ZERO, end);
    a.jump(loop);
    a.bind(end);
    assertThat(HexFormat.of().formatHex(a.finish())).isEqualTo("0f8405000000" + "e9f5ffffff");
  }

  @Test
  void aJumpThatLeadsNowhereIsRefused() {
    Assembler a = new Assembler(AVX512);
    a.jump(new Label());
    assertThatThrownBy(a::finish).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void registersAndInstructionsThatAvx2LacksAreRefused() {
    Assembler a = new Assembler(AVX2);
    assertThatThrownBy(() -> a.op(ADD, 16, 0, 0)).hasMessageContaining("16");
    assertThatThrownBy(() -> a.op(SCALEF, 0, 0, 0)).hasMessageContaining("SCALEF");
    assertThatThrownBy(() -> a.op(ADD, 0, 0, at(RDI).broadcasting())).hasMessageContaining("broadcast");
  }
}
