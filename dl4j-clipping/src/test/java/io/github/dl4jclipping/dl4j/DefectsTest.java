package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.scorecalc.ScoreCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Defects of DL4J to live with: see docs/dl4j-notes.md. */
class DefectsTest {

  @Test
  void equalsComparesTheClassesOfUpdaters() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Adam(0.1));
    Kind.fit(network, 1);
    MultiLayerNetwork clone = network.clone();
    assertThat(network.equals(clone)).isTrue();

    OwnUpdater.putInto(clone, (gradient, iteration, batch) -> true);
    network.setUpdater(null);

    assertThat(network.equals(clone)).isFalse();
  }

  @Test
  void gradientCheckTakesSgdAndNoOpAlone() {
    MultiLayerNetwork network =
        Networks.init(Networks.plainConf(Networks.conf(new Adam(0.1)).dataType(DataType.DOUBLE)));
    DataSet batch = Networks.batch(7, 1);
    GradientCheckUtil.MLNConfig check =
        new GradientCheckUtil.MLNConfig()
            .net(network)
            .input(batch.getFeatures())
            .labels(batch.getLabels());
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    try {
      assertThatIllegalStateException()
          .isThrownBy(() -> GradientCheckUtil.checkGradients(check))
          .withMessageContaining("Adam");
    } finally {
      Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
    }
  }

  @Test
  void setLearningRateOfOneLayerFailsBesideAnUpdaterWithoutState() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(0.1)));
    network.fit(Networks.batch(7, 1));

    assertThatThrownBy(() -> network.setLearningRate(0, 0.2))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void weightDecayOfTheWholeNetworkStandsTwiceInLayersWithoutTheirOwn() {
    MultiLayerNetwork network =
        Networks.init(Networks.plainConf(Networks.conf(new Sgd(0.1)).weightDecay(0.5)));
    ComputationGraph graph =
        Networks.init(Networks.plainGraphConf(Networks.conf(new Sgd(0.1)).weightDecay(0.5)));
    MultiLayerNetwork penalized =
        Networks.init(Networks.plainConf(Networks.conf(new Sgd(0.1)).l2(0.5)));

    assertThat(((BaseLayer) network.getLayer(0).conf().getLayer()).getRegularization()).hasSize(2);
    assertThat(((BaseLayer) graph.getLayer("dense").conf().getLayer()).getRegularization())
        .hasSize(2);
    assertThat(((BaseLayer) penalized.getLayer(0).conf().getLayer()).getRegularization())
        .hasSize(1);
  }

  @Test
  void adaBeliefCannotTrain() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new AdaBelief(0.1));

    assertThatThrownBy(() -> Kind.fit(network, 1))
        .isInstanceOf(ArrayIndexOutOfBoundsException.class);
  }

  /** A file that is written in iterationDone, as CheckpointListener does. */
  @Test
  void aCheckpointCountsOneStepLessThanItsParametersHave(@TempDir Path folder) throws IOException {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Adam(0.1));
    File file = folder.resolve("checkpoint.zip").toFile();
    network.addListeners(
        new Calls(
            (name, model) -> {
              if (name.equals("iterationDone")) {
                save(model, file);
              }
            }));

    Kind.fit(network, 1);

    MultiLayerNetwork restored = MultiLayerNetwork.load(file, true);
    assertThat(restored.params()).isEqualTo(network.params());
    assertThat(restored.getIterationCount()).isZero();
    assertThat(network.getIterationCount()).isEqualTo(1);
  }

  private static void save(org.deeplearning4j.nn.api.Model model, File file) {
    try {
      ModelSerializer.writeModel(model, file, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void fitOfAnIteratorLeavesItsThreadBehindWhenItFails() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    OwnUpdater.putInto(
        network,
        (gradient, iteration, batch) -> {
          throw new IllegalStateException("failed");
        });
    List<Thread> before = List.copyOf(Thread.getAllStackTraces().keySet());
    List<DataSet> batches = IntStream.range(0, 50).mapToObj(i -> Networks.batch(7, i)).toList();

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                network.fit(
                    new ExistingDataSetIterator(batches) {
                      @Override
                      public boolean asyncSupported() {
                        return true;
                      }
                    }));

    List<Thread> left =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> !before.contains(thread) && thread.getName().contains("prefetch"))
            .toList();
    assertThat(left).hasSize(1);
    left.forEach(Thread::interrupt);
  }

  @Test
  void earlyStoppingTurnsAnExceptionIntoAResult() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    DataSetIterator batches = new ListDataSetIterator<>(List.of(Networks.batch(7, 1)), 1);
    network.addListeners(
        new Calls(
            (name, model) -> {
              if (name.equals("iterationDone") && network.getEpochCount() == 1) {
                throw new IllegalStateException("failed");
              }
            }));
    EarlyStoppingConfiguration<MultiLayerNetwork> conf =
        new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
            .epochTerminationConditions(new MaxEpochsTerminationCondition(3))
            .scoreCalculator(new DataSetLossCalculator(batches, true))
            .modelSaver(new InMemoryModelSaver<>())
            .build();

    EarlyStoppingResult<MultiLayerNetwork> result =
        new EarlyStoppingTrainer(conf, network, batches).fit();

    assertThat(result.getTerminationReason())
        .isEqualTo(EarlyStoppingResult.TerminationReason.Error);
  }

  static Stream<Arguments> layersThatCannotTrain() {
    InputType flat = InputType.feedForward(4);
    InputType sequence = InputType.recurrent(4);
    InputType image = InputType.convolutional(6, 6, 2);
    InputType volume = InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 3, 3, 3, 2);
    long[] sequences = {5, 4, 6};
    BatchNormalization normalization = new BatchNormalization();
    VariationalAutoencoder variational =
        new VariationalAutoencoder.Builder()
            .nOut(2)
            .encoderLayerSizes(5)
            .decoderLayerSizes(6)
            .build();
    return Stream.of(
        Arguments.of(
            sequence,
            sequences,
            List.of(new SimpleRnn.Builder().nOut(3).hasLayerNorm(true).build())),
        Arguments.of(
            sequence,
            sequences,
            List.of(
                new LearnedSelfAttentionLayer.Builder()
                    .nOut(4)
                    .nHeads(2)
                    .headSize(2)
                    .projectInput(true)
                    .nQueries(3)
                    .build())),
        Arguments.of(
            sequence, sequences, List.of(new SimpleRnn.Builder().nOut(3).build(), normalization)),
        Arguments.of(
            volume,
            new long[] {5, 2, 3, 3, 3},
            List.of(new Convolution3D.Builder(1, 1, 1).nOut(3).build(), normalization)),
        Arguments.of(
            InputType.convolutional(6, 6, 1),
            new long[] {5, 1, 6, 6},
            List.of(new SeparableConvolution2D.Builder(2, 2).nOut(3).build())),
        Arguments.of(
            image,
            new long[] {5, 2, 6, 6},
            List.of(
                new ConvolutionLayer.Builder(2, 2).nOut(2).build(),
                new LocalResponseNormalization.Builder().build())),
        Arguments.of(flat, new long[] {5, 4}, List.of(new FrozenLayer(variational))),
        Arguments.of(
            flat,
            new long[] {5, 4},
            List.of(new FrozenLayer(new AutoEncoder.Builder().nOut(3).build()))));
  }

  /** They are updates, not gradients: the mean of the batch hardly moves the running mean. */
  @ParameterizedTest
  @EnumSource(names = {"ClipL2PerLayer", "ClipL2PerParamType", "ClipElementWiseAbsoluteValue"})
  void gradientNormalizationClipsTheStatisticsOfBatchNormalization(GradientNormalization kind) {
    MultiLayerNetwork plain = Networks.dense(Networks.conf(new Sgd(0.1)));
    MultiLayerNetwork clipped =
        Networks.dense(
            Networks.conf(new Sgd(0.1))
                .gradientNormalization(kind)
                .gradientNormalizationThreshold(1e-6));
    DataSet batch = Networks.batch(16, 1);
    plain.fit(batch);
    clipped.fit(batch);
    double moved = Networks.exactNorm(plain.paramTable().get("1_mean"));
    assertThat(Networks.exactNorm(clipped.paramTable().get("1_mean"))).isLessThan(moved / 100);
  }

  /** No score is less than NaN. */
  @Test
  void earlyStoppingKeepsAFirstModelWithoutScoreAsTheBest() {
    Iterator<Double> scores = List.of(Double.NaN, 0.5, 0.4).iterator();
    EarlyStoppingConfiguration<MultiLayerNetwork> configuration =
        new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
            .epochTerminationConditions(new MaxEpochsTerminationCondition(3))
            .scoreCalculator(
                new ScoreCalculator<MultiLayerNetwork>() {
                  @Override
                  public double calculateScore(MultiLayerNetwork network) {
                    return scores.next();
                  }

                  @Override
                  public boolean minimizeScore() {
                    return true;
                  }
                })
            .modelSaver(new InMemoryModelSaver<>())
            .build();
    EarlyStoppingResult<MultiLayerNetwork> result =
        new EarlyStoppingTrainer(
                configuration,
                Networks.dense(Networks.conf(new Sgd(0.1))),
                new ExistingDataSetIterator(List.of(Networks.batch(7, 1))))
            .fit();
    assertThat(result.getTotalEpochs()).isEqualTo(3);
    assertThat(result.getScoreVsEpoch()).containsEntry(0, Double.NaN).containsEntry(2, 0.4);
    assertThat(result.getBestModelEpoch()).isZero();
  }

  @ParameterizedTest
  @MethodSource
  void layersThatCannotTrain(InputType input, long[] shape, List<Layer> layers) {
    assertThatThrownBy(
            () -> {
              NeuralNetConfiguration.ListBuilder list = Networks.conf(new Sgd(0.1)).list();
              layers.forEach(layer -> list.layer(layer.clone()));
              if (shape.length > 2) {
                list.layer(new GlobalPoolingLayer());
              }
              list.layer(new OutputLayer.Builder(LossFunction.MSE).nOut(3).build());
              Networks.init(list.setInputType(input).build())
                  .fit(Nd4j.rand(DataType.FLOAT, shape), Nd4j.zeros(shape[0], 3));
            })
        .isInstanceOf(RuntimeException.class);
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
  }
}
