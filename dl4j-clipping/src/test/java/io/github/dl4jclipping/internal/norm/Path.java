package io.github.dl4jclipping.internal.norm;

import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.nd4j.linalg.api.buffer.DataType;

/** The two ways to measure, each called directly. */
@SuppressWarnings("ImmutableEnumChecker") // measures without a state
public enum Path {
  CPU(CpuMeasure.INSTANCE, DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16),
  OPS(OpsMeasure.INSTANCE, DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16);

  /** Every kind of norm. */
  public static final List<NormType> NORM_TYPES =
      List.of(
          NormType.L1,
          NormType.L2,
          NormType.INF,
          NormType.p(0.5),
          NormType.p(1.5),
          NormType.p(2),
          NormType.p(4));

  final Measure measure;
  private final List<DataType> dataTypes;

  Path(Measure measure, DataType... dataTypes) {
    this.measure = measure;
    this.dataTypes = List.of(dataTypes);
  }

  /** Returns both paths, each with all types that it can read. */
  static Stream<Arguments> withDataTypes() {
    return Stream.of(values())
        .flatMap(path -> path.dataTypes.stream().map(type -> Arguments.of(path, type)));
  }

  /** Returns both paths with all their data types and every kind of norm. */
  static Stream<Arguments> withDataAndNormTypes() {
    return withDataTypes()
        .flatMap(
            pair ->
                NORM_TYPES.stream().map(norm -> Arguments.of(pair.get()[0], pair.get()[1], norm)));
  }
}
