package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.internal.network.Dl4jModels;
import io.github.dl4jclipping.internal.network.NetworkLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Which elements belong to one unit, beside DL4J's own shaped views of the same memory. */
@SuppressWarnings("deprecation") // GravesLSTM is one of DL4J's layers nevertheless
class UnitsTest {

  private static final InputType IMAGE = InputType.convolutional(6, 6, 2);
  private static final InputType SEQUENCE = InputType.recurrent(5, 7);
  private static final InputType VOLUME =
      InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 5, 5, 5, 2);

  /** A layer, its input, and the dimensions of each parameter that tell its units apart. */
  static Stream<Arguments> layers() {
    return Stream.of(
        layer(new DenseLayer.Builder().nIn(5).nOut(3).build(), null, "W", 1, "b"),
        layer(
            new DenseLayer.Builder().nIn(40).nOut(3).hasLayerNorm(true).build(),
            null,
            "W",
            1,
            "b",
            "g"),
        layer(new LSTM.Builder().nIn(5).nOut(3).build(), null, "W", 1, "RW", 1, "b"),
        layer(new LSTM.Builder().nIn(40).nOut(35).build(), null, "W", 1, "RW", 1, "b"),
        layer(new GravesLSTM.Builder().nIn(5).nOut(3).build(), null, "W", 1, "RW", 1, "b"),
        layer(new SimpleRnn.Builder().nIn(5).nOut(3).build(), null, "W", 1, "RW", 1, "b"),
        layer(
            new Bidirectional(new LSTM.Builder().nIn(5).nOut(3).build()),
            SEQUENCE,
            "fW",
            1,
            "fRW",
            1,
            "fb",
            "bW",
            1,
            "bRW",
            1,
            "bb"),
        layer(new EmbeddingLayer.Builder().nIn(6).nOut(4).hasBias(true).build(), null, "W", 0, "b"),
        layer(new EmbeddingSequenceLayer.Builder().nIn(60).nOut(4).build(), null, "W", 0),
        layer(new ConvolutionLayer.Builder(3, 2).nOut(4).build(), IMAGE, "W", 0, "b"),
        layer(new Convolution1DLayer.Builder(3).nOut(4).build(), SEQUENCE, "W", 0, "b"),
        layer(new Convolution3D.Builder(2, 2, 2).nOut(4).build(), VOLUME, "W", 0, "b"),
        layer(new Deconvolution2D.Builder(3, 2).nOut(4).build(), IMAGE, "W", 1, "b"),
        layer(
            new Deconvolution3D.Builder().kernelSize(2, 2, 2).nOut(4).build(), VOLUME, "W", 3, "b"),
        layer(
            new DepthwiseConvolution2D.Builder(3, 2).depthMultiplier(3).build(),
            IMAGE,
            "W",
            List.of(2, 3),
            "b"),
        layer(
            new SeparableConvolution2D.Builder(3, 2).depthMultiplier(3).nOut(4).build(),
            IMAGE,
            "W",
            List.of(0, 1),
            "pW",
            0,
            "b"),
        layer(new PReLULayer.Builder().inputShape(2, 6, 6).build(), IMAGE, "W"),
        layer(new BatchNormalization(), IMAGE, "gamma", "beta"));
  }

  /** Each name is followed by its dimensions; one without has a single unit. */
  private static Arguments layer(Layer layer, InputType input, Object... parameters) {
    Map<String, List<?>> dimensions = new LinkedHashMap<>();
    for (int i = 0; i < parameters.length; i++) {
      Object next = i + 1 < parameters.length ? parameters[i + 1] : "";
      if (parameters[i] instanceof String name) {
        dimensions.put(
            name,
            next instanceof List<?> list
                ? list
                : next instanceof Integer one ? List.of(one) : List.of());
      }
    }
    return Arguments.of(layer, input, dimensions);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void normsAndScalingAreOfUnits(Layer layer, InputType input, Map<String, List<?>> dimensions) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16)) {
      check(layer.clone(), input, dimensions, type);
    }
  }

  private static void check(
      Layer layer, InputType input, Map<String, List<?>> dimensions, DataType type) {
    MultiLayerNetwork network = network(layer, input, type);
    Map<String, INDArray> seen = new LinkedHashMap<>();
    INDArray flat = network.params();
    flat.assign(Nd4j.rand(type, flat.shape()).subi(0.5));
    network.paramTable().forEach((name, array) -> seen.put(name.substring(2), array));
    GradientLayout layout = NetworkLayout.of(Dl4jModels.of(network));
    GradientViews views = GradientViews.of(layout, flat);
    List<GradientLayout.Parameter> parameters = layout.parameters(ParameterRole.GRADIENT);
    assertThat(parameters.stream().map(p -> p.name().substring(2)))
        .containsExactlyInAnyOrderElementsOf(dimensions.keySet());
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.get(i).name().substring(2);
      Map<List<Long>, List<Double>> units = units(seen.get(name), dimensions.get(name));
      assertUnits(views.byParameter().get(i), parameters.get(i).units(), units, type);
    }
  }

  private static void assertUnits(
      Stretch stretch, Units units, Map<List<Long>, List<Double>> expected, DataType type) {
    assertThat(units.count()).isEqualTo(expected.size());
    double[] norms = new double[units.count()];
    double[] expectedNorms =
        expected.values().stream()
            .mapToDouble(unit -> Math.sqrt(unit.stream().mapToDouble(x -> x * x).sum()))
            .sorted()
            .toArray();
    UnitNorms.measure(stretch, units, norms);
    assertSame(norms, expectedNorms);
    UnitNorms.byElement(stretch, units, norms);
    assertSame(norms, expectedNorms);
    UnitNorms.byOps(stretch, units, norms);
    assertSame(norms, expectedNorms);

    double[] before = norms.clone();
    double[] factors = new double[units.count()];
    Arrays.setAll(factors, unit -> unit % 3 == 1 ? 1 : 0.25 * (unit + 1));
    GradientRescaling.rescaleUnits(stretch, units, factors);
    UnitNorms.byOps(stretch, units, norms);
    double precision = type == DataType.FLOAT16 ? 2e-3 : 1e-6;
    for (int unit = 0; unit < norms.length; unit++) {
      assertThat(norms[unit])
          .as("unit %s in %s", unit, type)
          .isCloseTo(before[unit] * factors[unit], within(precision * (1 + norms[unit])));
    }
  }

  private static void assertSame(double[] norms, double[] expected) {
    double[] sorted = norms.clone();
    Arrays.sort(sorted);
    Offset<Double> precision = within(1e-6);
    assertThat(sorted).containsExactly(expected, precision);
  }

  /** Gathers the elements of each unit by the index along some dimensions. */
  private static Map<List<Long>, List<Double>> units(INDArray array, List<?> dimensions) {
    Map<List<Long>, List<Double>> units = new LinkedHashMap<>();
    Set<Integer> telling = new TreeSet<>();
    dimensions.forEach(dimension -> telling.add((Integer) dimension));
    long[] shape = array.shape();
    for (long k = 0; k < array.length(); k++) {
      long[] index = new long[shape.length];
      long rest = k;
      for (int d = shape.length - 1; d >= 0; d--) {
        index[d] = rest % shape[d];
        rest /= shape[d];
      }
      List<Long> unit = new ArrayList<>();
      telling.forEach(d -> unit.add(index[d]));
      units.computeIfAbsent(unit, u -> new ArrayList<>()).add(array.getDouble(index));
    }
    return units;
  }

  private static MultiLayerNetwork network(Layer layer, InputType input, DataType type) {
    var list = Networks.conf(new Sgd(0.1)).dataType(type).list().layer(layer);
    if (input != null) {
      list.setInputType(input);
    }
    return Networks.init(list.build());
  }
}
