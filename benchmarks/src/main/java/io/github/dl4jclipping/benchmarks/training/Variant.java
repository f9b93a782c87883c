package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.report.file.CsvReport;
import io.github.dl4jclipping.report.html.HtmlReport;
import io.github.dl4jclipping.report.micrometer.ClippingMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.DoubleAdder;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.optimize.api.TrainingListener;

/** Lists the ways to train one network that are compared. */
public enum Variant {
  STOCK("stock"),
  /** DL4J's own clipping with a bound that is never reached, which is its cheaper case. */
  CLIP_L2_PER_LAYER("`ClipL2PerLayer`, never clips"),
  NEVER("dl4j-clipping, never clips"),
  ALWAYS("dl4j-clipping, always clips"),
  /** Never clips; with the default log and an observer that adds up the norms. */
  OBSERVED("dl4j-clipping, log and observer"),
  /** Never clips; with log, observer, CSV file, page and metrics. */
  WATCHED("dl4j-clipping, log, CSV, page, metrics");

  private static final double NEVER_REACHED = 1e30;

  /**
   * The bound that every step exceeds. With a smaller bound, Adam would square the gradient into
   * denormal numbers, which take many times as long.
   */
  private static final double ALWAYS_BROKEN = 1e-3;

  private final String title;

  Variant(String title) {
    this.title = title;
  }

  /** Returns the name in tables. */
  public String title() {
    return title;
  }

  void configure(NeuralNetConfiguration.Builder configuration) {
    if (this == CLIP_L2_PER_LAYER) {
      configuration
          .gradientNormalization(GradientNormalization.ClipL2PerLayer)
          .gradientNormalizationThreshold(NEVER_REACHED);
    }
  }

  TrainingListener[] listeners() {
    return switch (this) {
      case STOCK, CLIP_L2_PER_LAYER -> new TrainingListener[0];
      case NEVER -> new TrainingListener[] {quiet(NEVER_REACHED)};
      case ALWAYS -> new TrainingListener[] {quiet(ALWAYS_BROKEN)};
      case OBSERVED -> new TrainingListener[] {observed()};
      case WATCHED -> new TrainingListener[] {watched()};
    };
  }

  private static GradientClippingListener quiet(double maxNorm) {
    return new GradientClippingListener(GradientClipping.byGlobalNorm(maxNorm)).logEvery(0);
  }

  private static GradientClippingListener observed() {
    DoubleAdder sum = new DoubleAdder();
    return new GradientClippingListener(GradientClipping.byGlobalNorm(NEVER_REACHED))
        .observe(report -> sum.add(report.norm()));
  }

  private static GradientClippingListener watched() {
    Path folder = temporaryFolder();
    ClippingMetrics metrics = new ClippingMetrics();
    metrics.bindTo(new SimpleMeterRegistry());
    return observed()
        .observe(CsvReport.create(folder.resolve("steps.csv")))
        .observe(HtmlReport.to(folder.resolve("run.html")))
        .observe(metrics);
  }

  private static Path temporaryFolder() {
    try {
      Path folder = Files.createTempDirectory("dl4j-clipping-benchmark");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("No temporary directory could be created for the run.", e);
    }
  }

  private static void delete(Path folder) {
    for (File file : Objects.requireNonNullElse(folder.toFile().listFiles(), new File[0])) {
      file.delete();
    }
    folder.toFile().delete();
  }
}
