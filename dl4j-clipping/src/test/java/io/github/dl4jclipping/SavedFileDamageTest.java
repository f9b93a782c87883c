package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.dl4jclipping.rule.ClipRule;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * Files that a disk or a network has damaged are taken up whole, or refused and nothing changes.
 */
class SavedFileDamageTest {

  private static final String HISTORY = "dl4j-clipping.json";
  private static final String MASTER = "dl4j-clipping-master.bin";
  private static final int DAMAGES = 400;

  @TempDir private Path folder;

  /** What a file is of. */
  private enum Saved {
    FLOAT(DataType.FLOAT, false),
    HALF(DataType.FLOAT16, false),
    MASTER_WEIGHTS(DataType.FLOAT16, true);

    private final DataType type;
    private final boolean masterWeights;

    Saved(DataType type, boolean masterWeights) {
      this.type = type;
      this.masterWeights = masterWeights;
    }

    private GradientClipping clipping() {
      GradientClipping.Builder builder =
          GradientClipping.builder()
              .rule(ClipRule.inOrder(ClipRule.value(0.5), ClipRule.autoClip()));
      if (type == DataType.FLOAT16) {
        builder.lossScaling(
            LossScaling.dynamic().withInitialScale(0x1p21).withMasterWeights(masterWeights));
      }
      return builder.build();
    }

    Model network() {
      Model network =
          type == DataType.FLOAT
              ? Kind.LAYERS.plain(new Nesterovs(0.01))
              : Kind.LAYERS.half(new Nesterovs(0.01));
      network.addListeners(new GradientClippingListener(clipping()));
      return network;
    }

    void fit(Model network, int first, int last) {
      for (int seed = first; seed <= last; seed++) {
        Kind.fit(network, Networks.batch(type, 8, seed));
      }
    }
  }

  /** Flips a bit, cuts the end off, or makes a stretch zero. */
  private static byte[] damaged(byte[] bytes, int ours, Random random) {
    byte[] damaged = bytes.clone();
    int at =
        random.nextInt(4) == 0
            ? random.nextInt(bytes.length)
            : ours + random.nextInt(bytes.length - ours);
    switch (random.nextInt(8)) {
      case 0 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 1 ->
          Arrays.fill(damaged, at, Math.min(bytes.length, at + 1 + random.nextInt(64)), (byte) 0);
      default -> damaged[at] ^= (byte) (1 << random.nextInt(8));
    }
    return damaged;
  }

  @ParameterizedTest
  @EnumSource
  void takenUpWholeOrRefused(Saved saved) throws IOException {
    Model network = saved.network();
    saved.fit(network, 1, 9);
    File good = save(network, "good.zip");
    byte[] bytes = Files.readAllBytes(good.toPath());
    List<byte[]> wanted = state(good);
    saved.fit(network, 10, 14);
    File other = save(network, "other.zip");
    List<byte[]> before = state(other);
    Snapshot untouched = Snapshot.of(network);
    int ours = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(HISTORY) - 30;

    File file = folder.resolve("damaged.zip").toFile();
    File now = save(network, "now.zip");
    Random random = new Random(saved.name().hashCode());
    int refused = 0;
    for (int i = 0; i < DAMAGES; i++) {
      Files.write(file.toPath(), damaged(bytes, ours, random));
      Throwable thrown = catchThrowable(() -> GradientClipping.restoreState(network, file));
      GradientClipping.saveState(network, now);
      if (thrown == null) {
        assertSame(state(now), wanted, i);
        GradientClipping.restoreState(network, other);
      } else {
        assertThat(thrown)
            .as("damage %d", i)
            .isInstanceOfAny(IllegalArgumentException.class, UncheckedIOException.class)
            .hasMessageContaining(file.getName());
        assertSame(state(now), before, i);
        refused++;
      }
    }
    assertThat(Snapshot.of(network)).isEqualTo(untouched);
    assertThat(refused).isBetween(DAMAGES / 2, DAMAGES - 1);
  }

