package io.github.dl4jclipping.internal.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.internal.precision.MasterWeights;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Master weights in a file: whose state it is, and what is refused. */
class MasterEntryTest {

  /** Moments so small that HALF holds nothing of most of them. */
  private static final GradientClipping CLIPPING =
      GradientClipping.builder()
          .maxNorm(1e-3)
          .lossScaling(LossScaling.dynamic().withInitialScale(64).withMasterWeights(true))
          .build();

  @TempDir private Path folder;

  /** The updaters of a network of three layers. */
  @SuppressWarnings("ImmutableEnumChecker") // what it holds never changes
  enum Updating {
    ADAM(new Adam(0.01), null, null),
    AMSGRAD(new AMSGrad(0.01), null, null),
    NESTEROVS(new Nesterovs(0.01), null, null),
    LAST_LAYER_OTHERWISE(new Adam(0.01), null, new AMSGrad(0.01)),
    BIASES_OTHERWISE(new Adam(0.01), new Nesterovs(0.1), null);

    private final IUpdater updater;
    private final IUpdater ofBiases;
    private final IUpdater ofLast;

    Updating(IUpdater updater, IUpdater ofBiases, IUpdater ofLast) {
      this.updater = updater;
      this.ofBiases = ofBiases;
      this.ofLast = ofLast;
    }

    Model network(Kind kind) {
      NeuralNetConfiguration.Builder conf =
          Networks.conf(updater.clone()).dataType(DataType.FLOAT16);
      if (ofBiases != null) {
        conf.biasUpdater(ofBiases.clone());
      }
      DenseLayer first = new DenseLayer.Builder().nIn(4).nOut(5).build();
      DenseLayer second = new DenseLayer.Builder().nIn(5).nOut(6).build();
      OutputLayer.Builder last = new OutputLayer.Builder(LossFunction.MCXENT).nIn(6).nOut(3);
      if (ofLast != null) {
        last.updater(ofLast.clone());
      }
      if (kind == Kind.LAYERS) {
        return Networks.init(conf.list().layer(first).layer(second).layer(last.build()).build());
      }
      ComputationGraphConfiguration graph =
          conf.graphBuilder()
              .addInputs("in")
              .addLayer("dense", first, "in")
              .addLayer("second", second, "dense")
              .addLayer("out", last.build(), "second")
              .setOutputs("out")
              .build();
      return Networks.init(graph);
    }
  }

  /** When rates are set in a network that was restored. */
  @SuppressWarnings("ImmutableEnumChecker") // what it holds never changes
  enum Change {
    OF_ONE_LAYER(network -> Kind.setFirstLearningRate(network, 0.002)),
    OF_ONE_LAYER_AND_BACK(
        network -> {
          Kind.setFirstLearningRate(network, 0.002);
          Kind.setFirstLearningRate(network, 0.01);
        }),
    OF_ALL_LAYERS(network -> Kind.setLearningRate(network, 0.002)),
    OF_ONE_AFTER_INSTALLING(
        network -> {
          CLIPPING.attachTo(network);
          Kind.setFirstLearningRate(network, 0.002);
        }),
    OF_ONE_AFTER_A_STEP(
        network -> {
          listen(network);
          Kind.fit(network, Networks.batch(DataType.FLOAT16, 8, 99));
          Kind.setFirstLearningRate(network, 0.002);
        });

    private final Consumer<Model> change;

    Change(Consumer<Model> change) {
      this.change = change;
    }
  }

