package io.github.dl4jclipping.random;

import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** Draws recipes of networks whose shapes fit. */
final class Recipes {

  private Recipes() {}

  static Arbitrary<RandomNetwork> networks() {
    return Combinators.combine(Arbitraries.of(false, true), inputs()).flatAs(Recipes::networks);
  }

  /** For every rank, and every kind of piece that fits it, a network of this one piece. */
  static Arbitrary<RandomNetwork> onePieceNetworks() {
    return Arbitraries.of(
        Stream.of(Input.ROWS, Input.SEQUENCES, Input.IMAGES, Input.VOLUMES)
            .flatMap(
                input ->
                    kinds()
                        .filter(kind -> kind.fits(input.rank()))
                        .map(kind -> onePieceNetwork(input, kind)))
            .toList());
  }

  private static RandomNetwork onePieceNetwork(Input input, PieceKind kind) {
    return new RandomNetwork(
        kind.needsGraph(),
        input,
        List.of(new Piece(kind, 2, GradientNormalization.None)),
        0,
        input.rank() == Rank.ROW ? Ending.OUTPUT : Ending.POOLED,
        new Training(UpdaterKind.ADAM, DataType.FLOAT, true, Activation.TANH));
  }

  /** The sizes of some batches in a row; not all networks of DL4J take a batch of one. */
  static Arbitrary<List<Integer>> batchSizes() {
    return Arbitraries.frequencyOf(
            Tuple.of(9, Arbitraries.integers().between(2, 7)), Tuple.of(1, Arbitraries.just(1)))
        .list()
        .ofMinSize(2)
        .ofMaxSize(3);
  }

  private static Arbitrary<RandomNetwork> networks(boolean graph, Input input) {
    Arbitrary<List<Piece>> pieces = pieces(graph, input.rank()).list().ofMinSize(1).ofMaxSize(3);
    List<Ending> endings =
        Stream.of(Ending.values()).filter(ending -> ending.fits(input.rank())).toList();
    return Combinators.combine(
            pieces,
            Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.just(0)),
                Tuple.of(1, Arbitraries.integers().between(1, 2))),
            Arbitraries.of(endings),
            training())
        .as(
            (chosen, frozen, ending, training) ->
                new RandomNetwork(graph, input, chosen, frozen, ending, training));
  }

  /** More often where more kinds of layers fit. */
  private static Arbitrary<Input> inputs() {
    return Arbitraries.frequency(
        Tuple.of(3, Input.ROWS),
        Tuple.of(1, Input.WORDS),
        Tuple.of(4, Input.SEQUENCES),
        Tuple.of(2, Input.SENTENCES),
        Tuple.of(3, Input.IMAGES),
        Tuple.of(1, Input.FLAT_IMAGES),
        Tuple.of(3, Input.VOLUMES));
  }

  /** Those that fit fewer ranks, or graphs only, have fewer chances. */
  private static int weight(PieceKind kind) {
    int ranks = (int) Stream.of(Rank.values()).filter(kind::fits).count();
    return (kind.needsGraph() ? 2 : 1) * Rank.values().length / ranks;
  }

  private static Arbitrary<Piece> pieces(boolean graph, Rank rank) {
    List<Tuple.Tuple2<Integer, PieceKind>> kinds =
        kinds()
            .filter(kind -> kind.fits(rank) && (graph || !kind.needsGraph()))
            .map(kind -> Tuple.of(weight(kind), kind))
            .toList();
    return Combinators.combine(
            Arbitraries.frequency(kinds), Arbitraries.integers().between(1, 4), normalizations())
        .as(Piece::new);
  }

  private static Stream<PieceKind> kinds() {
    return Stream.concat(Stream.of(LayerKind.values()), Stream.of(VertexKind.values()));
  }

  private static Arbitrary<GradientNormalization> normalizations() {
    return Arbitraries.frequencyOf(
        Tuple.of(4, Arbitraries.just(GradientNormalization.None)),
        Tuple.of(1, Arbitraries.of(GradientNormalization.class)));
  }

  private static Arbitrary<Training> training() {
    return Combinators.combine(
            Arbitraries.of(UpdaterKind.class),
            Arbitraries.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16),
            Arbitraries.of(true, false),
            Arbitraries.of(
                Activation.TANH, Activation.RELU, Activation.SIGMOID, Activation.LEAKYRELU))
        .as(Training::new);
  }
}
