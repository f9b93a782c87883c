package io.github.dl4jclipping.internal.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.dl4jclipping.internal.precision.MasterWeights;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Saves what a rule has learned in a model file, and reads it. It uses its own entry beside DL4J's,
 * {@value #ENTRY}, in the format of {@link SavedStateJson}. Master weights are in another entry,
 * see {@link MasterEntry}.
 */
public final class StateFile {

  private static final String ENTRY = "dl4j-clipping.json";

  /**
   * The largest size in bytes: far more than any rule of this library needs, and small enough for
   * the heap.
   */
  private static final int LARGEST = 1 << 24;

  private StateFile() {}

  /**
   * Adds the state of a network to a model file, and replaces what was saved there before. The
   * caller must hold the lock of the state.
   *
   * @param warn whether to warn if the state does not cover all steps of the network
   * @throws IllegalStateException if nothing clips the network yet, or if its rule learns but its
   *     history could never be restored
   * @throws IllegalArgumentException if the file is not a model file
   * @throws UncheckedIOException if the file cannot be read or written
   */
  public static void save(ClippingState state, Progress progress, File modelFile, boolean warn) {
    SavedState saved =
        state
            .rule()
            .save(progress)
            .map(
                learned ->
                    learned.with(
                        state.precision().status(), state.precision().masterWeights() != null))
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "Nothing has clipped this network yet, so there is no history to save."
                            + " Train it first, or call attachTo(network)."));
    write(saved, state.precision().masterWeights(), modelFile);
    if (warn && saved.remembers()) {
      state.rule().warnOfOthersSteps(progress);
    }
  }

  private static void write(SavedState saved, @Nullable MasterWeights master, File modelFile) {
    Path model = model(modelFile);
    String json = SavedStateJson.write(saved);
    if (json.length() > LARGEST) {
      throw new IllegalStateException(
          "The history takes "
              + json.length()
              + " bytes, but restoreState reads at most "
              + LARGEST
              + ". Nothing was written. Use a rule that keeps a shorter history.");
    }
    Map<String, ModelEntries.Content> entries = new LinkedHashMap<>();
    entries.put(ENTRY, ModelEntries.Content.of(json));
    entries.put(MasterEntry.ENTRY, MasterEntry.of(master));
    try {
      ModelEntries.put(model, entries);
    } catch (ZipException e) {
      throw noModel(model, "is not a zip file", e);
    } catch (IOException e) {
      throw unusable(modelFile, e);
    }
  }

  /** Holds what was read from a file until it is restored. */
  public static final class Read {

    private final SavedState saved;
    private final @Nullable MasterWeights master;
    private final File modelFile;

    private Read(SavedState saved, @Nullable MasterWeights master, File modelFile) {
      this.saved = saved;
      this.master = master;
      this.modelFile = modelFile;
    }

    /**
     * Restores the state of a network. The caller must hold the lock of the state.
     *
     * @throws IllegalStateException if it does not belong to the installed rule and settings;
     *     nothing has changed
     * @throws IllegalArgumentException if the rule cannot have saved it; nothing has changed
     */
    public void restore(ClippingState state, Progress progress) {
      if (state.rule().isStarted()) {
        state.precision().requireLossScalingFor(saved.lossScale());
      }
      state.rule().restore(saved, progress, modelFile);
      state.precision().takeUp(saved.lossScale(), master);
    }
  }

  /**
   * Reads the saved state from a model file.
   *
   * @param shape the network that it must match
   * @throws IllegalArgumentException if the file is not a model file, or if its saved state is
   *     missing, damaged, from another network or from a newer version
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Read read(Shape shape, File modelFile) {
    Path model = model(modelFile);
    SavedState saved = SavedStateJson.read(text(model, modelFile), modelFile);
    MasterWeights master = master(model, shape, modelFile);
    if (saved.masterWeights() && master == null) {
      throw SavedState.damaged(modelFile, "the master weights are missing", null);
    }
    requireParameters(shape, saved, modelFile);
    return new Read(saved, master, modelFile);
  }

  private static String text(Path model, File modelFile) {
    try {
      return ModelEntries.read(model, ENTRY, StateFile::text)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "The model file "
                          + modelFile
                          + " has no saved history. Write one with saveState after DL4J has"
                          + " written the model."));
    } catch (CharacterCodingException e) {
      throw SavedState.damaged(modelFile, "it is not UTF-8", e);
    } catch (ModelEntries.DamagedException e) {
      throw SavedState.damaged(modelFile, e.getMessage(), e);
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

  private static @Nullable MasterWeights master(Path model, Shape shape, File modelFile) {
    try {
      return MasterEntry.read(model, shape).orElse(null);
    } catch (ModelEntries.DamagedException e) {
      throw SavedState.damaged(modelFile, e.getMessage(), e);
    } catch (IOException e) {
      throw unusable(modelFile, e);
    }
  }

  private static void requireParameters(Shape shape, SavedState saved, File modelFile) {
    Set<String> names = shape.names();
    if (!names.containsAll(saved.parameters())) {
      throw new IllegalArgumentException(
          "The history in "
              + modelFile
              + " belongs to another network: its parameters are "
              + saved.parameters()
              + ", but this network has "
              + names.stream().sorted().toList());
    }
  }

  private static Path model(File modelFile) {
    Path path = modelFile.toPath().toAbsolutePath();
    if (!Files.isRegularFile(path)) {
      throw noModel(path, "is not a file", null);
    }
    try {
      if (!ModelEntries.has(path, "configuration.json")) {
        throw noModel(path, "has no entry configuration.json", null);
      }
      return path;
    } catch (ZipException e) {
      throw noModel(path, "is not a zip file", e);
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
        "The model file " + modelFile + " cannot be read or written: " + e, e);
  }
}
