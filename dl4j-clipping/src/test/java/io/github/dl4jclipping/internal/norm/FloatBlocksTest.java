package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.junit.jupiter.api.Test;

class FloatBlocksTest {

  @Test
  void aLargeElementAnywhereSwallowsNoMoreThanPromised() {
    for (int large = 0; large < 100; large++) {
      float[] elements = besideOne(large, 2.44e-4f, FloatBlocks.OF_SQUARES);
      double norm =
          Math.sqrt(openblas_nolapack.cblas_sdot(elements.length, elements, 1, elements, 1));
      assertThat(norm).isCloseTo(exact(elements, 2), Offset.offset(1e-6));
    }
  }

  @Test
  void norOfMagnitudes() {
    for (int large = 0; large < 100; large++) {
      float[] elements = besideOne(large, 5.96e-8f, FloatBlocks.OF_MAGNITUDES);
      double norm = openblas_nolapack.cblas_sasum(elements.length, elements, 1);
      assertThat(norm).isCloseTo(exact(elements, 1), Offset.offset(1e-6));
    }
  }

  private static float[] besideOne(int large, float small, int length) {
    float[] elements = new float[length];
    Arrays.fill(elements, small);
    elements[large] = 1;
    return elements;
  }

  private static double exact(float[] elements, int order) {
    double sum = 0;
    for (float element : elements) {
      sum += Math.pow(element, order);
    }
    return Math.pow(sum, 1.0 / order);
  }
}