  static Stream<Arguments> kinds() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(Updating.values()).map(u -> Arguments.of(kind, u)));
  }

  static Stream<Arguments> changes() {
    return kinds()
        .flatMap(
            kind ->
                Stream.of(Change.values())
                    .map(change -> Arguments.of(kind.get()[0], kind.get()[1], change)));
  }

  /** The saved state had no layout: moments of other parameters entered the first steps. */
  @ParameterizedTest
  @MethodSource("changes")
  void ratesSetAfterRestoringLeaveEachParameterItsState(Kind kind, Updating updating, Change change)
      throws IOException {
    Model through = trained(updating.network(kind));
    File file = saved(through);
    change.change.accept(through);
    fit(through, 4);

    Model restored = restored(kind, file);
    GradientClipping.restoreState(restored, file);
    change.change.accept(restored);
    fit(restored, 4);

    assertThat(bitsOfMaster(restored)).isEqualTo(bitsOfMaster(through));
    assertThat(Snapshot.of(restored)).isEqualTo(Snapshot.of(through));
  }

  /** So it is in files of the form before, which lack the layout. */
  @ParameterizedTest
  @MethodSource("changes")
  void theFormBeforeIsRead(Kind kind, Updating updating, Change change) throws IOException {
    Model through = trained(updating.network(kind));
    File file = saved(through);
    writeEntry(file, formBefore(through));
    change.change.accept(through);
    fit(through, 4);

    Model restored = restored(kind, file);
    GradientClipping.restoreState(restored, file);
    change.change.accept(restored);
    fit(restored, 4);

    assertThat(bitsOfMaster(restored)).isEqualTo(bitsOfMaster(through));
    assertThat(Snapshot.of(restored)).isEqualTo(Snapshot.of(through));
  }

  /** Once rates were set nobody knows how that form's state lies: the network's own counts. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void theFormBeforeIsNotMixed(Kind kind) throws IOException {
    Model network = trained(Updating.ADAM.network(kind));
    File file = saved(network);
    writeEntry(file, formBefore(network));

    Model restored = restored(kind, file);
    Kind.setFirstLearningRate(restored, 0.002);
    Snapshot own = Snapshot.of(restored);
    GradientClipping.restoreState(restored, file);
    CLIPPING.attachTo(restored);

    assertThat(Snapshot.of(restored)).isEqualTo(own);
    assertThat(Snapshot.bits(master(restored).state())).isEqualTo(own.updaterState());
    assertThat(Snapshot.bits(master(restored).parameters()))
        .isEqualTo(Snapshot.bits(master(network).parameters()));
  }

  /** A network that is clipped already takes state up into the layout that it has. */
  @ParameterizedTest
  @MethodSource("kinds")
  void restoredIntoAnotherLayout(Kind kind, Updating updating) throws IOException {
    Model network = trained(updating.network(kind));
    File file = saved(network);
    Kind.setFirstLearningRate(network, 0.002);
    CLIPPING.attachTo(network);
    INDArray expected = master(network).state().dup();

    Model restored = restored(kind, file);
    CLIPPING.attachTo(restored);
    Kind.setFirstLearningRate(restored, 0.002);
    fit(restored, 2);
    GradientClipping.restoreState(restored, file);

    assertThat(Snapshot.bits(master(restored).state())).isEqualTo(Snapshot.bits(expected));
  }

  /** Also before anything has clipped the network, and in either form. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatWasRestoredIsSavedAgain(Kind kind) throws IOException {
    Model network = trained(Updating.ADAM.network(kind));
    File file = saved(network);
    byte[] entry = readEntry(file);
    Model restored = restored(kind, file);
    GradientClipping.restoreState(restored, file);
    GradientClipping.saveState(restored, file);
    assertThat(readEntry(file)).isEqualTo(entry);

    writeEntry(file, formBefore(network));
    Model old = restored(kind, file);
    GradientClipping.restoreState(old, file);
    GradientClipping.saveState(old, file);
    assertThat(readEntry(file)).isEqualTo(entry);
  }

  /** As in stock: a network that was loaded without its updater's state starts without. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void withoutTheUpdaterTheStateIsDropped(Kind kind) throws IOException {
    Model network = trained(Updating.ADAM.network(kind));
    File file = saved(network);
    Model restored =
        kind == Kind.LAYERS
            ? MultiLayerNetwork.load(file, false)
            : ComputationGraph.load(file, false);
    GradientClipping.restoreState(restored, file);
    CLIPPING.attachTo(restored);
    assertThat(nonZeros(master(restored).state())).isZero();
    assertThat(Snapshot.bits(master(restored).parameters()))
        .isEqualTo(Snapshot.bits(master(network).parameters()));
  }

  /** State of another updater is of no use, and passed over. */
  @Test
  void anotherUpdatersStateIsPassedOver() throws IOException {
    Model network = trained(Updating.ADAM.network(Kind.LAYERS));
    File file = saved(network);
    Model other = Updating.NESTEROVS.network(Kind.LAYERS);
    GradientClipping.restoreState(other, file);
    CLIPPING.attachTo(other);
    assertThat(nonZeros(master(other).state())).isZero();
    writeEntry(file, formBefore(network));
    GradientClipping.restoreState(other, file);
    assertThat(nonZeros(master(other).state())).isZero();
  }

  @Test
  void notANumberIsRead() throws IOException {
    Model network = trained(Updating.ADAM.network(Kind.LAYERS));
    master(network).parameters().putScalar(0, Float.NaN).putScalar(1, Float.POSITIVE_INFINITY);
    File file = saved(network);
    Model restored = restored(Kind.LAYERS, file);
    GradientClipping.restoreState(restored, file);
    assertThat(bitsOfMaster(restored)).isEqualTo(bitsOfMaster(network));
  }

  /** Bytes that cannot have been saved of this network, made of those that were. */
  @SuppressWarnings("ImmutableEnumChecker") // what it holds never changes
  enum Damage {
    EMPTY(entry -> new byte[0]),
    THREE_BYTES(entry -> Arrays.copyOf(entry, 3)),
    HALF_OF_IT(entry -> Arrays.copyOf(entry, entry.length / 2)),
    ALL_BUT_ONE_BYTE(entry -> Arrays.copyOf(entry, entry.length - 1)),
    ONE_BYTE_MORE(entry -> Arrays.copyOf(entry, entry.length + 1)),
    TWICE(
        entry -> {
          byte[] twice = Arrays.copyOf(entry, entry.length * 2);
          System.arraycopy(entry, 0, twice, entry.length, entry.length);
          return twice;
        }),
    TEXT(entry -> "{\"parameters\": [1, 2, 3]}".getBytes(UTF_8)),
    ZEROS(entry -> new byte[entry.length]),
    ONES(
        entry -> {
          byte[] ones = new byte[entry.length];
          Arrays.fill(ones, (byte) 0xff);
          return ones;
        });

    private final UnaryOperator<byte[]> damage;

    Damage(UnaryOperator<byte[]> damage) {
      this.damage = damage;
    }
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void damagedEntriesAreRefused(Damage damage) throws IOException {
    Model network = trained(Updating.ADAM.network(Kind.LAYERS));
    File file = saved(network);
    refused(network, file, damage.damage.apply(readEntry(file)));
    refused(network, file, damage.damage.apply(formBefore(network)));
  }

  static Stream<Arguments> numbers() {
    return Stream.of(
        Arguments.of(4, Integer.BYTES, new long[] {0, 1, 3, -1}), // version
        Arguments.of(8, Long.BYTES, new long[] {0, 1, -1, 1L << 60}), // parameters
        Arguments.of(
            16, Long.BYTES, new long[] {0, 1, -1, 1L << 40, 1L << 60, Long.MAX_VALUE}), // state
        Arguments.of(24, Integer.BYTES, new long[] {-1, 0, 2, 7, Integer.MAX_VALUE}), // blocks
        Arguments.of(28, Long.BYTES, new long[] {-1, 1, 1L << 60}), // from
        Arguments.of(36, Long.BYTES, new long[] {-1, 1, 1L << 60}), // to
        Arguments.of(44, Long.BYTES, new long[] {-1, 1, 1L << 60}), // state from
        Arguments.of(52, Long.BYTES, new long[] {-1, 1, 1L << 60}), // state to
        Arguments.of(60, Integer.BYTES, new long[] {-1, 1, 7, Integer.MAX_VALUE}), // parameters
        Arguments.of(72, Long.BYTES, new long[] {-1, 1L << 60})); // the second one's start
  }

  /** Each number that is no weight: nothing is allocated for what it claims. */
  @ParameterizedTest
  @MethodSource("numbers")
  void numbersThatCannotBeAreRefused(int at, int size, long[] values) throws IOException {
    Model network = trained(Updating.ADAM.network(Kind.LAYERS));
    File file = saved(network);
    byte[] whole = readEntry(file);
    for (long value : values) {
      byte[] changed = whole.clone();
      if (size == Integer.BYTES) {
        ByteBuffer.wrap(changed).putInt(at, (int) value);
      } else {
        ByteBuffer.wrap(changed).putLong(at, value);
      }
      refused(network, file, changed);
    }
  }

  /** The same of the form before: what ND4J would allocate, or read as another type. */
  @Test
  void arraysThatCannotBeAreRefused() throws IOException {
    Model network = trained(Updating.ADAM.network(Kind.LAYERS));
    File file = saved(network);
    INDArray whole = master(network).parameters();
    INDArray state = master(network).state();
    refused(network, file, arrays(whole.castTo(DataType.DOUBLE), state));
    refused(network, file, arrays(whole, state.castTo(DataType.FLOAT16)));
    refused(network, file, arrays(whole.reshape(1, whole.length()), state));
    refused(network, file, arrays(whole.castTo(DataType.INT32), state));
    refused(network, file, arrays(Nd4j.create(DataType.FLOAT, whole.length() + 1), state));
    byte[] before = formBefore(network);
    for (long length : new long[] {-1, 0, 1L << 31, 1L << 60, Long.MAX_VALUE}) {
      for (int at = 0; at < before.length - Long.BYTES; at++) {
        if (ByteBuffer.wrap(before).getLong(at) == state.length()) {
          byte[] changed = before.clone();
          ByteBuffer.wrap(changed).putLong(at, length);
          refused(network, file, changed);
        }
      }
    }
  }

  private static void refused(Model network, File file, byte[] entry) throws IOException {
    writeEntry(file, entry);
    Snapshot before = Snapshot.of(network);
    LongBuffer master = bitsOfMaster(network);
    assertThatThrownBy(() -> GradientClipping.restoreState(network, file))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("master weights", file.getName(), "Nothing has changed");
    assertThat(Snapshot.of(network)).isEqualTo(before);
    assertThat(bitsOfMaster(network)).isEqualTo(master);
    Model fresh = restored(Kind.LAYERS, file);
    assertThatThrownBy(() -> GradientClipping.restoreState(fresh, file))
        .isExactlyInstanceOf(IllegalArgumentException.class);
    assertThat(ClippingState.of(fresh).precision().masterWeights()).isNull();
    assertThatCode(() -> CLIPPING.attachTo(fresh)).doesNotThrowAnyException();
  }

  private static Model trained(Model network) {
    network.addListeners(new GradientClippingListener(CLIPPING));
    fit(network, 4);
    return network;
  }

  private static void fit(Model network, int steps) {
    listen(network);
    for (int seed = 0; seed < steps; seed++) {
      Kind.fit(network, Networks.batch(DataType.FLOAT16, 8, seed));
    }
  }

  /** One that was restored has no listener. */
  private static void listen(Model network) {
    network.setListeners(List.of(new GradientClippingListener(CLIPPING)));
  }

  private static MasterWeights master(Model network) {
    return ClippingState.of(network).precision().masterWeights();
  }

  private static LongBuffer bitsOfMaster(Model network) {
    MasterWeights master = master(network);
    return Snapshot.bits(Nd4j.concat(0, master.parameters(), master.state()));
  }

  private static int nonZeros(INDArray numbers) {
    return numbers.neq(0).castTo(DataType.INT32).sumNumber().intValue();
  }

  private File saved(Model network) throws IOException {
    File file = folder.resolve("model.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    GradientClipping.saveState(network, file);
    return file;
  }

  private static Model restored(Kind kind, File file) throws IOException {
    return kind == Kind.LAYERS
        ? MultiLayerNetwork.load(file, true)
        : ComputationGraph.load(file, true);
  }

  private static byte[] formBefore(Model network) throws IOException {
    return arrays(master(network).parameters(), master(network).state());
  }

  private static byte[] arrays(INDArray parameters, INDArray state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    Nd4j.write(parameters, out);
    out.writeBoolean(true);
    Nd4j.write(state, out);
    return bytes.toByteArray();
  }

  private static byte[] readEntry(File file) throws IOException {
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      return Files.readAllBytes(zip.getPath(MasterEntry.ENTRY));
    }
  }

  private static void writeEntry(File file, byte[] entry) throws IOException {
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      Files.write(zip.getPath(MasterEntry.ENTRY), entry);
    }
  }
}
