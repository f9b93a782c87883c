package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Trains on Iris with one value missing, which becomes a NaN: what each policy makes of it, and
 * where it is found.
 *
 * <p>Run it with {@code mvn -q -Pnanhunt} from the root of the repository.
 */
public final class NanHunt {

  private static final int EPOCHS = 100;

  private NanHunt() {}

  /** Runs the sample. */
  public static void main(String[] args) {
    // Each policy would tell of the same incident; it is printed once, below.
    System.setProperty("logback.configurationFile", "logback-quiet.xml");
    Path root = Path.of(System.getProperty("dl4jclipping.root", ""));
    Path evidence = root.resolve(Path.of("samples", "target", "nanhunt")).toAbsolutePath();
    List<HuntResult> results = hunt(evidence);
    System.out.println(HuntTable.of(results));
    NonFiniteReport first = results.get(0).first();
    System.out.println(first.describe());
    System.out.println(first.remedy());
    System.out.println();
    System.out.println(
        "The evidence is in " + evidence + ". To replay a step of it, once or often:");
    System.out.println(
        "mvn -q -Preplay -Dincident=" + evidence.resolve("raise").resolve("incident-1"));
  }

  /**
   * Returns what becomes of the same training under each policy.
   *
   * @param evidence where the first incident of each is kept
   */
  static List<HuntResult> hunt(Path evidence) {
    List<HuntResult> results = new ArrayList<>();
    for (NonFinitePolicy policy : NonFinitePolicy.values()) {
      Path folder = evidence.resolve(policy.name().toLowerCase(Locale.ROOT));
      results.add(train(policy, IrisFlowers.batches(IrisFlowers.lines()), folder));
    }
    return results;
  }

  private static HuntResult train(NonFinitePolicy policy, List<DataSet> batches, Path evidence) {
    Watcher watcher = new Watcher();
    MultiLayerNetwork network = network();
    network.addListeners(
        new GradientClippingListener(
                GradientClipping.builder().maxNorm(1.0).nonFinite(policy).build())
            .observe(watcher)
            .captureTo(evidence, 1));
    boolean stopped = false;
    try {
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        batches.forEach(network::fit);
      }
    } catch (NonFiniteGradientException e) {
      stopped = true;
    }
    boolean finite = Double.isFinite(network.params().sumNumber().doubleValue());
    DataSet clean = batches.get(1);
    double accuracy =
        network
            .output(clean.getFeatures())
            .argMax(1)
            .eq(clean.getLabels().argMax(1))
            .castTo(DataType.DOUBLE)
            .meanNumber()
            .doubleValue();
    return new HuntResult(
        policy,
        watcher.steps,
        watcher.incidents.size(),
        stopped,
        finite,
        accuracy,
        watcher.incidents.get(0));
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.01))
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(8).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(8)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }

  /** Counts steps and keeps incidents. */
  private static final class Watcher implements ClipObserver {

    private static final long serialVersionUID = 1L;

    private final ArrayList<NonFiniteReport> incidents = new ArrayList<>();
    private int steps;

    @Override
    public void onStep(ClipReport report) {
      steps++;
    }

    @Override
    public void onNonFinite(NonFiniteReport report) {
      incidents.add(report);
    }
  }
}
