package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.NonFiniteGradientException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.core.util.ModelGuesser;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.MissingNode;

/**
 * Replays a step whose gradient was not finite, from the evidence that {@code captureTo} kept of
 * it: the network as it was, with its loss scale and master weights, and the batch.
 *
 * <p>Run it with {@code mvn -q -Preplay -Dincident=FOLDER} from the root of the repository, after
 * {@code mvn -q -Pnanhunt} has kept some.
 */
public final class Replay {

  private Replay() {}

  /** Replays the incident that the system property {@code incident} names. */
  public static void main(String[] args) throws Exception {
    // The incident is told below.
    System.setProperty("logback.configurationFile", "logback-quiet.xml");
    Path incident = Path.of(System.getProperty("incident", "")).toAbsolutePath();
    if (!Files.exists(incident.resolve("network.zip"))
        || !Files.exists(incident.resolve("batch.bin"))) {
      System.err.println(
          "replay: no network.zip and batch.bin in "
              + incident
              + ". Keep an incident with captureTo, or run mvn -q -Pnanhunt, and name its folder:"
              + " mvn -q -Preplay -Dincident=FOLDER");
      System.exit(2);
    }
    System.out.println(replay(incident));
  }

  /** Returns what came of the step this time. */
  static String replay(Path incident) throws Exception {
    File file = incident.resolve("network.zip").toFile();
    Model network = network(file);
    JsonNode saved = saved(file);
    if (!saved.isMissingNode()) {
      GradientClipping.restoreState(network, file);
    }
    network.addListeners(new GradientClippingListener(settings(saved)));
    try {
      fit(network, batch(incident.resolve("batch.bin").toFile()));
      return "This time the gradient is finite, with a norm of "
          + GradientClipping.lastReport(network).orElseThrow().norm()
          + ". Dropout, or a sequence that began before this batch, may make the difference.";
    } catch (NonFiniteGradientException e) {
      return e.report().describe() + System.lineSeparator() + e.report().remedy();
    }
  }

  private static Model network(File file) throws Exception {
    Model network = ModelGuesser.loadModelGuess(file.getPath());
    // A step is to be looked at, whatever clipped it.
    if (network instanceof MultiLayerNetwork layers) {
      ClippedUpdater.removeFrom(layers.getLayerWiseConfigurations());
    } else {
      ClippedUpdater.removeFrom(((ComputationGraph) network).getConfiguration());
    }
    return network;
  }

  /** Returns what was saved beside the network; nothing in evidence of earlier versions. */
  private static JsonNode saved(File file) throws IOException {
    try (ZipFile zip = new ZipFile(file)) {
      ZipEntry entry = zip.getEntry("dl4j-clipping.json");
      return entry == null
          ? MissingNode.getInstance()
          : new ObjectMapper().readTree(zip.getInputStream(entry));
    }
  }

  /** Clips nothing, and scales the loss as it was scaled then: an overflow must not lower it. */
  private static GradientClipping settings(JsonNode saved) {
    double scale = saved.at("/lossScale/scale").asDouble();
    return scale == 0
        ? GradientClipping.measureOnly()
        : GradientClipping.builder()
            .lossScaling(
                LossScaling.constant(scale)
                    .withMasterWeights(saved.path("masterWeights").asBoolean()))
            .build();
  }

  private static MultiDataSet batch(File file) throws IOException {
    MultiDataSet batch = new MultiDataSet();
    batch.load(file);
    return batch;
  }

  private static void fit(Model network, MultiDataSet batch) {
    if (network instanceof MultiLayerNetwork layers) {
      layers.fit(batch);
    } else {
      ((ComputationGraph) network).fit(batch);
    }
  }
}
