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
 * Keeps what a rule has learned inside the file of a model, as an entry of its own beside DL4J's,
 * {@value #ENTRY} in the form of {@link SavedStateJson}; master weights are another, see {@link
 * MasterEntry}.
 */
public final class StateFile {

  private static final String ENTRY = "dl4j-clipping.json";

  /** Far more than any rule of this library has to say, and no danger to the heap. */
  private static final int LARGEST = 1 << 24;

  private StateFile() {}

  /**
   * Adds what is remembered of a network to a model file, in the place of what is there; with the
   * lock of the state. Warns if it is not of all the steps that the network has taken.
   *
   * @param warn whether to warn
   * @throws IllegalStateException if nothing clips the network yet, or its rule learns but could
   *     not take it up again
   * @throws IllegalArgumentException if the file is no model file
   * @throws UncheckedIOException if it cannot be read or written
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
                        "nothing has clipped this network yet, so that there is no history to"
                            + " save: train it first, or call attachTo(network)"));
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
              + " bytes, more than the "
              + LARGEST
              + " that restoreState reads. Nothing was written.");
    }
    Map<String, ModelEntries.Content> entries = new LinkedHashMap<>();
    entries.put(ENTRY, ModelEntries.Content.of(json));
    entries.put(MasterEntry.ENTRY, MasterEntry.of(master));
    try {
      ModelEntries.put(model, entries);
    } catch (ZipException e) {
      throw noModel(model, "is no zip file", e);
    } catch (IOException e) {
      throw unusable(modelFile, e);
    }
  }

  /** What was read from a file, and is to be taken up. */
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
     * Takes it up; with the lock of the state.
     *
     * @throws IllegalStateException if it is of another rule than the one that is installed
     * @throws IllegalArgumentException if it holds what the rule cannot have saved; in either case
     *     nothing has changed
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
   * Reads what is to be taken up from a model file.
   *
   * @param shape what it must fit
   * @throws IllegalArgumentException if the file is no model file, has no history, or has a damaged
   *     one or one of another network or of a newer version
   * @throws UncheckedIOException if it cannot be read
   */
  public static Read read(Shape shape, File modelFile) {
    Path model = model(modelFile);
    SavedState saved = SavedStateJson.read(text(model, modelFile), modelFile);
    MasterWeights master = master(model, shape, modelFile);
    if (saved.masterWeights() && master == null) {
      throw SavedState.damaged(modelFile, "its master weights are missing", null);
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
                      modelFile
                          + " has no saved history: write one with saveState after DL4J has"
                          + " written the model"));
    } catch (CharacterCodingException e) {
      throw SavedState.damaged(modelFile, "it is no UTF-8", e);
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
          "the history in "
              + modelFile
              + " is of another network: it is of the parameters "
              + saved.parameters()
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