  private static void assertSame(List<byte[]> state, List<byte[]> wanted, int damage) {
    assertThat(state.size()).isEqualTo(wanted.size());
    for (int i = 0; i < state.size(); i++) {
      assertThat(Arrays.equals(state.get(i), wanted.get(i))).as("damage %d", damage).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{\"version\":1.0,\"rule\":\"r\",\"parameters\":[],\"stages\":[]}",
        "{\"version\":\"1\",\"rule\":\"r\",\"parameters\":[],\"stages\":[]}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[1],\"stages\":[]}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[\"0_W\",\"0_W\"],\"stages\":[]}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[],\"stages\":[5]}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[],\"stages\":[],\"more\":1}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[],\"stages\":[]} {}",
        "{\"version\":1,\"version\":1,\"rule\":\"r\",\"parameters\":[],\"stages\":[]}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[],\"stages\":[],\"stageRules\":[null]}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[],\"stages\":[{}],\"stageRules\":[3]}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[],\"stages\":[{\"a\":[1]}],\"stageRules\":[null]}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[],\"stages\":[],\"masterWeights\":1}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[],\"stages\":[],\"masterWeights\":true}",
        "{\"version\":2,\"rule\":\"r\",\"parameters\":[],\"stages\":[]}",
        "{\"version\":1,\"rule\":\"r\",\"parameters\":[],\"stages\":[],"
            + "\"lossScale\":{\"scale\":2,\"goodSteps\":1,\"overflows\":1}}",
        "{\"version\":2,\"rule\":\"r\",\"parameters\":[],\"stages\":[],"
            + "\"lossScale\":{\"scale\":2,\"goodSteps\":0.5,\"overflows\":1}}",
        "{\"version\":2,\"rule\":\"r\",\"parameters\":[],\"stages\":[],"
            + "\"lossScale\":{\"scale\":2,\"goodSteps\":3000000000,\"overflows\":1}}",
        "{\"version\":2,\"rule\":\"r\",\"parameters\":[],\"stages\":[],"
            + "\"lossScale\":{\"scale\":2,\"goodSteps\":1,\"overflows\":1.0}}",
        "{\"version\":2,\"rule\":\"r\",\"parameters\":[],\"stages\":[],"
            + "\"lossScale\":{\"scale\":2,\"goodSteps\":1,\"overflows\":1,\"more\":1}}"
      })
  void historyOfAnotherFormIsRefused(String json) throws IOException {
    assertRefused(HISTORY, json.getBytes(StandardCharsets.UTF_8));
  }

  /** As large, deep or long as whoever reads it cannot bear. */
  @ParameterizedTest
  @ValueSource(strings = {"[", "9", " ", "\u00e9"})
  void historyThatExhaustsIsRefused(String one) throws IOException {
    assertRefused(HISTORY, one.repeat(17 << 20).getBytes(StandardCharsets.UTF_8));
    assertRefused(HISTORY, one.repeat(1 << 20).getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a text that is no array of numbers", "half"})
  void masterWeightsOfAnotherFormAreRefused(String content) throws IOException {
    byte[] whole = saved(Saved.MASTER_WEIGHTS).get(1);
    assertRefused(
        MASTER,
        content.equals("half")
            ? Arrays.copyOf(whole, whole.length / 2)
            : content.getBytes(StandardCharsets.UTF_8));
  }

  /** The history says that there are some. */
  @ParameterizedTest
  @ValueSource(strings = MASTER)
  void missingMasterWeightsAreMissed(String entry) throws IOException {
    Model network = Saved.MASTER_WEIGHTS.network();
    Saved.MASTER_WEIGHTS.fit(network, 1, 2);
    File file = save(network, "model.zip");
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      Files.delete(zip.getPath(entry));
    }
    assertThatThrownBy(() -> GradientClipping.restoreState(network, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(file.getPath(), "master weights are missing");
  }

  private List<byte[]> saved(Saved saved) throws IOException {
    Model network = saved.network();
    saved.fit(network, 1, 2);
    return state(save(network, "whole.zip"));
  }

  private void assertRefused(String entry, byte[] content) throws IOException {
    Model network = Saved.MASTER_WEIGHTS.network();
    Saved.MASTER_WEIGHTS.fit(network, 1, 2);
    File file = save(network, "model.zip");
    File now = save(network, "now.zip");
    List<byte[]> before = state(now);
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      Files.write(zip.getPath(entry), content);
    }
    Saved.MASTER_WEIGHTS.fit(network, 3, 4);
    GradientClipping.restoreState(network, now);
    assertThatThrownBy(() -> GradientClipping.restoreState(network, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.getPath());
    GradientClipping.saveState(network, now);
    assertSame(state(now), before, 0);
  }

  private File save(Model network, String name) throws IOException {
    File file = folder.resolve(name).toFile();
    ModelSerializer.writeModel(network, file, true);
    GradientClipping.saveState(network, file);
    return file;
  }

  private static List<byte[]> state(File file) throws IOException {
    List<byte[]> state = new ArrayList<>();
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      for (String name : List.of(HISTORY, MASTER)) {
        Path entry = zip.getPath(name);
        if (Files.exists(entry)) {
          state.add(Files.readAllBytes(entry));
        }
      }
    }
    return state;
  }
}
