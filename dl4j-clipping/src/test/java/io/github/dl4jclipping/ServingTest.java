package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A model whose option was removed opens where this library is not. */
class ServingTest {

  private static final GradientClipping CLIPPING = GradientClipping.byGlobalNorm(1);

  private static ClippedUpdater clipped() {
    return new ClippedUpdater(new Adam(1e-2), CLIPPING);
  }

  static Stream<Supplier<MultiLayerConfiguration>> layers() {
    return Stream.of(
        () ->
            Networks.denseConf(
                Networks.conf(clipped()).biasUpdater(new ClippedUpdater(new Sgd(1), CLIPPING))),
        () ->
            Networks.conf(clipped())
                .list()
                .layer(new Bidirectional(new LSTM.Builder().nOut(3).build()))
                .layer(new TimeDistributed(new DenseLayer.Builder().nOut(3).build()))
                .layer(new LastTimeStep(new LSTM.Builder().nOut(3).build()))
                .layer(new FrozenLayerWithBackprop(new DenseLayer.Builder().nOut(3).build()))
                .layer(new FrozenLayer(new DenseLayer.Builder().nOut(3).build()))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(2).build())
                .setInputType(InputType.recurrent(3))
                .build(),
        () ->
            Networks.conf(clipped())
                .list()
                .layer(new ConvolutionLayer.Builder(2, 2).nOut(2).build())
                .layer(new BatchNormalization())
                .layer(
                    new LocallyConnected2D.Builder()
                        .kernelSize(2, 2)
                        .nOut(2)
                        .updater(clipped())
                        .biasUpdater(clipped())
                        .build())
                .layer(
                    new VariationalAutoencoder.Builder()
                        .nOut(2)
                        .encoderLayerSizes(3)
                        .decoderLayerSizes(3)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(2).build())
                .setInputType(InputType.convolutional(6, 6, 1))
                .build());
  }

  @ParameterizedTest
  @MethodSource("layers")
  void nothingIsLeftInLayers(Supplier<MultiLayerConfiguration> supplier) {
    MultiLayerConfiguration conf = supplier.get();
    assertThat(conf.toJson()).contains("dl4jclipping");
    ClippedUpdater.removeFrom(conf);
    assertThat(conf.toJson()).doesNotContain("dl4jclipping").contains("Adam");
  }

  @Test
  void nothingIsLeftInAGraph() {
    ComputationGraphConfiguration conf =
        Networks.conf(clipped())
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.recurrent(4))
            .addLayer("lstm", new LSTM.Builder().nOut(4).build(), "in")
            .addVertex(
                "attention",
                new AttentionVertex.Builder()
                    .nInQueries(4)
                    .nInKeys(4)
                    .nInValues(4)
                    .nHeads(1)
                    .headSize(4)
                    .nOut(4)
                    .projectInput(true)
                    .build(),
                "lstm",
                "lstm",
                "lstm")
            .addLayer("frozen", new LSTM.Builder().nOut(4).build(), "attention")
            .addLayer(
                "out", new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(2).build(), "frozen")
            .setOutputs("out")
            .build();
    LayerVertex inside = (LayerVertex) conf.getVertices().get("frozen");
    conf.getVertices().put("frozen", new FrozenVertex(inside));
    Networks.init(conf); // SameDiff vertices get their updaters here
    assertThat(conf.toJson()).contains("dl4jclipping");

    ClippedUpdater.removeFrom(conf);

    assertThat(conf.toJson()).doesNotContain("dl4jclipping").contains("Adam");
  }

  @Test
  void opensInAJvmWithoutThisLibrary(@TempDir Path folder) throws Exception {
    MultiLayerNetwork network = Networks.dense(Networks.conf(clipped()));
    network.addListeners(new GradientClippingListener());
    network.fit(Networks.batch(7, 1));
    File configured = folder.resolve("configured.zip").toFile();
    ModelSerializer.writeModel(network, configured, true);
    ClippedUpdater.removeFrom(network.getLayerWiseConfigurations());
    File stripped = folder.resolve("stripped.zip").toFile();
    ModelSerializer.writeModel(network, stripped, true);
    Path program = Files.writeString(folder.resolve("Serve.java"), SERVE);

    assertThat(run(program, stripped))
        .contains("output=" + Arrays.toString(network.output(Nd4j.ones(1, 4)).toFloatVector()))
        .contains("updater=Adam");
    assertThat(run(program, configured))
        .contains("io.github.dl4jclipping.ClippedUpdater")
        .doesNotContain("output=");
  }

  private static final String SERVE =
      """
      import java.io.File;
      import java.util.Arrays;
      import org.deeplearning4j.nn.conf.layers.BaseLayer;
      import org.deeplearning4j.util.ModelSerializer;
      import org.nd4j.linalg.factory.Nd4j;

      class Serve {
        public static void main(String[] files) throws Exception {
          var network = ModelSerializer.restoreMultiLayerNetwork(new File(files[0]), true);
          var output = network.output(Nd4j.ones(1, 4)).toFloatVector();
          System.out.println("output=" + Arrays.toString(output));
          var layer = (BaseLayer) network.getLayer(0).conf().getLayer();
          System.out.println("updater=" + layer.getIUpdater().getClass().getSimpleName());
        }
      }
      """;

  /** Runs a program in a JVM of its own, on this class path without this project's classes. */
  private static String run(Path program, File model) throws IOException, InterruptedException {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar"))
            .collect(Collectors.joining(File.pathSeparator));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                List.of(java.toString(), "-cp", classPath, program.toString(), model.getPath()))
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return printed;
  }
}
