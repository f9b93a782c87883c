package io.github.dl4jclipping.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.dl4jclipping.norm.Trainables;
import io.github.dl4jclipping.scaling.MasterWeights;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipException;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a rule has learned inside the file of a model, as an entry of its own beside DL4J's,
 * {@value #ENTRY} in the form of {@link HistoryJson}; master weights are another, see {@link
 * SavedMaster}.
 */
public final class SavedHistory {

  private static final String ENTRY = "dl4j-clipping.json";

  /** Far more than any rule of this library has to say, and no danger to the heap. */
  private static final int LARGEST = 1 << 24;

  private SavedHistory() {}

  /**
   * Adds a network's history to a model file, in the place of one that is there; between two steps,
   * or within one that this thread takes. Warns if it is not of all the steps that the network has
   * taken.
   *
   * @throws IllegalStateException if nothing clips the network yet, or its rule learns but could
   *     not take it up again
   * @throws IllegalArgumentException if the file is no model file
   * @throws UncheckedIOException if it cannot be read or written
   */
  public static void save(Model network, File modelFile) {
    save(network, modelFile, true);
  }

  /** Does the same within a step, without a warning. */
  static void saveWithin(Model network, File modelFile) {
    save(network, modelFile, false);
  }

  private static void save(Model network, File modelFile, boolean warn) {
    ClippingState state = ClippingState.of(network);
    synchronized (Updaters.lockOf(network)) {
      synchronized (state) {
        History history =
            state
                .histories()
                .save(network)
                .map(saved -> saved.with(state.lossScale(), state.master() != null))
                .orElseThrow(
                    () ->
                        new IllegalStateException(
                            "nothing has clipped this network yet, so that there is no history to"
                                + " save: train it first, or call attachTo(network)"));
        write(history, state.master(), modelFile);
        if (warn && history.remembers()) {
          state.histories().warnOfOthersSteps(network);
        }
      }
    }
  }

  private static void write(History history, @Nullable MasterWeights master, File modelFile) {
    Path model = model(modelFile);
    String json = HistoryJson.write(history);
    if (json.length() > LARGEST) {
      throw new IllegalStateException(
          "The history takes "
              + json.length()
              + " bytes, more than the "
              + LARGEST
              + " that restoreState reads. Nothing was written.");
    }
    Map<String, ModelEntries.Content> entries = new LinkedHashMap<>();
    entries.put(ENTRY, ModelEntries.Content.of(json));
    entries.put(SavedMaster.ENTRY, SavedMaster.of(master));
    try {
      ModelEntries.put(model, entries);
    } catch (ZipException e) {
      throw noModel(model, "is no zip file", e);
    } catch (IOException e) {
      throw unusable(modelFile, e);
    }
  }

  /**
   * Takes a history up from a model file; between two steps, or within one that this thread takes.
   *
   * @throws IllegalArgumentException if the file is no model file, has no history, or has a damaged
   *     one or one of another network or of a newer version
   * @throws IllegalStateException if it is of another rule than the one that is installed
   * @throws UncheckedIOException if it cannot be read
   */
  public static void restore(Model network, File modelFile) {
    Path model = model(modelFile);
    History history = HistoryJson.read(text(model, modelFile), modelFile);
    MasterWeights master = master(model, network, modelFile);
    if (history.masterWeights() && master == null) {
      throw History.damaged(modelFile, "its master weights are missing", null);
    }
    requireParameters(network, history, modelFile);
    ClippingState state = ClippingState.of(network);
    synchronized (Updaters.lockOf(network)) {
      synchronized (state) {
        if (state.histories().isStarted()) {
          state.requireLossScalingFor(history.lossScale());
        }
        state.histories().restore(history, network, modelFile);
        state.takeUp(history.lossScale(), master);
      }
    }
  }

  private static String text(Path model, File modelFile) {
    try {
      return ModelEntries.read(model, ENTRY, SavedHistory::text)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      modelFile
                          + " has no saved history: write one with saveState after DL4J has"
                          + " written the model"));
    } catch (CharacterCodingException e) {
      throw History.damaged(modelFile, "it is no UTF-8", e);
    } catch (ModelEntries.DamagedException e) {
      throw History.damaged(modelFile, e.getMessage(), e);
    } catch (IOException e) {
      throw unusable(modelFile, e);
    }
  }

  private static String text(InputStream in, long size) throws IOException {
    if (size > LARGEST) {
      throw new ModelEntries.DamagedException(
          ENTRY, new IOException("it has " + size + " bytes, more than " + LARGEST));
    }
    return UTF_8.newDecoder().decode(ByteBuffer.wrap(in.readAllBytes())).toString();
  }

  private static @Nullable MasterWeights master(Path model, Model network, File modelFile) {
    try {
      return SavedMaster.read(model, network).orElse(null);
    } catch (ModelEntries.DamagedException e) {
      throw History.damaged(modelFile, e.getMessage(), e);
    } catch (IOException e) {
      throw unusable(modelFile, e);
    }
  }

  private static void requireParameters(Model network, History history, File modelFile) {
    Set<String> names = new HashSet<>();
    Trainables.of(network)
        .forEach(
            (part, trainable) ->
                trainable.paramTable(false).keySet().forEach(p -> names.add(part + "_" + p)));
    if (!names.containsAll(history.parameters())) {
      throw new IllegalArgumentException(
          "the history in "
              + modelFile
              + " is of another network: it is of the parameters "
              + history.parameters()
              + ", but this network has "
              + names.stream().sorted().toList());
    }
  }

  private static Path model(File modelFile) {
    Path path = modelFile.toPath().toAbsolutePath();
    if (!Files.isRegularFile(path)) {
      throw noModel(path, "is none", null);
    }
    try {
      if (!ModelEntries.has(path, "configuration.json")) {
        throw noModel(path, "has no configuration", null);
      }
      return path;
    } catch (ZipException e) {
      throw noModel(path, "is no zip file", e);
    } catch (IOException e) {
      throw unusable(modelFile, e);
    }
  }

  private static IllegalArgumentException noModel(
      Path path, String reason, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "modelFile must be a file that DL4J has written, but " + path + " " + reason, cause);
  }

  private static UncheckedIOException unusable(File modelFile, IOException e) {
    return new UncheckedIOException(
        "the model file " + modelFile + " cannot be read and written: " + e, e);
  }
}
