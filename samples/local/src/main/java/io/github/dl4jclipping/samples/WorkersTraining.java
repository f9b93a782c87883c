package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.NonFiniteGradientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;

/** Trains networks on several workers; they differ in nothing but their clipping. */
final class WorkersTraining {

  private static final long SEED = 42;
  private static final int ALPHABET = 128;
  private static final int BATCHES_A_ROUND = Workers.COUNT * Workers.AVERAGING_FREQUENCY;

  private final Alphabet alphabet;
  private final int[] text;
  private final int rounds;
  private final Workers.Factory factory;

  /**
   * Prepares a text of which each run sees the same batches.
   *
   * @param batches all of them, for all workers together
   */
  WorkersTraining(String text, int batches, Workers.Factory factory) {
    this.alphabet = new Alphabet(text, ALPHABET);
    this.text = alphabet.encode(text);
    this.rounds = batches / BATCHES_A_ROUND;
    this.factory = factory;
  }

  /** Trains one network until the last round or until training breaks. */
  WorkersResult run(Contender contender, ProgressBars bars) throws Exception {
    MultiLayerNetwork network = CharacterNetwork.build(alphabet.size(), contender.perLayer(), SEED);
    CharacterBatches data = new CharacterBatches(text, alphabet.size(), SEED);
    List<Double> scores = new ArrayList<>();
    long start = System.nanoTime();
    try (Workers workers = factory.of(network, contender.clipping());
        ProgressBar bar = bars.start(contender.label(), rounds)) {
      boolean stopped = false;
      while (scores.size() < rounds && isSane(scores) && !stopped) {
        stopped = !fit(workers, data, scores);
        bar.step();
      }
      return new WorkersResult(
          contender,
          scores,
          stopped,
          workers.summary(),
          Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** Trains one round; returns false where a gradient was refused. */
  private static boolean fit(Workers workers, CharacterBatches data, List<Double> scores)
      throws Exception {
    List<DataSet> round = Stream.generate(data::next).limit(BATCHES_A_ROUND).toList();
    try {
      scores.add(workers.fit(round));
      return true;
    } catch (Exception e) {
      if (tellsOfNonFiniteGradient(e)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isSane(List<Double> scores) {
    return scores.stream().allMatch(Double::isFinite);
  }

  /** From another JVM comes the text of what was thrown there, not the exception. */
  private static boolean tellsOfNonFiniteGradient(Throwable thrown) {
    return Stream.<Throwable>iterate(thrown, e -> e != null, Throwable::getCause)
        .anyMatch(e -> e.toString().contains(NonFiniteGradientException.class.getName()));
  }
}
