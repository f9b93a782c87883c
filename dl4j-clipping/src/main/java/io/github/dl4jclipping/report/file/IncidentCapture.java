package io.github.dl4jclipping.report.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.internal.forensics.Evidence;
import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import java.io.File;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves report, batch and network of the first steps with a non-finite gradient, so that you can
 * replay them.
 *
 * <p>Each such step is an incident with its own directory, {@code incident-1} and so on; the number
 * is the first one that is free. The directory has
 *
 * <ul>
 *   <li>{@code report.txt} for people and {@code report.json} for programs: the {@link
 *       NonFiniteReport} with the norms of the previous steps;
 *   <li>{@code batch.bin}: the batch, or the segment of a sequence, in the format of {@code
 *       MultiDataSet.load}; missing if the network no longer held it, or if the gradient was not
 *       the network's own;
 *   <li>{@code network.zip}: the network as it was before the step, with its updater's state, in
 *       the format of {@code ModelSerializer}. It includes what the rule has learned, the loss
 *       scale and the master weights, which {@code GradientClipping.restoreState} reads. Missing in
 *       layerwise pretraining.
 * </ul>
 *
 * <p>The random numbers of dropout are not saved, nor is the state that a segment of a sequence
 * takes over from the previous segment.
 *
 * <p>Existing files are never overwritten. If the directory cannot be written, the capture stops,
 * one WARN reports this, and training continues. The capture belongs to this process and cannot be
 * serialised. Thread-safe.
 */
public final class IncidentCapture implements ClipObserver {

  /** The default number of incidents that are saved. */
  public static final int DEFAULT_INCIDENTS = 3;

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private final transient Path folder;
  private final int most;
  private int captured;

  private IncidentCapture(Path folder, int most) {
    this.folder = folder;
    this.most = most;
  }

  /**
   * Returns a capture that saves into a directory. The directory and its missing parents are
   * created now.
   *
   * @param incidents the largest number of incidents to save
   * @throws IllegalArgumentException if {@code incidents < 1}, or if the path is a file
   * @throws UncheckedIOException if the directory cannot be created or written to
   */
  public static IncidentCapture to(Path folder, int incidents) {
    Path absolute = Objects.requireNonNull(folder, "folder must not be null").toAbsolutePath();
    if (incidents < 1) {
      throw new IllegalArgumentException("incidents must be >= 1, but was " + incidents);
    }
    if (Files.exists(absolute) && !Files.isDirectory(absolute)) {
      throw new IllegalArgumentException(
          "folder must be a directory, but " + absolute + " is a file");
    }
    try {
      Files.createDirectories(absolute);
    } catch (IOException e) {
      throw unusable(absolute, e);
    }
    if (!Files.isWritable(absolute)) {
      throw unusable(absolute, new IOException("permission denied"));
    }
    return new IncidentCapture(absolute, incidents);
  }

  @Override
  public void onStep(ClipReport report) {}

  /** Saves one more incident, unless the limit is reached. */
  @Override
  public synchronized void onNonFinite(
      NonFiniteReport report, Model network, boolean external, Consumer<File> stateSaver) {
    if (captured == most) {
      return;
    }
    captured++;
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      Path incident = nextFolder();
      write(report, incident);
      Optional<MultiDataSet> batch = external ? Optional.empty() : Evidence.batchOf(network);
      if (batch.isPresent()) {
        batch.get().save(incident.resolve("batch.bin").toFile());
      }
      if (network instanceof MultiLayerNetwork || network instanceof ComputationGraph) {
        File file = incident.resolve("network.zip").toFile();
        ModelSerializer.writeModel(network, file, true);
        addState(file, stateSaver);
      }
      log.info(
          "Captured incident {} of at most {} in {}{}",
          captured,
          most,
          incident,
          batch.isPresent()
              ? ""
              : ", without the batch: the network no longer held it, or the gradient is not the"
                  + " network's own");
    } catch (IOException e) {
      captured = most;
      throw unusable(folder, e);
    }
  }

  /**
   * Adds the clipping state; the state of a custom rule may not be savable, but the rest is still
   * useful.
   */
  private static void addState(File file, Consumer<File> stateSaver) {
    try {
      stateSaver.accept(file);
    } catch (IllegalStateException e) {
      log.warn(
          "{} lacks what the rule has learned, the loss scale and the master weights, because"
              + " they cannot be saved",
          file,
          e);
    }
  }

  private Path nextFolder() throws IOException {
    for (int number = 1; ; number++) {
      try {
        return Files.createDirectory(folder.resolve("incident-" + number));
      } catch (FileAlreadyExistsException e) {
        log.trace("{} is taken", number, e);
      }
    }
  }

  private static void write(NonFiniteReport report, Path incident) throws IOException {
    String text = report.describe() + System.lineSeparator() + report.remedy();
    Files.writeString(incident.resolve("report.txt"), text + System.lineSeparator(), UTF_8);
    Files.writeString(incident.resolve("report.json"), IncidentJson.of(report) + "\n", UTF_8);
  }

  private static UncheckedIOException unusable(Path folder, IOException e) {
    return new UncheckedIOException(
        "Incidents cannot be saved in "
            + folder
            + ": "
            + e
            + ". Check that it is a directory that this process may write to, on a disk with free"
            + " space.",
        e);
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(Travel.refusal(this));
  }

  /** Returns the directory and the largest number of incidents. */
  @Override
  public String toString() {
    return "IncidentCapture(" + folder + ", incidents=" + most + ")";
  }
}
