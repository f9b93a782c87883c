package io.github.dl4jclipping.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.Gradients;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.norm.NormType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The functions of {@link Gradients} beside PyTorch's, on equal numbers in the same JVM. */
@RequiresPyTorch
class PyTorchGradientsTest {

  private static final double[] ORDERS = {0.5, 1, 1.5, 2, 4, Double.POSITIVE_INFINITY};

  static Stream<Arguments> orders() {
    return Arrays.stream(ORDERS).mapToObj(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("orders")
  void randomGradients(double order) {
    Nd4j.getRandom().setSeed(42);
    for (double maxNorm : new double[] {1e-3, 0.7, 5, 1e6}) {
      assertSame(
          maxNorm,
          order,
          Nd4j.randn(DataType.FLOAT, 7, 11),
          Nd4j.randn(DataType.FLOAT, 13).muli(1e-3),
          Nd4j.randn(DataType.FLOAT, 2, 3, 4, 5).muli(100),
          Nd4j.randn(DataType.FLOAT, 6, 5).permute(1, 0));
    }
  }

  /** PyTorch's own test: a 10 x 10 of 1 to 100 and ten of 0.001, clipped at 2. */
  @ParameterizedTest
  @MethodSource("orders")
  void casesOfPyTorchsOwnTests(double order) {
    INDArray weight = Nd4j.arange(1, 101).castTo(DataType.FLOAT).reshape(10, 10);
    INDArray bias = Nd4j.create(DataType.FLOAT, 10).assign(0.001);
    INDArray before = weight.dup();
    assertSame(2, order, weight, bias);
    NormType type = NormType.p(order);
    assertThat(Gradients.totalNorm(type, weight, bias)).isLessThanOrEqualTo(2 * (1 + 1e-6));
    float[] scale = Tensors.floats(weight.div(before));
    for (float factor : scale) {
      assertThat(factor).isCloseTo(scale[0], within(scale[0] * 1e-6f));
    }
  }

  /** PyTorch's own test: small gradients stay as they are. */
  @ParameterizedTest
  @MethodSource("orders")
  void smallGradientsStay(double order) {
    INDArray weight = Nd4j.rand(DataType.FLOAT, 10, 10).divi(10000);
    INDArray bias = Nd4j.create(DataType.FLOAT, 10).assign(1.0 / 500);
    INDArray before = weight.dup();
    assertSame(order < 1 ? 20 : 2, order, weight, bias);
    if (order >= 1) {
      assertThat(Tensors.floats(weight)).isEqualTo(Tensors.floats(before));
    }
  }

  static Stream<Arguments> broken() {
    float inf = Float.POSITIVE_INFINITY;
    return Arrays.stream(ORDERS)
        .boxed()
        .flatMap(
            order ->
                Stream.of(
                    Arguments.of(order, new float[] {1, Float.NaN, 3}),
                    Arguments.of(order, new float[] {1, inf, -3}),
                    Arguments.of(order, new float[] {1, -inf, -3}),
                    Arguments.of(order, new float[] {Float.NaN, -inf, 0})));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void nonFiniteNormMultipliesAsPyTorchsDoes(double order, float[] values) {
    assertSame(1, order, Nd4j.createFromArray(values), Nd4j.createFromArray(5f, 0f));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void bothRefuseANonFiniteNormIfAsked(double order, float[] values) {
    INDArray gradient = Nd4j.createFromArray(values);
    List<Tensor> tensors = List.of(Tensors.parameterWithGradient(gradient));

    assertThatThrownBy(() -> Tensors.clip(tensors, 1, order, true))
        .hasMessageContaining("non-finite");
    assertThatThrownBy(() -> Gradients.clipByGlobalNorm(1, NormType.p(order), true, gradient))
        .isInstanceOf(NonFiniteGradientException.class)
        .hasMessageContaining("gradients[0]");

    assertThat(Tensors.floats(gradient)).isEqualTo(values);
    assertThat(Tensors.floats(tensors.get(0).grad())).isEqualTo(values);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 2.5, 1e6})
  void values(double bound) {
    INDArray gradient =
        Nd4j.createFromArray(
            -3f, 0.05f, Float.NaN, 2.5f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f);
    List<Tensor> tensors = List.of(Tensors.parameterWithGradient(gradient));

    Gradients.clipByValue(bound, gradient);
    Tensors.clamp(tensors, bound);

    assertThat(Tensors.floats(gradient)).isEqualTo(Tensors.floats(tensors.get(0).grad()));
  }

  private static void assertSame(double maxNorm, double order, INDArray... gradients) {
    List<Tensor> tensors = Arrays.stream(gradients).map(Tensors::parameterWithGradient).toList();

    double expected = Tensors.clip(tensors, maxNorm, order, false);
    double norm = Gradients.clipByGlobalNorm(maxNorm, NormType.p(order), false, gradients);

    if (Double.isFinite(expected)) {
      assertThat(norm).isCloseTo(expected, within(expected * 1e-5));
    } else {
      assertThat(norm).isEqualTo(Double.valueOf(expected));
    }
    for (int i = 0; i < gradients.length; i++) {
      float[] ours = Tensors.floats(gradients[i]);
      float[] theirs = Tensors.floats(tensors.get(i).grad());
      for (int j = 0; j < ours.length; j++) {
        if (Float.isFinite(theirs[j])) {
          assertThat(ours[j]).isCloseTo(theirs[j], within(Math.abs(theirs[j]) * 1e-5f));
        } else {
          assertThat(ours[j]).isEqualTo(Float.valueOf(theirs[j]));
        }
      }
    }
  }
}
