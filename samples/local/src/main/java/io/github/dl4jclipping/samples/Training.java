package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.report.ClipObserver;
import java.time.Duration;
import java.util.Arrays;
import me.tongfei.progressbar.ProgressBar;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains networks that differ in nothing but their clipping. */
final class Training {

  private static final Logger log = LoggerFactory.getLogger(Training.class);
  private static final long SEED = 42;
  private static final int ALPHABET = 128;
  private static final int LOG_EVERY = 50;

  private final Alphabet alphabet;
  private final int[] text;
  private final int batches;

  /** Prepares a text of which each run sees the same batches. */
  Training(String text, int batches) {
    this.alphabet = new Alphabet(text, ALPHABET);
    this.text = alphabet.encode(text);
    this.batches = batches;
  }

  /**
   * Trains one network until the last batch or until training breaks.
   *
   * @param observers the other observers of each step
   */
  RunResult run(Contender contender, ProgressBars bars, ClipObserver... observers) {
    log.info("{}: {} batches", contender.label(), batches);
    MultiLayerNetwork network = CharacterNetwork.build(alphabet.size(), contender.perLayer(), SEED);
    StepLog steps = new StepLog();
    GradientClippingListener listener =
        new GradientClippingListener(contender.clippingOfBrokenData())
            .logEvery(contender == Contender.PLUGIN ? LOG_EVERY : 0)
            .observe(steps);
    Arrays.stream(observers).forEach(listener::observe);
    network.addListeners(listener);
    long start = System.nanoTime();
    try (ProgressBar bar = bars.start(contender.label(), batches)) {
      fit(network, contender, steps, bar);
    }
    return new RunResult(
        contender, steps.steps(), steps.found(), Duration.ofNanos(System.nanoTime() - start));
  }

  private void fit(MultiLayerNetwork network, Contender contender, StepLog steps, ProgressBar bar) {
    CharacterBatches data = new CharacterBatches(text, alphabet.size(), SEED);
    try {
      for (int i = 0; i < batches && steps.isSane(); i++) {
        network.fit(contender.batch(i, data.next()));
        bar.step();
        bar.setExtraMessage("score " + ResultTable.number(network.score()));
      }
    } catch (NonFiniteGradientException e) {
      bar.setExtraMessage("stopped"); // the last of the steps tells why
    }
  }
}
