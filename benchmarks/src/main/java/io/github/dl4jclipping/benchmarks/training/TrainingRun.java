package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.benchmarks.statistics.Median;
import io.github.dl4jclipping.benchmarks.training.TrainingResult.VariantResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Trains one network in all variants at once. Each round runs one step of each variant, in a new
 * random order, so that other load on the machine affects all variants equally.
 */
final class TrainingRun {

  private final TrainingMain.Job job;
  private final Map<Variant, Steps> variants = new EnumMap<>(Variant.class);
  private final Random random = new Random(42);

  TrainingRun(TrainingMain.Job job) {
    this.job = job;
    DataSet batch = job.network().batch(job.batch());
    for (Variant variant : Variant.values()) {
      variants.put(variant, new Steps(job.network(), variant, batch));
    }
  }

  TrainingResult run() {
    rounds(job.warmupRounds(), job.warmupMillis());
    variants.values().forEach(Steps::clear);
    int rounds = rounds(job.rounds(), job.millis());
    Steps stock = steps(Variant.STOCK);
    INDArray gradient = ((Model) stock.network()).getGradientsViewArray();
    Map<Variant, VariantResult> results = new EnumMap<>(Variant.class);
    variants.forEach((variant, steps) -> results.put(variant, result(steps)));
    return new TrainingResult(
        job.network(), job.batch(), gradient.length(), rounds, readPass(gradient), results);
  }

  /** Trains rounds until both minimums are reached, and returns the number of rounds. */
  private int rounds(int least, long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    List<Steps> order = new ArrayList<>(variants.values());
    int rounds = 0;
    while (rounds < least || System.nanoTime() < end) {
      Collections.shuffle(order, random);
      order.forEach(Steps::step);
      rounds++;
    }
    return rounds;
  }

  private VariantResult result(Steps steps) {
    Steps stock = steps(Variant.STOCK);
    Steps perLayer = steps(Variant.CLIP_L2_PER_LAYER);
    return new VariantResult(
        steps.nanos().median(),
        steps.nanos().ratioTo(stock.nanos()),
        steps.phases().median(),
        steps.phases().lowDecile(),
        steps.phases().ratioTo(stock.phases()),
        steps.phases().ratioTo(perLayer.phases()),
        steps.heapBytes().beyond(stock.heapBytes()),
        steps.nativeObjects().beyond(stock.nativeObjects()));
  }

  private Median readPass(INDArray gradient) {
    Samples nanos = new Samples();
    FloatPointer floats = (FloatPointer) gradient.data().addressPointer();
    double sum = 0;
    for (int i = 0; i < job.rounds(); i++) {
      steps(Variant.STOCK).step();
      long start = System.nanoTime();
      sum += openblas_nolapack.cblas_sdot((int) gradient.length(), floats, 1, floats, 1);
      nanos.add(System.nanoTime() - start);
    }
    if (Double.isNaN(sum)) {
      throw new IllegalStateException("The gradient of " + job.network() + " is NaN.");
    }
    return nanos.median();
  }

  private Steps steps(Variant variant) {
    return Objects.requireNonNull(variants.get(variant));
  }
}
