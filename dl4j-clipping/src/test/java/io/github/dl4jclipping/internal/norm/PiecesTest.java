package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Which pieces are walked over; none of these looks into the array, which is as small as can be.
 */
final class PiecesTest {

  private static final INDArray ARRAY = Nd4j.create(1);

  private static final long SIZE = Pieces.BOUND_BY_MEMORY;

  private record Piece(long from, long to) {}

  @Property(tries = 200)
  void takesEveryElementOnceAndPutsResultsWhereTheyBelong(
      @ForAll @Size(min = 1, max = 40) List<@LongRange(min = 0, max = 20_000_000) Long> lengths) {
    List<Stretch> stretches = stretches(lengths);
    ConcurrentLinkedQueue<Piece> pieces = new ConcurrentLinkedQueue<>();
    double[] results = new double[stretches.size()];

    Pieces.walk(
        stretches,
        results,
        () ->
            (stretch, from, to) -> {
              pieces.add(new Piece(from, to));
              return to - from;
            },
        Double::sum,
        SIZE);

    assertThat(results).containsExactly(lengths.stream().mapToDouble(Long::doubleValue).toArray());
    long next = 0;
    for (Piece piece :
        pieces.stream().sorted((a, b) -> Long.compare(a.from(), b.from())).toList()) {
      assertThat(piece.from()).isEqualTo(next);
      assertThat(piece.to()).isGreaterThan(next);
      next = piece.to();
    }
    assertThat(next).isEqualTo(lengths.stream().mapToLong(Long::longValue).sum());
    if (next >= 2 * SIZE) {
      assertThat(pieces).allMatch(piece -> piece.to() - piece.from() <= SIZE);
    }
  }

  /** A sum in floating point depends on its order: here that never depends on the threads. */
  @Property(tries = 50)
  void givesTheSameSumEveryTime(
      @ForAll @Size(min = 1, max = 10) List<@LongRange(min = 0, max = 100_000_000) Long> lengths) {
    List<Stretch> stretches = stretches(lengths);
    double[] first = new double[stretches.size()];
    double[] second = new double[stretches.size()];

    Pieces.walk(stretches, first, () -> PiecesTest::rounded, Double::sum, SIZE);
    Pieces.walk(stretches, second, () -> PiecesTest::rounded, Double::sum, SIZE);

    assertThat(second).containsExactly(first);
  }

  private static double rounded(Stretch stretch, long from, long to) {
    return Math.sqrt(from + 0.1 * to);
  }

  private static List<Stretch> stretches(List<Long> lengths) {
    List<Stretch> stretches = new ArrayList<>();
    long from = 0;
    for (long length : lengths) {
      stretches.add(new Stretch(ARRAY, from, from + length, ARRAY, ARRAY.dataType()));
      from += length;
    }
    return stretches;
  }
}
