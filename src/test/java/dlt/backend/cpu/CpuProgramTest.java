package dlt.backend.cpu;

import static dlt.backend.GraphCases.same;

import dlt.backend.Backend;
import dlt.backend.GraphCases;
import dlt.backend.ProgramContract;
import dlt.backend.reference.ReferenceBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CpuProgramTest extends ProgramContract {
  @Override
  protected Backend open() {
    return new CpuBackend(1, InstructionSet.JAVA);
  }

  /// Bias and relu end the product's kernel, whichever of its ways it takes, with and without readers of what lies between.
  @ParameterizedTest
  @EnumSource
  void productsWithABiasAgreeWithTheReference(InstructionSet set) {
    org.junit.jupiter.api.Assumptions.assumeTrue(InstructionSet.supported(set));
    int[][] sizes = {{1, 1, 1}, {3, 5, 7}, {17, 33, 65}, {32, 10, 200}, {70, 100, 130}, {5, 6, 1600}, {4, 7, 0}};
    try (CpuBackend backend = new CpuBackend(2, set); ReferenceBackend reference = new ReferenceBackend()) {
      for (int[] s : sizes) {
        for (int kind = 0; kind < 8; kind++) {
          same(backend, reference, GraphCases.biasedProduct(s[0], s[1], s[2], kind), 2);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void convolutionsWithABiasAgreeWithTheReference(InstructionSet set) {
    org.junit.jupiter.api.Assumptions.assumeTrue(InstructionSet.supported(set));
    try (CpuBackend backend = new CpuBackend(2, set); ReferenceBackend reference = new ReferenceBackend()) {
      for (boolean relu : new boolean[] {false, true}) {
        for (int pad : new int[] {0, 4}) {
          // a vector of images; groups; a vector of channels
          same(backend, reference, GraphCases.biasedConvolution(relu, pad, 16, 4, 6, 1), 2);
          same(backend, reference, GraphCases.biasedConvolution(relu, pad, 5, 4, 6, 2), 2);
          same(backend, reference, GraphCases.biasedConvolution(relu, pad, 1, 3, 48, 1), 2);
          same(backend, reference, GraphCases.biasedConvolution(relu, pad, 2, 3, 33, 1), 2);
        }
      }
    }
  }

  /// Graphs of random ops, outputs and updates: whatever is planned, shared or computed in place, the results are the
  /// reference's.
  @ParameterizedTest
  @EnumSource
  void randomGraphsAgreeWithTheReference(InstructionSet set) {
    org.junit.jupiter.api.Assumptions.assumeTrue(InstructionSet.supported(set));
    try (CpuBackend backend = new CpuBackend(2, set); ReferenceBackend reference = new ReferenceBackend()) {
      for (int seed = 0; seed < 150; seed++) {
        same(backend, reference, GraphCases.random(seed), 3);
      }
    }
  }
}
